/** A file of a repository, and what its bytes must hash to. */

import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** A listed file. */
export interface RepoFile {
  path: string;
  /** Bytes of the contents. */
  size: number;
  /**
   * Its etag and the name of its blob: sha256 of the contents of large files (LFS, Xet), 40 hexadecimal digits of git
   * for small ones.
   */
  oid: string;
  /** As the listing says; kept for Python, which stores it with listings. */
  blobId?: string;
  xetHash?: string;
}

const SHA256 = /^[0-9a-f]{64}$/;
const SHA1 = /^[0-9a-f]{40}$/;

/** Whether a text can be an `oid`: it becomes a file name. */
export function isOid(text: string): boolean {
  return SHA256.test(text) || SHA1.test(text);
}

/** The hash, begun, that makes a file's `oid` of its contents: git puts a header before them. */
export function beginHash({ oid, size }: Pick<RepoFile, 'oid' | 'size'>): Hash {
  return SHA256.test(oid) ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
}

/** Adds a file's first `bytes` bytes to a hash; reads in pieces of a megabyte. */
export async function hashInto(
  hash: Hash,
  path: string,
  bytes?: number,
  signal?: AbortSignal,
): Promise<void> {
  if (bytes === 0) return;
  const end = bytes === undefined ? {} : { end: bytes - 1 };
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, ...end })) {
    signal?.throwIfAborted();
    hash.update(chunk);
  }
}

/** Whether the file at `path` has the contents that `file` promises. Reads all of it. */
export async function hasContents(path: string, file: RepoFile, signal?: AbortSignal): Promise<boolean> {
  const hash = beginHash(file);
  await hashInto(hash, path, undefined, signal);
  return hash.digest('hex') === file.oid;
}
