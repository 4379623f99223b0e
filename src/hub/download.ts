/** One file from the Hub into its blob: resumed, verified, and whole or not there. */

import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HubError } from '../errors.ts';
import type { HubConnection } from './connection.ts';
import { networkError } from './failures.ts';
import { type HubRef, repoUrl } from './hub-ref.ts';
import { makeFolder } from './make-folder.ts';
import type { RepoCache } from './repo-cache.ts';
import { beginHash, hashInto, type RepoFile } from './repo-file.ts';

export interface DownloadJob {
  connection: HubConnection;
  cache: RepoCache;
  ref: HubRef;
  commit: string;
  file: RepoFile;
  signal: AbortSignal;
  /** Called with the bytes that are there so far. */
  onBytes: (bytes: number) => void;
}

/** An end that another try may mend: what is there stays, and the next try goes on after it. */
class Cut extends Error {
  readonly failure: HubError;

  constructor(failure: HubError) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Other bytes than promised. After a resumption the begun part may be at fault, so that is worth another try. */
class WrongContents extends Error {
  readonly resumed: boolean;
  readonly got: string;

  constructor(resumed: boolean, got: string) {
    super(got);
    this.resumed = resumed;
    this.got = got;
  }
}

/**
 * Downloads `job.file`. Only under the lock of its `oid`.
 * @returns how many bytes were there already.
 * @throws HubError; the file system's error; the signal's reason.
 */
export async function download(job: DownloadJob): Promise<number> {
  const { connection, cache, file, signal } = job;
  const path = cache.incomplete(file.oid);
  makeFolder(dirname(path));
  const begun = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  let tries = 0;
  for (;;) {
    const before = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    try {
      await attempt(job, path);
      return begun;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof WrongContents) {
        rmSync(path, { force: true });
        if (error.resumed) continue;
        throw wrongHash(job, error.got);
      }
      if (!(error instanceof Cut)) throw error;
      tries = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > before ? 1 : tries + 1;
      if (tries >= connection.settings.retry.attempts) throw error.failure;
      await connection.pause(error.failure.parts.what, tries, signal);
    }
  }
}

async function attempt(job: DownloadJob, path: string): Promise<void> {
  const { cache, file } = job;
  let handle = await open(path, existsSync(path) ? 'r+' : 'w+');
  try {
    let have = (await handle.stat()).size;
    if (have > file.size) throw new WrongContents(true, `${have} bytes`);
    const resumed = have > 0;
    let hash = beginHash(file);
    await hashInto(hash, path, have, job.signal);
    job.onBytes(have);
    if (have < file.size) {
      const response = await ask(job, have);
      if (have > 0 && !continues(response, have)) {
        // A new file, not the old one emptied: whoever may still write that one does not write this one.
        await handle.close();
        rmSync(path, { force: true });
        if (response.status !== 200) {
          await response.body?.cancel();
          throw new Cut(serverFault(job, 'an answer to another range than was asked for'));
        }
        handle = await open(path, 'wx+');
        have = 0;
        hash = beginHash(file);
      }
      for await (const chunk of bodyOf(response, job)) {
        if (have + chunk.length > file.size) throw new WrongContents(resumed, `more than ${file.size} bytes`);
        await writeAll(handle, chunk, have);
        hash.update(chunk);
        have += chunk.length;
        job.onBytes(have);
      }
      if (have < file.size) throw new Cut(truncated(job, have));
    }
    const oid = hash.digest('hex');
    if (oid !== file.oid) throw new WrongContents(resumed, oid);
    await handle.datasync();
    const [mine, named] = [await handle.stat(), statSync(path, { throwIfNoEntry: false })];
    if (named?.ino !== mine.ino || named.size !== file.size)
      throw new Cut(serverFault(job, 'another process at work on the same file'));
    await handle.close();
    renameSync(path, cache.blob(file.oid));
  } finally {
    await handle.close().catch(() => {});
  }
}

function ask({ connection, ref, commit, file, signal }: DownloadJob, from: number): Promise<Response> {
  const { endpoint } = connection.settings;
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  return connection.get(`${repoUrl(endpoint, ref)}/resolve/${commit}/${path}`, {
    ref,
    file: file.path,
    signal,
    // Compressed ranges are ranges of something else.
    headers: { 'Accept-Encoding': 'identity', ...(from > 0 && { Range: `bytes=${from}-` }) },
  });
}

/** Whether the answer goes on at `from`. */
function continues({ status, headers }: Response, from: number): boolean {
  const [, start] = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '') ?? [];
  return status === 206 && Number(start) === from && !headers.get('content-encoding');
}

/** The body in pieces. A cut and a silence are told apart from other errors. */
async function* bodyOf(response: Response, job: DownloadJob): AsyncGenerator<Uint8Array> {
  const { settings } = job.connection;
  const { host } = new URL(settings.endpoint);
  const reader = response.body?.getReader();
  if (!reader) return;
  let timer: NodeJS.Timeout | undefined;
  const silence = () =>
    new Promise<never>((_, reject) => {
      const stall = Object.assign(new Error('silent'), { code: 'STALL' });
      timer = setTimeout(() => reject(stall), settings.stallMs);
    });
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), silence()]).finally(() =>
        clearTimeout(timer),
      );
      if (done) return;
      yield value;
    }
  } catch (error) {
    job.signal.throwIfAborted();
    throw new Cut(networkError(error, `${host}, ${job.file.path}`));
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < chunk.length; ) {
    at += (await handle.write(chunk, at, chunk.length - at, position + at)).bytesWritten;
  }
}

function truncated({ file, ref, connection }: DownloadJob, have: number): HubError {
  return new HubError('truncated', {
    what: 'the file ends too early',
    where: `${repoUrl(connection.settings.endpoint, ref)}, ${file.path}`,
    expected: `${file.size} bytes`,
    got: `${have}`,
    fix: 'Run this again: it goes on where it stopped.',
  });
}

function serverFault({ file, ref, connection }: DownloadJob, got: string): HubError {
  return new HubError('server', {
    what: 'the download cannot go on',
    where: `${repoUrl(connection.settings.endpoint, ref)}, ${file.path}`,
    got,
    fix: 'Run this again.',
  });
}

function wrongHash({ file, ref, connection }: DownloadJob, got: string): HubError {
  return new HubError('corrupt', {
    what: 'the file has other contents than the Hub promises',
    where: `${repoUrl(connection.settings.endpoint, ref)}, ${file.path}`,
    expected: file.oid.length === 64 ? `sha256 ${file.oid}` : `git blob ${file.oid}`,
    got,
    fix: 'Nothing of it was kept. Run this again; if it happens again, a proxy or the host alters files.',
  });
}
