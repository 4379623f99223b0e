/** Brings files of one commit into the cache, several at a time, and verifies every one. */

import { rmSync, statSync } from 'node:fs';
import { HubError } from '../errors.ts';
import { cacheFailure } from './cache-failure.ts';
import { takeLock } from './cache-lock.ts';
import type { HubConnection } from './connection.ts';
import { checkDiskSpace } from './disk-space.ts';
import { download } from './download.ts';
import type { HubRef } from './hub-ref.ts';
import type { PullEvent, PulledFile } from './pull.ts';
import type { RepoCache } from './repo-cache.ts';
import { hasContents, type RepoFile } from './repo-file.ts';
import { Speed } from './speed.ts';
import { forgetVerified, noteVerified, stampOf, verifiedOid } from './verified.ts';
import { whilePending } from './while-pending.ts';

/** How a file came to be there. */
export interface FileOutcome {
  how: 'cached' | 'downloaded' | 'resumed';
  /** Bytes that came over the network this time. */
  downloaded: number;
}

export interface FetchWork {
  cache: RepoCache;
  connection: HubConnection;
  ref: HubRef;
  commit: string;
  files: readonly RepoFile[];
  /** Events of the connection, told with those of the files. */
  notes: PullEvent[];
  /** Only what the cache has. */
  offline?: boolean;
}

/** Small files wait for answers, not for bytes, so a few at a time are faster; more is impolite. */
const AT_ONCE = 4;
/** From this size on it is said that a file is being read to verify it, bytes. */
const TOLD_BYTES = 16 * 2 ** 20;
/** Smaller files are read again sooner than a note on them is, bytes. */
const NOTED_BYTES = 2 ** 20;

/**
 * Downloads what is missing and verifies the rest.
 * @throws HubError for the first file that cannot be had; the others stop, and keep what they have.
 */
export async function* fetchFiles(
  work: FetchWork,
  outer?: AbortSignal,
): AsyncGenerator<PullEvent, PulledFile[]> {
  const { cache, connection, commit, files, notes, ref } = work;
  const missing = files.filter(({ path, size, oid }) => {
    return cache.sizeOf(commit, path) !== size && sizeAt(cache.blob(oid)) !== size;
  });
  const distinct = new Map(missing.map((file) => [file.oid, file]));
  const total = sum([...distinct.values()].map(({ size }) => size));
  const bytes = sum(files.map(({ size }) => size));
  yield { type: 'resolved', ref, commit, files: files.length, bytes, missing: total };
  const begun = sum([...distinct.keys()].map((oid) => sizeAt(cache.incomplete(oid)) ?? 0));
  await checkDiskSpace(connection.settings.cache, Math.max(0, total - begun));

  const stop = new AbortController();
  const signal = outer ? AbortSignal.any([outer, stop.signal]) : stop.signal;
  const speed = new Speed();
  const done: PulledFile[] = [];
  // Small ones first: what is forbidden or lacking shows at once.
  const queue = [...files].sort((a, b) => a.size - b.size);
  const begunBlobs = new Map<string, Promise<FileOutcome>>();
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      signal.throwIfAborted();
      const file = next;
      // Files of equal contents share a blob: the second finds what the first has brought.
      const { oid } = file;
      const before = begunBlobs.get(oid);
      const mine = Promise.resolve(before?.catch(() => {})).then(() => ensure(work, file, { signal, speed }));
      begunBlobs.set(oid, mine);
      const outcome = await mine;
      const pulled = { path: file.path, bytes: file.size, oid: file.oid, ...outcome };
      done.push(pulled);
      notes.push({ type: 'file', file: pulled });
    }
  };
  const workers = Array.from({ length: AT_ONCE }, worker);
  const pool = Promise.all(workers);
  pool.catch((error) => stop.abort(error));
  const drain = (): PullEvent[] => [
    ...notes.splice(0),
    ...(speed.fresh > 0
      ? [{ type: 'progress' as const, total: Math.max(total, speed.done), ...speed.now(total) }]
      : []),
  ];
  try {
    yield* whilePending(pool, drain);
  } catch (error) {
    outer?.throwIfAborted();
    throw cacheFailure(error, cache.folder);
  } finally {
    stop.abort(new Error('nobody waits for the files any more'));
    await Promise.allSettled(workers);
  }
  return done;
}

interface Watch {
  signal: AbortSignal;
  speed: Speed;
}

async function ensure(work: FetchWork, file: RepoFile, { signal, speed }: Watch): Promise<FileOutcome> {
  const { cache, connection, commit, notes, ref } = work;
  const pointer = cache.pointer(commit, file.path);
  const blob = cache.blob(file.oid);
  const isRight = (path: string) => verify(path, file, { signal, notes });
  if (await isRight(pointer)) return { how: 'cached', downloaded: 0 };
  if (work.offline) throw wrongInCache(pointer, file, ref);
  const fromBlob = async () => {
    if (!(await isRight(blob))) return false;
    cache.point(commit, file);
    return true;
  };
  if (await fromBlob()) return settle();
  const lock = await takeLock(cache.locks, file.oid, {
    signal,
    onWait: (holder) => notes.push({ type: 'waiting', path: file.path, holder }),
  });
  try {
    if (await fromBlob()) return settle();
    if (lock.doubtful) rmSync(cache.incomplete(file.oid), { force: true });
    let first: number | undefined;
    const begun = await download({
      connection,
      cache,
      ref,
      commit,
      file,
      signal,
      onBytes(bytes) {
        first ??= bytes;
        speed.set(file.oid, bytes, first);
      },
    });
    cache.point(commit, file);
    if (isLarge(file)) noteVerified(pointer, file.oid, stampOf(pointer));
    return { how: begun > 0 ? 'resumed' : 'downloaded', downloaded: file.size - Math.min(begun, file.size) };
  } finally {
    lock.release();
  }

  /** Linking may have changed what the note of the blob rests on (hard links do). */
  async function settle(): Promise<FileOutcome> {
    await isRight(pointer);
    return { how: 'cached', downloaded: 0 };
  }
}

/** Whether the file at `path` is there and right; reads it only where no note says so. */
async function verify(
  path: string,
  file: RepoFile,
  { signal, notes }: { signal: AbortSignal; notes: PullEvent[] },
): Promise<boolean> {
  if (sizeAt(path) !== file.size) return false;
  if (file.oid === '' || verifiedOid(path) === file.oid) return true;
  if (file.size >= TOLD_BYTES) notes.push({ type: 'verify', path: file.path, bytes: file.size });
  const stamp = stampOf(path);
  const right = await hasContents(path, file, signal);
  if (right && isLarge(file)) noteVerified(path, file.oid, stamp);
  else forgetVerified(path);
  return right;
}

function isLarge({ size }: RepoFile): boolean {
  return size >= NOTED_BYTES;
}

function sizeAt(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : undefined;
}

function wrongInCache(where: string, { oid }: RepoFile, { repo, revision, type }: HubRef): HubError {
  return new HubError('corrupt', {
    what: 'a file in the cache has other contents than the Hub promised',
    where,
    expected: oid.length === 64 ? `sha256 ${oid}` : `git blob ${oid}`,
    fix: `With a connection, \`winoscope pull ${repo}@${revision}${type === 'dataset' ? ' --type dataset' : ''}\` fetches it again.`,
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
