/**
 * Which files of the cache were hashed and found right, so that gigabytes are not read again every time. A note counts
 * while the file's inode, size, modification and change time are those it had then: whatever touches the contents
 * changes one of them.
 */

import { createHash } from 'node:crypto';
import { realpathSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { readIfThere, replaceFile } from './repo-cache.ts';

const noteSchema = z.object({ file: z.string(), oid: z.string(), stamp: z.string() });

const REPO_FOLDER = /^(?:models|datasets)--/;

/** Where the note on a file lies, which file that is behind links, and what identifies its state now. */
interface Place {
  note: string;
  file: string;
  stamp: string;
}

/** The hash (`RepoFile.oid`) that a file of the cache was found to have; undefined where it must be read. */
export function verifiedOid(path: string): string | undefined {
  const place = placeOf(path);
  if (!place) return undefined;
  try {
    const { file, stamp, oid } = noteSchema.parse(JSON.parse(readIfThere(place.note) ?? ''));
    return file === place.file && stamp === place.stamp ? oid : undefined;
  } catch {
    return undefined;
  }
}

/** sha256 of a file of the cache, where it is known without reading the file. */
export function verifiedSha256(path: string): string | undefined {
  const oid = verifiedOid(path);
  return oid?.length === 64 ? oid : undefined;
}

/** What identifies a file's state; taken before its contents are read. */
export function stampOf(path: string): string {
  const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  return [ino, size, mtimeNs, ctimeNs].join('-');
}

/**
 * Notes that the file hashed to `oid`. A cache that cannot be written goes without.
 * @param stamp its state when the reading began; nothing is noted where it has another by now.
 */
export function noteVerified(path: string, oid: string, stamp: string): void {
  const place = placeOf(path);
  if (place?.stamp !== stamp) return;
  try {
    replaceFile(place.note, JSON.stringify({ file: place.file, oid, stamp }));
  } catch {
    // It will be read once more.
  }
}

/** Takes a note back: the file turned out to be wrong. */
export function forgetVerified(path: string): void {
  const place = placeOf(path);
  if (place) rmSync(place.note, { force: true });
}

function placeOf(path: string): Place | undefined {
  let repo = dirname(path);
  while (!REPO_FOLDER.test(basename(repo))) {
    if (dirname(repo) === repo) return undefined;
    repo = dirname(repo);
  }
  try {
    const file = relative(realpathSync(dirname(repo)), realpathSync(path));
    const name = createHash('sha1').update(file).digest('hex');
    return { note: join(repo, '.winoscope', 'verified', `${name}.json`), file, stamp: stampOf(path) };
  } catch {
    return undefined; // no such file
  }
}
