/** Reads what the cache holds of a commit once more and compares it with the hashes; needs no connection. */

import { HubError } from '../errors.ts';
import { type HubRef, isCommit, refText } from './hub-ref.ts';
import type { HubSettings } from './hub-settings.ts';
import { RepoCache } from './repo-cache.ts';
import { hasContents, type RepoFile } from './repo-file.ts';
import { readTree, snapshotFiles } from './tree-file.ts';
import { forgetVerified, noteVerified, stampOf } from './verified.ts';

/** `unknown`: nothing says what the file should be, as with copies in caches that have no listing. */
export type CheckState = 'right' | 'wrong' | 'unknown';

export interface CheckedFile {
  path: string;
  bytes: number;
  oid: string;
  state: CheckState;
}

export interface CheckResult {
  ref: HubRef;
  commit: string;
  folder: string;
  files: CheckedFile[];
}

/**
 * Checks every cached file of the commit that `ref` was last seen to be. Wrong ones stay where they are; the next pull
 * fetches them again.
 * @returns all of them, each also yielded when it is read.
 * @throws HubError where the cache has nothing of it; the signal's reason.
 */
export async function* checkCache(
  ref: HubRef,
  settings: HubSettings,
  signal?: AbortSignal,
): AsyncGenerator<CheckedFile, CheckResult> {
  const cache = new RepoCache(settings, ref);
  const commit = isCommit(ref.revision) ? ref.revision : cache.readRef(ref.revision);
  const there = commit === undefined ? [] : snapshotFiles(cache, commit);
  if (commit === undefined || there.length === 0) {
    throw new HubError('offline', {
      what: 'there is nothing in the cache to check',
      where: cache.folder,
      expected: `${ref.type} ${refText(ref)}`,
      fix: `Run \`winoscope pull ${refText(ref)}${ref.type === 'dataset' ? ' --type dataset' : ''}\` first.`,
    });
  }
  const listed = new Map((readTree(cache, commit) ?? []).map((file) => [file.path, file]));
  const files: CheckedFile[] = [];
  for (const found of there.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    signal?.throwIfAborted();
    const expected = listed.get(found.path) ?? found;
    const state = await check(cache.pointer(commit, found.path), { ...expected, size: found.size }, signal);
    const checked = { path: found.path, bytes: found.size, oid: expected.oid, state };
    files.push(checked);
    yield checked;
  }
  return { ref, commit, folder: cache.snapshot(commit), files };
}

/** Size counts by the hash: git's begins with it, and other contents have another sha256. */
async function check(path: string, file: RepoFile, signal?: AbortSignal): Promise<CheckState> {
  if (file.oid === '') return 'unknown';
  const stamp = stampOf(path);
  const right = await hasContents(path, file, signal);
  if (right) noteVerified(path, file.oid, stamp);
  else forgetVerified(path);
  return right ? 'right' : 'wrong';
}
