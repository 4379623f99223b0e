/** Images that no file of their own holds: kept in the cache under the hash of their bytes, made once. */

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, ResultsError } from '../src/errors.ts';
import { cacheFolder } from '../src/hub/cache-folder.ts';
import { makeFolder } from '../src/hub/make-folder.ts';
import { sha256 } from './sha256.ts';

/** Puts an image into the cache and returns its file. @throws ResultsError where the cache cannot be written. */
export function cacheImage(bytes: Uint8Array): string {
  const path = cachedImage(sha256(bytes));
  if (isStored(path, bytes)) return path;
  const folder = join(path, '..');
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    makeFolder(folder);
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
  return path;
}

/** The file that an image of this hash has, or would have, in the cache. */
function cachedImage(hash: string): string {
  return join(cacheFolder(), 'images', hash);
}

/** The cached file of an image, undefined where there is none. */
export function findCachedImage(hash: string): string | undefined {
  const path = cachedImage(hash);
  return /^[0-9a-f]{64}$/.test(hash) && existsSync(path) ? path : undefined;
}

/** Whether the cache has these very bytes: a half-written or spoilt file is made anew. */
function isStored(path: string, bytes: Uint8Array): boolean {
  try {
    return Buffer.compare(readFileSync(path), bytes) === 0;
  } catch {
    return false;
  }
}
