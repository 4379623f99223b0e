/** Pulling from a real server on loopback, in this process. */

import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { HubError } from '../../src/errors.ts';
import { checkCache } from '../../src/hub/check-cache.ts';
import type { HubRef } from '../../src/hub/hub-ref.ts';
import type { HubSettings } from '../../src/hub/hub-settings.ts';
import { packageRoot } from '../../src/hub/package-root.ts';
import { type PullEvent, type PullResult, pull } from '../../src/hub/pull.ts';
import { resolveModel } from '../../src/hub/resolve-model.ts';
import { Secret } from '../../src/hub/secret.ts';
import type { Wanted } from '../../src/hub/select-files.ts';
import { verifiedSha256 } from '../../src/hub/verified.ts';
import { CLIP_NEEDED, clipFiles, hubFor, noise } from '../support/hub-files.ts';
import { HubServer } from '../support/hub-server.ts';
import { temporaryFolder } from '../temporary.ts';

let server: HubServer;
beforeAll(async () => {
  server = await HubServer.start();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.requests.length = 0;
  server.fault = () => undefined;
  server.alterListing = (entries) => entries;
  server.tokens.clear();
});

const REF: HubRef = { type: 'model', repo: 'acme/clip', revision: 'main' };

/** Pulls to the end and keeps all events. */
async function pulled(
  settings: HubSettings,
  { ref = REF, wanted = { what: 'clip' } }: { ref?: HubRef; wanted?: Wanted } = {},
): Promise<{ result: PullResult; events: PullEvent[] }> {
  const events: PullEvent[] = [];
  for await (const event of pull({ ref, wanted }, settings)) events.push(event);
  const last = events.at(-1);
  if (last?.type !== 'end') throw new Error('no end');
  return { result: last.result, events };
}

/** The failure of a pull. */
async function refusal(settings: HubSettings, ...rest: [Parameters<typeof pulled>[1]?]): Promise<HubError> {
  return pulled(settings, ...rest).then(
    () => {
      throw new Error('the pull succeeded');
    },
    (error: HubError) => error,
  );
}

const filesBelow = (folder: string) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => entry.name)
    : [];

