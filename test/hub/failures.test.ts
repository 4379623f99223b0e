/** Every failure of the Hub and of the way to it has a sentence of its own, and none gives the token away. */

import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clipFiles, hubEnv } from '../support/hub-files.ts';
import { type Fault, HubServer, type SeenRequest } from '../support/hub-server.ts';
import { BIN, runCli } from '../support/run-cli.ts';
import { temporaryFolder } from '../temporary.ts';

const TOKEN = 'hf_thisIsTheSecretToken';

let server: HubServer;
beforeAll(async () => {
  server = await HubServer.start();
  const files = clipFiles();
  server.add({ repo: 'acme/clip', files });
  server.add({ repo: 'acme/gated', files, gated: true });
  server.add({ repo: 'acme/private', files, private: true });
  server.add({ type: 'dataset', repo: 'acme/gated-set', files: { 'a.txt': 'a' }, gated: true });
});
afterAll(() => server.stop());
beforeEach(() => {
  server.requests.length = 0;
  server.fault = () => undefined;
  server.alterListing = (entries) => entries;
  server.tokens.clear();
});

/** Runs `winoscope pull`, and searches all it printed and wrote for the token. */
async function pullBy(args: string[], env: Record<string, string> = {}) {
  const home = temporaryFolder();
  const result = await runCli(['pull', ...args], { env: { ...hubEnv(server, home), ...env } });
  const written = readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
  for (const text of [result.stdout, result.stderr, ...written]) expect(text).not.toContain(TOKEN);
  expect(result.stderr).not.toContain('secret-signature');
  expect(result.stderr).not.toMatch(/^\s+at /m);
  return { ...result, home };
}

const isContents = ({ host, url }: SeenRequest) => host === 'storage' || url.includes('/resolve/');
const onContents = (fault: Fault) => {
  server.fault = (request) => (isContents(request) ? fault : undefined);
};

