/**
 * A server on loopback that speaks the Hub's API: repositories, listings in pages, `resolve` with redirects to a host of
 * its own for large files, tokens and gates, and faults on demand. What it answers follows huggingface_hub 2.4's and
 * @huggingface/hub 2.17's reading of the real one.
 */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Bytes, or so many zero bytes that are never held in memory. */
export type Contents = Uint8Array | { zeros: number };

export interface ServedRepo {
  type?: 'model' | 'dataset';
  repo: string;
  files: Readonly<Record<string, Contents | string>>;
  /** From so many bytes on, a file lies on the host for large files. @default 1000 */
  lfsFrom?: number;
  /** Whoever wants the files needs a token, and its account must have accepted. */
  gated?: boolean;
  private?: boolean;
  /** @default main */
  branch?: string;
}

export interface SeenRequest {
  host: 'hub' | 'storage';
  method: string;
  /** Path and query. */
  url: string;
  authorization: string | undefined;
  range: string | undefined;
}

/** What happens instead of the right answer. */
export type Fault =
  | { status: number; headers?: Record<string, string>; body?: string }
  /** The connection is cut after so many bytes of the body. */
  | { cutAfter: number }
  /** The body ends properly after so many bytes. */
  | { endAfter: number }
  /** Nothing more comes after so many bytes. */
  | { stallAfter: number }
  /** Other bytes of the same length. */
  | { corrupt: true }
  /** The whole file, whatever range was asked for. */
  | { ignoreRange: true };

interface StoredFile {
  path: string;
  contents: Contents;
  size: number;
  /** Of git's blob: the contents, or LFS's pointer file. */
  gitOid: string;
  sha256: string;
  lfs: boolean;
}

interface StoredRepo extends Required<Pick<ServedRepo, 'type' | 'repo' | 'gated' | 'private'>> {
  branches: Map<string, string>;
  commits: Map<string, StoredFile[]>;
}

export class HubServer {
  readonly requests: SeenRequest[] = [];
  /** Tokens by the repositories whose terms their accounts have accepted. */
  readonly tokens = new Map<string, readonly string[]>();
  /** Asked before every answer. */
  fault: (request: SeenRequest) => Fault | undefined = () => undefined;
  /** Files and folders in a page of a listing. */
  pageSize = 5;
  /** Replaces the entries of listings. */
  alterListing: (entries: Record<string, unknown>[]) => Record<string, unknown>[] = (entries) => entries;
  readonly #repos = new Map<string, StoredRepo>();
  readonly #hub: Server;
  readonly #storage: Server;

  private constructor() {
    this.#hub = createServer((request, response) => this.#answer('hub', request, response));
    this.#storage = createServer((request, response) => this.#answer('storage', request, response));
  }

