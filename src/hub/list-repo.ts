/** The two questions to the Hub's API: which commit a revision is, and which files it has. */

import { datasetInfo, listFiles, modelInfo } from '@huggingface/hub';
import { HubError, messageOf } from '../errors.ts';
import type { HubConnection } from './connection.ts';
import { type HubRef, isCommit } from './hub-ref.ts';
import { isOid, type RepoFile } from './repo-file.ts';
import { checkFileNames } from './safe-path.ts';

/** A listing that goes on for longer is not a model's: it ends a server that never stops. */
const MAX_FILES = 200_000;

/**
 * The commit that `ref.revision` is now.
 * @throws HubError for everything that can go wrong.
 */
export async function commitOf(
  connection: HubConnection,
  ref: HubRef,
  signal?: AbortSignal,
): Promise<string> {
  if (isCommit(ref.revision)) return ref.revision;
  const params = { name: ref.repo, revision: ref.revision, ...callOptions(connection, ref, signal) };
  const { sha } = await answered(ref, async () =>
    ref.type === 'model'
      ? modelInfo({ ...params, additionalFields: ['sha'] })
      : datasetInfo({ ...params, additionalFields: ['sha'] }),
  );
  if (typeof sha === 'string' && isCommit(sha)) return sha;
  throw badAnswer(ref, 'no commit');
}

/**
 * All files of a commit, each with its size and hash.
 * @throws HubError for everything that can go wrong, and for names that are not safe to write.
 */
export async function listRepo(
  connection: HubConnection,
  ref: HubRef,
  commit: string,
  signal?: AbortSignal,
): Promise<RepoFile[]> {
  const files = await answered(ref, async () => {
    const found: RepoFile[] = [];
    const pages = listFiles({
      repo: { type: ref.type, name: ref.repo },
      revision: commit,
      recursive: true,
      ...callOptions(connection, ref, signal),
    });
    for await (const { type, path, size, oid, lfs, xetHash } of pages) {
      if (type !== 'file') continue;
      const bytes = lfs?.size ?? size;
      const name = lfs?.oid ?? oid;
      if (typeof path !== 'string' || typeof name !== 'string' || !isOid(name))
        throw badAnswer(ref, 'a file without a hash');
      if (!Number.isSafeInteger(bytes) || bytes < 0) throw badAnswer(ref, 'a file without a size');
      found.push({ path, size: bytes, oid: name, ...(oid && { blobId: oid }), ...(xetHash && { xetHash }) });
      if (found.length > MAX_FILES) throw badAnswer(ref, `more than ${MAX_FILES} files`);
    }
    return found;
  });
  checkFileNames(files.map(({ path }) => path));
  return files;
}

/** The library knows neither HF_ENDPOINT nor tokens of other forms, so it gets our way of asking. */
function callOptions(connection: HubConnection, ref: HubRef, signal: AbortSignal | undefined) {
  const ask = (input: string | URL | Request) =>
    connection.get(String(input), { ref, whole: true, ...(signal && { signal }) });
  return { hubUrl: connection.settings.endpoint, fetch: ask as typeof fetch };
}

/** Turns what the library throws over an answer that it cannot read into a sentence. */
async function answered<T>(ref: HubRef, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError)
      throw badAnswer(ref, messageOf(error), error);
    throw error;
  }
}

function badAnswer({ repo }: HubRef, got: string, cause?: unknown): HubError {
  return new HubError('server', {
    what: 'the answer is not one of the Hub',
    where: repo,
    got,
    fix: 'Check HF_ENDPOINT, and whether a proxy or a login page of the network stands between.',
    cause,
  });
}