describe('a first pull', () => {
  test('fetches only what is needed, of one commit, over all pages of the listing', async () => {
    const commit = server.add({ repo: 'acme/clip', files: clipFiles() });
    const { result } = await pulled(hubFor(server, temporaryFolder()));
    expect(result.files.map(({ path }) => path)).toEqual(CLIP_NEEDED);
    expect(result.commit).toBe(commit);
    for (const { path } of result.files) {
      expect(readFileSync(join(result.folder, path)), path).toEqual(Buffer.from(clipFiles()[path]!));
    }
    expect(filesBelow(result.folder)).toHaveLength(CLIP_NEEDED.length);
    const asked = server.downloads().filter(({ host }) => host === 'hub');
    expect(asked.every(({ url }) => url.includes(`/resolve/${commit}/`))).toBe(true);
    expect(asked).toHaveLength(CLIP_NEEDED.length);
    expect(server.requests.filter(({ url }) => url.includes('/tree/')).length).toBeGreaterThan(1);
  });

  test("has Python's layout: relative links to blobs, the ref, the listing", async () => {
    const commit = server.add({ repo: 'acme/clip', files: clipFiles() });
    const cache = temporaryFolder();
    const { result } = await pulled(hubFor(server, cache));
    const repo = join(cache, 'models--acme--clip');
    const contents = clipFiles()['onnx/text_model.onnx']!;
    const sha256 = createHash('sha256').update(contents).digest('hex');
    expect(readlinkSync(join(result.folder, 'onnx/text_model.onnx'))).toBe(`../../../blobs/${sha256}`);
    expect(readFileSync(join(repo, 'refs/main'), 'utf8')).toBe(commit);
    const tree = JSON.parse(readFileSync(join(repo, 'trees', `${commit}.json`), 'utf8'));
    expect(tree.files['onnx/text_model.onnx']).toMatchObject({ size: 40_000, lfs_sha256: sha256 });
    expect(Object.keys(tree.files)).toHaveLength(Object.keys(clipFiles()).length);
  });

  test('without links: hard links or copies, which are taken as they are the next time', async () => {
    server.add({ repo: 'acme/clip', files: clipFiles() });
    const settings = { ...hubFor(server, temporaryFolder()), symlinks: false };
    const { result } = await pulled(settings);
    expect(lstatSync(join(result.folder, 'config.json')).isSymbolicLink()).toBe(false);
    server.requests.length = 0;
    await pulled(settings);
    expect(server.downloads()).toEqual([]);
  });

  test('sends the token to the Hub and to nobody else', async () => {
    server.add({ repo: 'acme/gated', files: clipFiles(), gated: true });
    server.tokens.set('hf_good', ['acme/gated']);
    const settings = { ...hubFor(server, temporaryFolder()), token: new Secret('hf_good') };
    await pulled(settings, { ref: { ...REF, repo: 'acme/gated' } });
    const hosts = (host: string) => server.requests.filter((request) => request.host === host);
    expect(hosts('hub').every(({ authorization }) => authorization === 'Bearer hf_good')).toBe(true);
    expect(hosts('storage').length).toBeGreaterThan(0);
    expect(hosts('storage').every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  test('a data set, whole, and files by pattern', async () => {
    server.add({ type: 'dataset', repo: 'acme/set', files: { 'a.jsonl': '{}', 'data/x.bin': noise(5000) } });
    const ref: HubRef = { type: 'dataset', repo: 'acme/set', revision: 'main' };
    const settings = hubFor(server, temporaryFolder());
    const some = await pulled(settings, { ref, wanted: { what: 'matching', globs: ['*.bin'] } });
    expect(some.result.files.map(({ path }) => path)).toEqual(['data/x.bin']);
    const all = await pulled(settings, { ref, wanted: { what: 'everything' } });
    expect(all.result.files.map(({ path, how }) => [path, how])).toEqual([
      ['a.jsonl', 'downloaded'],
      ['data/x.bin', 'cached'],
    ]);
    expect(all.result.folder).toContain('datasets--acme--set');
  });

  test('fetches equal contents once', async () => {
    const same = noise(50_000, 11);
    server.add({ repo: 'acme/same', files: { 'a.bin': same, 'b/c.bin': same, 'd.bin': same } });
    const ref = { ...REF, repo: 'acme/same' };
    const { result, events } = await pulled(hubFor(server, temporaryFolder()), {
      ref,
      wanted: { what: 'everything' },
    });
    for (const { path } of result.files)
      expect(readFileSync(join(result.folder, path)).equals(same)).toBe(true);
    expect(server.downloads().filter(({ host }) => host === 'storage')).toHaveLength(1);
    expect(events[0]).toMatchObject({ bytes: 150_000, missing: 50_000 });
    expect(events.filter(({ type }) => type === 'waiting')).toEqual([]);
  });

  test('tells what is missing, then bytes, then every file', async () => {
    server.add({ repo: 'acme/clip', files: clipFiles() });
    const { events } = await pulled(hubFor(server, temporaryFolder()));
    const total = CLIP_NEEDED.reduce((sum, path) => sum + Buffer.from(clipFiles()[path]!).length, 0);
    expect(events[0]).toMatchObject({ type: 'resolved', files: CLIP_NEEDED.length, missing: total });
    expect(events.filter(({ type }) => type === 'file')).toHaveLength(CLIP_NEEDED.length);
    const last = events.filter((event) => event.type === 'progress').at(-1);
    expect(last).toMatchObject({ done: total, total, secondsLeft: 0 });
  });
});

describe('a second pull', () => {
  test('of a pinned commit makes no request, of a branch one', async () => {
    const commit = server.add({ repo: 'acme/clip', files: clipFiles() });
    const settings = hubFor(server, temporaryFolder());
    await pulled(settings);
    server.requests.length = 0;
    await pulled(settings, { ref: { ...REF, revision: commit } });
    expect(server.requests).toEqual([]);
    await pulled(settings);
    expect(server.requests).toHaveLength(1);
  });

  test('of a branch that moved fetches what changed and keeps the commit before', async () => {
    const first = server.add({ repo: 'acme/clip', files: clipFiles() });
    const settings = hubFor(server, temporaryFolder());
    await pulled(settings);
    const second = server.add({ repo: 'acme/clip', files: { ...clipFiles(), 'tokenizer.json': '{"a":1}' } });
    const { result } = await pulled(settings);
    expect(result.commit).toBe(second);
    expect(result.files.filter(({ how }) => how === 'downloaded').map(({ path }) => path)).toEqual([
      'tokenizer.json',
    ]);
    const before = await pulled({ ...settings, offline: true }, { ref: { ...REF, revision: first } });
    expect(readFileSync(join(before.result.folder, 'tokenizer.json'), 'utf8')).toBe('{"model":{}}');
  });

  test('fetches again what was damaged, although its size is right', async () => {
    server.add({ repo: 'acme/clip', files: clipFiles() });
    const settings = hubFor(server, temporaryFolder());
    const { result } = await pulled(settings);
    const blob = realpathSync(join(result.folder, 'onnx/text_model.onnx'));
    const right = readFileSync(blob);
    writeFileSync(blob, Buffer.alloc(right.length));
    expect(await refusal({ ...settings, offline: true })).toMatchObject({ failure: 'corrupt', exitCode: 1 });
    await pulled(settings);
    expect(readFileSync(blob)).toEqual(right);
  });

  test('uses the cache with a warning where the Hub cannot be reached', async () => {
    server.add({ repo: 'acme/clip', files: clipFiles() });
    const settings = hubFor(server, temporaryFolder());
    await pulled(settings);
    server.fault = () => ({ status: 503 });
    const { events, result } = await pulled(settings);
    expect(events.filter(({ type }) => type === 'retry')).toHaveLength(2);
    expect(events).toContainEqual(expect.objectContaining({ type: 'warning' }));
    expect(result.files).toHaveLength(CLIP_NEEDED.length);
  });
});

describe('verified files', () => {
  test('give their sha256 without being read, until something touches them', async () => {
    const large = noise(2 ** 20 + 5);
    server.add({ repo: 'acme/large', files: { 'x.onnx': large } });
    const wanted: Wanted = { what: 'everything' };
    const { result } = await pulled(hubFor(server, temporaryFolder()), {
      ref: { ...REF, repo: 'acme/large' },
      wanted,
    });
    const path = join(result.folder, 'x.onnx');
    const sha256 = createHash('sha256').update(large).digest('hex');
    expect(verifiedSha256(path)).toBe(sha256);
    const { atime, mtime } = statSync(path);
    writeFileSync(path, Buffer.alloc(large.length));
    utimesSync(path, atime, mtime);
    expect(verifiedSha256(path)).toBeUndefined();
  });
});

describe("Python's cache", () => {
  const GOLDEN = join(packageRoot(), 'fixtures/golden/hub');
  const expected = JSON.parse(readFileSync(join(GOLDEN, 'expected.json'), 'utf8'));
  const ref: HubRef = { type: 'model', repo: 'acme/golden', revision: 'main' };

  /** A copy with its links. */
  function pythonCache(): HubSettings {
    const cache = temporaryFolder();
    cpSync(join(GOLDEN, 'cache'), cache, { recursive: true, verbatimSymlinks: true });
    return { ...hubFor({ endpoint: 'http://127.0.0.1:1' }, cache), offline: true };
  }

  test('is read without a connection, every file verified', async () => {
    const settings = pythonCache();
    const { result } = await pulled(settings, { ref });
    expect(result.commit).toBe(expected.commit);
    expect(
      Object.fromEntries(result.files.map(({ path }) => [path, hashOf(join(result.folder, path))])),
    ).toEqual(expected.sha256);
    const model = await resolveModel('c=acme/golden', 'clip', { settings });
    expect(model).toEqual({
      name: 'c',
      ref: `acme/golden@${expected.commit}`,
      folder: result.folder,
      commit: expected.commit,
    });
  });

  test('also without the listing that only newer versions write', async () => {
    const settings = pythonCache();
    rmSync(join(settings.cache, 'models--acme--golden/trees'), { recursive: true });
    const { result } = await pulled(settings, { ref });
    expect(result.files.map(({ path }) => path)).toEqual(Object.keys(expected.sha256).sort());
    expect(result.files.every(({ oid }) => oid !== '')).toBe(true);
  });

  test('is checked, and a wrong byte is found', async () => {
    const settings = pythonCache();
    const states = async () => {
      const files = checkCache(ref, settings);
      const found: string[] = [];
      for await (const { path, state } of files) if (state !== 'right') found.push(`${path} ${state}`);
      return found;
    };
    expect(await states()).toEqual([]);
    const blob = realpathSync(
      join(settings.cache, 'models--acme--golden/snapshots', expected.commit, 'onnx/model.onnx_data'),
    );
    chmodSync(blob, 0o644);
    writeFileSync(blob, Buffer.alloc(statSync(blob).size));
    expect(await states()).toEqual(['onnx/model.onnx_data wrong']);
  });

  function hashOf(path: string): string {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  }
});

describe('names that are not safe', () => {
  test.each([
    '../evil',
    'a/../../evil',
    '/etc/evil',
    'C:\\evil',
    'c:/evil',
    'a\\..\\evil',
    './evil',
    'a//evil',
    'a/',
    '',
    'evil\0.json',
    'evil\n.json',
    'config.json/evil',
    '..',
  ])('%j is refused before anything is written', async (path) => {
    server.add({ repo: 'acme/clip', files: clipFiles() });
    server.alterListing = (entries) => [...entries, { type: 'file', oid: 'a'.repeat(40), size: 4, path }];
    const cache = join(temporaryFolder(), 'cache');
    expect(await refusal(hubFor(server, cache))).toMatchObject({ failure: 'unusable', exitCode: 2 });
    expect(filesBelow(cache)).toEqual([]);
    expect(server.downloads()).toEqual([]);
  });

  test.each(['../../../evil', '', 'a'.repeat(39), 'A'.repeat(64)])('nor may %j be a hash', async (oid) => {
    server.add({ repo: 'acme/clip', files: clipFiles() });
    server.alterListing = (entries) => [...entries, { type: 'file', oid, size: 4, path: 'x.json' }];
    const cache = join(temporaryFolder(), 'cache');
    expect(await refusal(hubFor(server, cache))).toMatchObject({ failure: 'server' });
    expect(filesBelow(cache)).toEqual([]);
  });

  test('a folder of the snapshot that is a link leads nothing away', async () => {
    const commit = server.add({ repo: 'acme/clip', files: clipFiles() });
    const cache = temporaryFolder();
    const elsewhere = temporaryFolder();
    const snapshot = join(cache, 'models--acme--clip/snapshots', commit);
    mkdirSync(snapshot, { recursive: true });
    symlinkSync(elsewhere, join(snapshot, 'onnx'));
    expect((await refusal(hubFor(server, cache))).message).toMatch(/should be.*a link/);
    expect(readdirSync(elsewhere)).toEqual([]);
  });
});
