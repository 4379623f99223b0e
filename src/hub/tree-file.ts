/** Listings of commits in the cache, in the form of Python's `_tree_cache.py`: a commit's listing never changes. */

import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import type { RepoCache } from './repo-cache.ts';
import { readIfThere, replaceFile } from './repo-cache.ts';
import { isOid, type RepoFile } from './repo-file.ts';
import { checkFileNames } from './safe-path.ts';

const treeSchema = z.object({
  format_version: z.literal(1),
  files: z.record(
    z.string(),
    z.object({
      size: z.number().int().nonnegative(),
      blob_id: z.string().refine(isOid),
      lfs_sha256: z.string().refine(isOid).nullish(),
      lfs_size: z.number().int().nonnegative().nullish(),
      xet_hash: z.string().nullish(),
    }),
  ),
});

/** The stored listing of a commit; undefined where there is none that can be used. */
export function readTree(cache: RepoCache, commit: string): RepoFile[] | undefined {
  const text = readIfThere(treePath(cache, commit));
  if (text === undefined) return undefined;
  try {
    const { files } = treeSchema.parse(JSON.parse(text));
    checkFileNames(Object.keys(files));
    return Object.entries(files).map(([path, { size, blob_id, lfs_sha256, lfs_size, xet_hash }]) => ({
      path,
      size: lfs_size ?? size,
      oid: lfs_sha256 ?? blob_id,
      blobId: blob_id,
      ...(xet_hash && { xetHash: xet_hash }),
    }));
  } catch {
    return undefined;
  }
}

/** Stores a listing. A cache that cannot be written goes without. */
export function writeTree(cache: RepoCache, commit: string, files: readonly RepoFile[]): void {
  const entries = [...files]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, size, oid, blobId, xetHash }) => [
      path,
      {
        size,
        blob_id: blobId ?? oid,
        ...(oid.length === 64 && { lfs_sha256: oid, lfs_size: size }),
        ...(xetHash && { xet_hash: xetHash }),
      },
    ]);
  const tree = { format_version: 1, files: Object.fromEntries(entries) };
  try {
    replaceFile(treePath(cache, commit), JSON.stringify(tree, null, 1));
  } catch {
    // It saves a request next time, no more.
  }
}

/**
 * What a snapshot holds, for caches without a listing: programs before huggingface_hub 1.0 wrote none. A file that is
 * no link has an empty `oid`: its hash is not known.
 */
export function snapshotFiles(cache: RepoCache, commit: string): RepoFile[] {
  const root = cache.snapshot(commit);
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const full = join(entry.parentPath, entry.name);
    const found = statSync(full, { throwIfNoEntry: false });
    if (!found?.isFile() || lstatSync(full).isDirectory()) return [];
    const path = relative(root, full).split(sep).join('/');
    return [{ path, size: found.size, oid: cache.linkedOid(commit, path) ?? '' }];
  });
}

function treePath(cache: RepoCache, commit: string): string {
  return join(cache.folder, 'trees', `${commit}.json`);
}
