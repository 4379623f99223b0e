/** Pictures that are no files of their own, kept once in the cache under the name of their contents. */

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, ResultsError } from '../src/errors.ts';
import { cacheFolder } from '../src/hub/cache-folder.ts';
import { sha256 } from './sha256.ts';

/** Puts the bytes of a picture into the cache. @throws ResultsError where it cannot be written. */
export function cacheImage(bytes: Uint8Array): { path: string } {
  const folder = join(cacheFolder(), 'images');
  const path = join(folder, sha256(bytes));
  if (isStored(path, bytes)) return { path };
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(temporary, bytes);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new ResultsError({
      what: 'cannot write to the cache',
      where: folder,
      got: messageOf(error),
      fix: 'Make room, or name another folder in WINOSCOPE_CACHE.',
      cause: error,
    });
  }
  return { path };
}

/** Whether the cache has these very bytes: a half-written or spoilt file is made anew. */
function isStored(path: string, bytes: Uint8Array): boolean {
  try {
    return Buffer.compare(readFileSync(path), bytes) === 0;
  } catch {
    return false;
  }
}