  static async start(port = 0): Promise<HubServer> {
    const server = new HubServer();
    server.#hub.listen(port, '127.0.0.1');
    server.#storage.listen(0, '127.0.0.1');
    await Promise.all([once(server.#hub, 'listening'), once(server.#storage, 'listening')]);
    return server;
  }

  /** For HF_ENDPOINT. */
  get endpoint(): string {
    return `http://127.0.0.1:${(this.#hub.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const server of [this.#hub, this.#storage]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  /** Puts a commit on a branch. Returns the commit. */
  add(repo: ServedRepo): string {
    const { type = 'model', lfsFrom = 1000, branch = 'main' } = repo;
    const key = `${type}s/${repo.repo}`;
    const stored: StoredRepo = this.#repos.get(key) ?? {
      type,
      repo: repo.repo,
      gated: repo.gated ?? false,
      private: repo.private ?? false,
      branches: new Map(),
      commits: new Map(),
    };
    const files = Object.entries(repo.files).map(([path, contents]) => storedFile(path, contents, lfsFrom));
    const commit = sha1(JSON.stringify([key, branch, files.map(({ path, gitOid }) => [path, gitOid])]));
    stored.branches.set(branch, commit);
    stored.commits.set(commit, files);
    this.#repos.set(key, stored);
    return commit;
  }

  /** Requests for contents, by the file's hash or path. */
  downloads(): SeenRequest[] {
    return this.requests.filter(
      ({ host, url, method }) => method === 'GET' && (host === 'storage' || url.includes('/resolve/')),
    );
  }

  #answer(host: SeenRequest['host'], request: IncomingMessage, response: ServerResponse): void {
    const seen: SeenRequest = {
      host,
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      authorization: request.headers.authorization,
      range: request.headers.range,
    };
    this.requests.push(seen);
    const fault = this.fault(seen);
    if (fault && 'status' in fault) {
      response.writeHead(fault.status, fault.headers).end(fault.body);
      return;
    }
    const url = new URL(seen.url, this.endpoint);
    const path = decodeURIComponent(url.pathname);
    if (host === 'storage') {
      const file = [...this.#repos.values()]
        .flatMap(({ commits }) => [...commits.values()].flat())
        .find(({ sha256 }) => path === `/${sha256}`);
      if (!file) response.writeHead(404).end();
      else void send(response, file, seen, fault);
      return;
    }
    const api =
      /^\/api\/(models|datasets)\/([^/]+\/[^/]+)\/(revision|tree)\/([^?]+)$/.exec(url.pathname) ?? undefined;
    if (api) {
      const [, type, repo, what, revision] = api;
      this.#api(response, seen, {
        key: `${type}/${repo}`,
        what: what!,
        revision: decodeURIComponent(revision!),
        url,
      });
      return;
    }
    const [, dataset, repo, revision, name] =
      /^\/(datasets\/)?([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (repo === undefined) {
      refuse(response, 404, 'RepoNotFound', 'Repository not found');
      return;
    }
    this.#resolve(response, seen, {
      key: `${dataset ?? 'models/'}${repo}`,
      revision: revision!,
      name: name!,
      fault,
    });
  }

  /** The repository, if whoever asks may see it. */
  #open(response: ServerResponse, { authorization }: SeenRequest, key: string): StoredRepo | undefined {
    const token = authorization?.replace('Bearer ', '');
    if (token !== undefined && !this.tokens.has(token)) {
      refuse(response, 401, '', 'Invalid credentials in Authorization header');
      return undefined;
    }
    const repo = this.#repos.get(key);
    if (repo && (!repo.private || token !== undefined)) return repo;
    // The real one does not tell strangers what is there.
    if (token === undefined) refuse(response, 401, 'RepoNotFound', 'Repository not found');
    else refuse(response, 404, 'RepoNotFound', 'Repository not found');
    return undefined;
  }

  #api(
    response: ServerResponse,
    seen: SeenRequest,
    { key, what, revision, url }: { key: string; what: string; revision: string; url: URL },
  ): void {
    const repo = this.#open(response, seen, key);
    if (!repo) return;
    const commit = repo.commits.has(revision) ? revision : repo.branches.get(revision);
    if (commit === undefined) {
      refuse(response, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
      return;
    }
    const files = repo.commits.get(commit)!;
    if (what === 'revision') {
      json(response, {
        _id: sha1(key).slice(0, 24),
        id: repo.repo,
        sha: commit,
        private: repo.private,
        gated: repo.gated ? 'auto' : false,
        disabled: false,
        downloads: 0,
        likes: 0,
        tags: [],
        lastModified: '2026-01-01T00:00:00.000Z',
        createdAt: '2026-01-01T00:00:00.000Z',
        siblings: files.map(({ path }) => ({ rfilename: path })),
      });
      return;
    }
    const folders = new Set(
      files.flatMap(({ path }) => path.split('/').map((_, k, parts) => parts.slice(0, k).join('/'))),
    );
    folders.delete('');
    const entries = this.alterListing([
      ...[...folders].map((path) => ({ type: 'directory', oid: sha1(path), size: 0, path })),
      ...files.map(({ path, size, gitOid, sha256, lfs }) => ({
        type: 'file',
        oid: gitOid,
        size,
        path,
        ...(lfs && { lfs: { oid: sha256, size, pointerSize: 134 } }),
      })),
    ]);
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const next = new URL(url);
    next.searchParams.set('cursor', `${from + this.pageSize}`);
    json(
      response,
      entries.slice(from, from + this.pageSize),
      from + this.pageSize < entries.length ? { Link: `<${next}>; rel="next"` } : {},
    );
  }

  #resolve(
    response: ServerResponse,
    seen: SeenRequest,
    { key, revision, name, fault }: { key: string; revision: string; name: string; fault: Fault | undefined },
  ): void {
    const repo = this.#open(response, seen, key);
    if (!repo) return;
    if (repo.gated) {
      const token = seen.authorization?.replace('Bearer ', '');
      const message = `Access to ${repo.type} ${repo.repo} is restricted.`;
      if (token === undefined) {
        refuse(response, 401, 'GatedRepo', message);
        return;
      }
      if (!this.tokens.get(token)?.includes(repo.repo)) {
        refuse(response, 403, 'GatedRepo', message);
        return;
      }
    }
    const commit = repo.commits.has(revision) ? revision : repo.branches.get(revision);
    if (commit === undefined) {
      refuse(response, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
      return;
    }
    const file = repo.commits.get(commit)!.find(({ path }) => path === name);
    if (!file) {
      refuse(response, 404, 'EntryNotFound', 'Entry not found');
      return;
    }
    response.setHeader('X-Repo-Commit', commit);
    if (!file.lfs) {
      response.setHeader('ETag', `"${file.gitOid}"`);
      void send(response, file, seen, fault);
      return;
    }
    const { port } = this.#storage.address() as AddressInfo;
    response
      .writeHead(302, {
        Location: `http://127.0.0.1:${port}/${file.sha256}?X-Amz-Signature=secret-signature`,
        'X-Linked-Etag': `"${file.sha256}"`,
        'X-Linked-Size': `${file.size}`,
        ETag: `"${file.gitOid}"`,
      })
      .end();
  }
}

function storedFile(path: string, given: Contents | string, lfsFrom: number): StoredFile {
  const contents = typeof given === 'string' ? Buffer.from(given) : given;
  const size = 'zeros' in contents ? contents.zeros : contents.length;
  const lfs = size >= lfsFrom;
  const hash = createHash('sha256');
  for (let at = 0; at < size; at += 1 << 20) hash.update(slice(contents, at, Math.min(size, at + (1 << 20))));
  const sha256 = hash.digest('hex');
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${size}\n`;
  const inGit = lfs ? Buffer.from(pointer) : slice(contents, 0, size);
  return { path, contents, size, sha256, lfs, gitOid: sha1(`blob ${inGit.length}\0`, inGit) };
}

const ZEROS = Buffer.alloc(1 << 20);

function slice(contents: Contents, from: number, to: number): Uint8Array {
  return 'zeros' in contents ? ZEROS.subarray(0, to - from) : contents.subarray(from, to);
}

async function send(
  response: ServerResponse,
  { contents, size }: StoredFile,
  { method, range }: SeenRequest,
  fault: Fault | undefined,
): Promise<void> {
  const asked = fault && 'ignoreRange' in fault ? undefined : /^bytes=(\d+)-/.exec(range ?? '')?.[1];
  const from = Number(asked ?? 0);
  if (asked !== undefined && from >= size) {
    response.writeHead(416, { 'Content-Range': `bytes */${size}` }).end();
    return;
  }
  response.statusCode = asked === undefined ? 200 : 206;
  response.setHeader('Accept-Ranges', 'bytes');
  if (asked !== undefined) response.setHeader('Content-Range', `bytes ${from}-${size - 1}/${size}`);
  const ends = fault && 'endAfter' in fault ? from + fault.endAfter : size;
  if (ends === size) response.setHeader('Content-Length', `${size - from}`);
  if (method === 'HEAD') {
    response.end();
    return;
  }
  const stop =
    fault && 'cutAfter' in fault
      ? from + fault.cutAfter
      : fault && 'stallAfter' in fault
        ? from + fault.stallAfter
        : ends;
  response.flushHeaders();
  for (let at = from; at < Math.min(stop, size); ) {
    const to = Math.min(at + (1 << 16), stop, size);
    const piece = Buffer.from(slice(contents, at, to));
    if (fault && 'corrupt' in fault) piece[0] = piece[0]! ^ 1;
    if (!response.write(piece)) await drained(response);
    if (response.destroyed) return;
    at = to;
  }
  if (fault && 'cutAfter' in fault) {
    // What was written has to leave before the connection goes.
    response.socket?.end();
    response.destroy();
  } else if (!fault || !('stallAfter' in fault)) response.end();
}

/** Resolves when more can be written, or nobody reads any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}

function json(response: ServerResponse, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(value));
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response
    .writeHead(status, {
      ...(code && { 'X-Error-Code': code }),
      'X-Error-Message': message,
      'Content-Type': 'application/json',
    })
    .end(JSON.stringify({ error: message }));
}

function sha1(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
