/** From a name on the Hub to a folder in the cache, as events. */

import { HubError, type HubFailure } from '../errors.ts';
import { cacheFailure } from './cache-failure.ts';
import { HubConnection } from './connection.ts';
import { type FileOutcome, fetchFiles } from './fetch-files.ts';
import { type HubRef, isCommit, refText } from './hub-ref.ts';
import type { HubSettings } from './hub-settings.ts';
import { commitOf, listRepo } from './list-repo.ts';
import { RepoCache } from './repo-cache.ts';
import type { RepoFile } from './repo-file.ts';
import { selectFiles, type Wanted } from './select-files.ts';
import { readTree, snapshotFiles, writeTree } from './tree-file.ts';
import { whilePending } from './while-pending.ts';

export interface PullRequest {
  ref: HubRef;
  wanted: Wanted;
  signal?: AbortSignal;
}

/** A file that a pull has seen to. */
export interface PulledFile extends FileOutcome {
  path: string;
  bytes: number;
  /** sha256, or git's hash for small files; empty where it is not known (offline, a copy of an old cache). */
  oid: string;
}

export interface PullResult {
  ref: HubRef;
  commit: string;
  /** The snapshot's folder. */
  folder: string;
  files: PulledFile[];
  /** Bytes of all of them, and those that came over the network this time. */
  bytes: number;
  downloaded: number;
}

export type PullEvent =
  /** The commit is known, and what is to be done: of `bytes` in `files`, `missing` have to be fetched. */
  | { type: 'resolved'; ref: HubRef; commit: string; files: number; bytes: number; missing: number }
  /** A cached file is read to verify it. */
  | { type: 'verify'; path: string; bytes: number }
  /** Bytes of those that were missing; the speed is that of the last seconds. */
  | { type: 'progress'; done: number; total: number; bytesPerSecond: number; secondsLeft: number }
  | { type: 'file'; file: PulledFile }
  | { type: 'retry'; reason: string; seconds: number }
  /** Another process downloads the same file. */
  | { type: 'waiting'; path: string; holder: string }
  | { type: 'warning'; message: string }
  | { type: 'end'; result: PullResult };

/** With these the cache may stand in for the Hub; all others are about the request itself. */
const UNREACHABLE: readonly HubFailure[] = ['network', 'server', 'busy'];

/**
 * Sees to it that the wanted files of a repository are in the cache, all of one commit, each verified against the hash
 * that the Hub lists. A pinned commit that is complete needs no connection; a branch is asked for each time, and is
 * what it last was, with a warning, where the Hub cannot be reached.
 * @throws HubError for everything that can go wrong; the signal's reason.
 */
export async function* pull(
  request: PullRequest,
  settings: HubSettings,
): AsyncGenerator<PullEvent, PullResult> {
  const cache = new RepoCache(settings, request.ref);
  const notes: PullEvent[] = [];
  const connection = new HubConnection(settings, (retry) => notes.push({ type: 'retry', ...retry }));
  const work = { cache, connection, notes };
  const cached = () => see(request, { ...work, ...cachedFiles(request, cache), offline: true });
  if (settings.offline) return yield* cached();
  let listed: { commit: string; all: RepoFile[] };
  try {
    listed = yield* whilePending(listing(request, work), () => notes.splice(0));
  } catch (error) {
    if (!(error instanceof HubError) || !UNREACHABLE.includes(error.failure)) throw error;
    if (!isInCache(request, cache)) throw error;
    yield { type: 'warning', message: `${error.message} The files in the cache are used.` };
    return yield* cached();
  }
  const { commit, all } = listed;
  return yield* see(request, { ...work, commit, files: pick(request, all) });
}

interface Place {
  cache: RepoCache;
  connection: HubConnection;
  /** What the connection has to tell, until it is told. */
  notes: PullEvent[];
}

/** All files of the commit that the revision is now. */
async function listing({ ref, signal }: PullRequest, { cache, connection }: Place) {
  const commit = await commitOf(connection, ref, signal);
  const stored = readTree(cache, commit);
  const all = stored ?? (await listRepo(connection, ref, commit, signal));
  if (!stored) writeTree(cache, commit, all);
  return { commit, all };
}

async function* see(
  { ref, signal }: PullRequest,
  work: Place & { commit: string; files: RepoFile[]; offline?: boolean },
): AsyncGenerator<PullEvent, PullResult> {
  const { cache, commit } = work;
  const done = yield* fetchFiles({ ...work, ref }, signal);
  const order = new Map(work.files.map(({ path }, k) => [path, k]));
  try {
    if (!work.offline) cache.writeRef(ref.revision, commit);
  } catch (error) {
    // A complete cache may be one that cannot be written; the revision is then asked for again.
    if (done.some(({ downloaded }) => downloaded > 0)) throw cacheFailure(error, cache.folder);
  }
  const files = done.sort((a, b) => order.get(a.path)! - order.get(b.path)!);
  const sum = (count: (file: PulledFile) => number) => files.reduce((total, file) => total + count(file), 0);
  const result: PullResult = {
    ref,
    commit,
    folder: cache.snapshot(commit),
    files,
    bytes: sum(({ bytes }) => bytes),
    downloaded: sum(({ downloaded }) => downloaded),
  };
  yield { type: 'end', result };
  return result;
}

function pick({ ref, wanted }: PullRequest, files: readonly RepoFile[]): RepoFile[] {
  const where = `${ref.type === 'dataset' ? 'datasets/' : ''}${refText(ref)}`;
  const names = new Set(
    selectFiles(
      files.map(({ path }) => path),
      wanted,
      where,
    ),
  );
  return files.filter(({ path }) => names.has(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The wanted files as the cache has them. @throws HubError naming what it lacks. */
function cachedFiles(request: PullRequest, cache: RepoCache): { commit: string; files: RepoFile[] } {
  const { ref } = request;
  const commit = isCommit(ref.revision) ? ref.revision : cache.readRef(ref.revision);
  const tree = commit === undefined ? undefined : readTree(cache, commit);
  const all = commit === undefined ? [] : (tree ?? snapshotFiles(cache, commit));
  const there = all.filter(({ path, size }) => cache.sizeOf(commit!, path) === size);
  if (commit === undefined || there.length === 0) {
    throw notCached(
      ref,
      commit === undefined ? `no ${ref.type} ${refText(ref)}` : 'none of its files',
      cache,
    );
  }
  const files = pick(request, all);
  const lacking = files.filter((file) => !there.includes(file)).map(({ path }) => path);
  if (lacking.length === 0) return { commit, files };
  const more = lacking.length > 3 ? ` and ${lacking.length - 3} more` : '';
  throw notCached(ref, `all but ${lacking.slice(0, 3).join(', ')}${more}`, cache);
}

function isInCache(request: PullRequest, cache: RepoCache): boolean {
  try {
    cachedFiles(request, cache);
    return true;
  } catch {
    return false;
  }
}

function notCached(ref: HubRef, got: string, cache: RepoCache): HubError {
  const type = ref.type === 'dataset' ? ' --type dataset' : '';
  return new HubError('offline', {
    what: 'the files are not in the cache, and no connection may be made',
    where: cache.folder,
    expected: `${ref.type} ${refText(ref)}`,
    got,
    fix: `Without --offline and HF_HUB_OFFLINE, run \`winoscope pull ${refText(ref)}${type}\`.`,
  });
}