describe('access', () => {
  test.each([
    [
      'gated, no token',
      ['acme/gated'],
      {},
      /gated and no token.*Accept the terms at http\S+\/acme\/gated, then set HF_TOKEN/,
    ],
    [
      'gated, terms not accepted',
      ['acme/gated'],
      { HF_TOKEN: TOKEN },
      /gated and its terms.*Accept the terms at http\S+\/acme\/gated /,
    ],
    [
      'a gated data set',
      ['acme/gated-set', '--type', 'dataset'],
      { HF_TOKEN: TOKEN },
      /dataset is gated.*\/datasets\/acme\/gated-set/,
    ],
    ['private, no token', ['acme/private'], {}, /no model "acme\/private", or it is private.*HF_TOKEN/],
    [
      'no such repository',
      ['acme/none'],
      { HF_TOKEN: TOKEN },
      /no model "acme\/none" that the token may see.*no dataset/,
    ],
    ['no such revision', ['acme/clip@v9'], {}, /no revision "v9"/],
  ] as const)('%s', async (_, args, env, sentence) => {
    server.tokens.set(TOKEN, []);
    const { code, stderr, stdout } = await pullBy([...args], env);
    expect(stderr).toMatch(sentence);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('a token that is not accepted', async () => {
    const { code, stderr } = await pullBy(['acme/clip'], { HF_TOKEN: TOKEN });
    expect(stderr).toMatch(/does not accept the token/);
    expect(code).toBe(2);
  });

  test('a server that repeats the token is not repeated', async () => {
    server.fault = () => ({ status: 403, headers: { 'X-Error-Message': `no rights for ${TOKEN}` } });
    const { code, stderr } = await pullBy(['acme/clip'], { HF_TOKEN: TOKEN });
    expect(stderr).toMatch(/the token may not read.*no rights for \[token\]/);
    expect(code).toBe(2);
  });

  test('accepted terms open it, and the token is not stored', async () => {
    server.tokens.set(TOKEN, ['acme/gated']);
    expect((await pullBy(['acme/gated', '--json'], { HF_TOKEN: TOKEN })).code).toBe(0);
  });
});

describe('the server', () => {
  test('that fails a few times is asked again, as late as it says', async () => {
    let times = 0;
    server.fault = () =>
      times++ < 2 ? { status: times === 1 ? 429 : 503, headers: { 'Retry-After': '0' } } : undefined;
    const { code, stderr } = await pullBy(['acme/clip']);
    expect(stderr).toMatch(/status 429; trying again in 0\.0 s[\s\S]*status 503; trying again/);
    expect(code).toBe(0);
  });

  test.each([
    [429, /takes no more requests.*status 429/],
    [500, /fault of its own.*status 500/],
    [503, /fault of its own.*status 503/],
  ])('that goes on with %i', async (status, sentence) => {
    server.fault = () => ({ status, headers: { 'Retry-After': '0' } });
    const { code, stderr } = await pullBy(['acme/clip']);
    expect(stderr).toMatch(sentence);
    expect(code).toBe(1);
    expect(server.requests).toHaveLength(6);
  });

  test('that asks for an hour of patience is not waited for', async () => {
    server.fault = () => ({ status: 429, headers: { 'Retry-After': '3600' } });
    expect((await pullBy(['acme/clip'])).code).toBe(1);
    expect(server.requests).toHaveLength(1);
  });

  test('that is a login page', async () => {
    server.fault = () => ({
      status: 200,
      headers: { 'Content-Type': 'text/html' },
      body: '<html>Log in</html>',
    });
    const { code, stderr } = await pullBy(['acme/clip']);
    expect(stderr).toMatch(/not one of the Hub/);
    expect(code).toBe(1);
  });

  test.each([
    ['in a circle', { status: 302, headers: { Location: '/again' } }, /one address to the next/],
    ['to a file', { status: 302, headers: { Location: 'file:///etc/passwd' } }, /cannot be followed/],
  ])('that redirects %s', async (_, fault, sentence) => {
    server.fault = () => fault;
    expect((await pullBy(['acme/clip'])).stderr).toMatch(sentence);
  });

  test('that has lost a file', async () => {
    onContents({ status: 404, headers: { 'X-Error-Code': 'EntryNotFound' } });
    expect((await pullBy(['acme/clip'])).stderr).toMatch(/has no file "\S+\.json"/);
  });

  test('that sends other bytes than promised: nothing of them is kept', async () => {
    onContents({ corrupt: true });
    const { code, stderr, home } = await pullBy(['acme/clip']);
    expect(stderr).toMatch(/other contents than the Hub promises/);
    expect(code).toBe(1);
    const blobs = join(home, 'hub/models--acme--clip/blobs');
    expect(readdirSync(blobs).filter((name) => !name.endsWith('.incomplete'))).toEqual([]);
  });

  test('that lists more than the disk can hold', async () => {
    server.alterListing = (entries) =>
      entries.map((entry) =>
        entry.path === 'onnx/text_model.onnx'
          ? { ...entry, lfs: { oid: 'a'.repeat(64), size: 9e15 } }
          : entry,
      );
    const { code, stderr } = await pullBy(['acme/clip']);
    expect(stderr).toMatch(/not enough room.*9000000\.0 GB for the download/);
    expect(code).toBe(1);
    expect(server.downloads()).toEqual([]);
  });
});

describe('the way to it', () => {
  test.each([
    ['a closed port', 'http://127.0.0.1:2', /refuses the connection.*ECONNREFUSED/],
    ['a name that does not exist', 'http://no-such-host.invalid', /cannot be resolved|cannot be reached/],
  ])('%s', async (_, endpoint, sentence) => {
    const { code, stderr } = await pullBy(['acme/clip'], { HF_ENDPOINT: endpoint });
    expect(stderr).toMatch(sentence);
    expect(code).toBe(1);
  });

  test('a disk that takes no more in the middle: what came is kept', async () => {
    const home = temporaryFolder();
    const env = { ...process.env, ...hubEnv(server, home) };
    // A limit on the size of files stands for a full disk: the write fails half way.
    const command = `ulimit -f 100; exec '${process.execPath}' '${BIN}' pull acme/clip`;
    const { status, stderr } = await new Promise<{ status: number | null; stderr: string }>((resolve) => {
      const child = execFile('bash', ['-c', command], { env }, (_, __, text) =>
        resolve({ status: child.exitCode, stderr: text }),
      );
    });
    expect(stderr).toMatch(/the disk is full.*what was downloaded is kept/);
    expect(status).toBe(1);
    const kept = readdirSync(join(home, 'hub/models--acme--clip/blobs')).filter((name) =>
      /incomplete$/.test(name),
    );
    expect(kept).toHaveLength(1);
    const again = await runCli(['pull', 'acme/clip', '--json'], { env: hubEnv(server, home) });
    expect(JSON.parse(again.stdout).files.map(({ how }: { how: string }) => how)).toContain('resumed');
  });

  test('a file where the cache should be', async () => {
    const { code, stderr } = await pullBy(['acme/clip'], { HF_HUB_CACHE: '/dev/null' });
    expect(stderr).toMatch(/cannot write to the Hugging Face cache/);
    expect(code).toBe(1);
    expect(existsSync('/dev/null')).toBe(true);
  });
});
