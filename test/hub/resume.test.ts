/** Downloads that were cut, killed or raced: what is there is gone on with, and no blob is ever wrong. */

import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { takeLock } from '../../src/hub/cache-lock.ts';
import { type PullEvent, pull } from '../../src/hub/pull.ts';
import { hubEnv, hubFor, noise } from '../support/hub-files.ts';
import { type Fault, HubServer, type SeenRequest } from '../support/hub-server.ts';
import { runCli, startCli, until } from '../support/run-cli.ts';
import { temporaryFolder } from '../temporary.ts';

const SIZE = 400_000;
const CONTENTS = noise(SIZE, 42);
const OID = createHash('sha256').update(CONTENTS).digest('hex');
const REF = { type: 'model', repo: 'acme/one', revision: 'main' } as const;

let server: HubServer;
beforeAll(async () => {
  server = await HubServer.start();
  server.add({ repo: 'acme/one', files: { 'weights.pb': CONTENTS } });
});
afterAll(() => server.stop());
beforeEach(() => {
  server.requests.length = 0;
  server.fault = () => undefined;
});

const toStorage = () => server.requests.filter(({ host }) => host === 'storage');
/** Faults for the first, second … request to the host of large files; none after the last. */
const inTurn = (...faults: (Fault | undefined)[]) => {
  let turn = 0;
  server.fault = ({ host }: SeenRequest) => (host === 'storage' ? faults[turn++] : undefined);
};
const incompleteIn = (cache: string) => join(cache, 'models--acme--one/blobs', `${OID}.winoscope.incomplete`);

/** Pulls within this process; the file must be right in the end. */
async function pulled(cache: string): Promise<PullEvent[]> {
  const events: PullEvent[] = [];
  for await (const event of pull({ ref: REF, wanted: { what: 'everything' } }, hubFor(server, cache))) {
    events.push(event);
    if (event.type !== 'end') continue;
    const path = join(event.result.folder, 'weights.pb');
    expect(readFileSync(path).equals(CONTENTS)).toBe(true);
    expect(readdirSync(join(cache, 'models--acme--one/blobs'))).toEqual([OID]);
    expect(realpathSync(path).endsWith(OID)).toBe(true);
  }
  return events;
}
/** Puts the first bytes of the file there, as an interrupted download leaves them. */
function begun(cache: string, bytes: Uint8Array): void {
  mkdirSync(join(cache, 'models--acme--one/blobs'), { recursive: true });
  writeFileSync(incompleteIn(cache), bytes);
}

describe('a cut connection', () => {
  test('is gone on with where it was cut, as often as something came', async () => {
    inTurn({ cutAfter: 100_000 }, { cutAfter: 50_000 }, { cutAfter: 70_000 }, { cutAfter: 10_000 });
    await pulled(temporaryFolder());
    const from = toStorage().map(({ range }) => Number(/\d+/.exec(range ?? '0')![0]));
    expect(from).toHaveLength(5);
    expect(from[0]).toBe(0);
    expect(from).toEqual([...from].sort((a, b) => a - b));
    expect(from[4]).toBeGreaterThan(0);
  });

  test('a body that ends early is noticed, with or without an error', async () => {
    inTurn({ endAfter: 150_000 });
    await pulled(temporaryFolder());
    expect(toStorage().map(({ range }) => range)).toEqual([undefined, 'bytes=150000-']);
  });

  test('one that brings nothing more is given up with a sentence, and what came is kept', async () => {
    inTurn({ endAfter: 150_000 }, ...Array.from({ length: 9 }, () => ({ endAfter: 0 })));
    const cache = temporaryFolder();
    await expect(pulled(cache)).rejects.toMatchObject({ failure: 'truncated', exitCode: 1 });
    expect(statSync(incompleteIn(cache)).size).toBe(150_000);
    inTurn();
    await pulled(cache);
    expect(toStorage().at(-1)?.range).toBe('bytes=150000-');
  });

  test('one that falls silent counts as cut', async () => {
    inTurn({ stallAfter: 120_000 });
    const home = temporaryFolder();
    const args = ['pull', 'acme/one', '--include', '*', '--json'];
    const env = { ...hubEnv(server, home), HF_HUB_DOWNLOAD_TIMEOUT: '0.3' };
    const { code, stdout, stderr } = await runCli(args, { env });
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/does not answer; trying again/);
    expect(JSON.parse(stdout).files).toMatchObject([{ path: 'weights.pb', sha256: OID }]);
    expect(toStorage().map(({ range }) => range)).toEqual([undefined, 'bytes=120000-']);
  });
});

describe('a begun download', () => {
  test('is gone on with', async () => {
    const cache = temporaryFolder();
    begun(cache, CONTENTS.subarray(0, 300_000));
    const events = await pulled(cache);
    expect(toStorage().map(({ range }) => range)).toEqual(['bytes=300000-']);
    expect(events.find(({ type }) => type === 'file')).toMatchObject({
      file: { how: 'resumed', downloaded: 100_000 },
    });
  });

  test('that is already whole needs no request', async () => {
    const cache = temporaryFolder();
    begun(cache, CONTENTS);
    await pulled(cache);
    expect(toStorage()).toEqual([]);
  });

  test.each([
    ['of other contents', Buffer.alloc(300_000)],
    ['that is too long', Buffer.alloc(SIZE + 1)],
    ['of the right length and other contents', Buffer.alloc(SIZE)],
  ])('%s is begun again', async (_, bytes) => {
    const cache = temporaryFolder();
    begun(cache, bytes);
    await pulled(cache);
    expect(toStorage().at(-1)?.range).toBeUndefined();
  });

  test('from a server that knows no ranges is begun again', async () => {
    inTurn({ ignoreRange: true });
    const cache = temporaryFolder();
    begun(cache, CONTENTS.subarray(0, 300_000));
    await pulled(cache);
    expect(toStorage()).toHaveLength(1);
  });

  test('is begun again where the server sends another range than was asked for', async () => {
    inTurn({ status: 206, headers: { 'Content-Range': `bytes 0-9/${SIZE}` }, body: '0123456789' });
    const cache = temporaryFolder();
    begun(cache, CONTENTS.subarray(0, 300_000));
    await pulled(cache);
  });
});

describe('processes', () => {
  const args = ['pull', 'acme/one', '--include', '*', '--json'];

  test.each(['SIGKILL', 'SIGINT'] as const)('one that was ended by %s is gone on with', async (signal) => {
    const home = temporaryFolder();
    const cache = join(home, 'hub');
    inTurn({ stallAfter: 200_000 });
    const first = startCli(args, { env: hubEnv(server, home) });
    const there = () => (statSync(incompleteIn(cache), { throwIfNoEntry: false })?.size ?? 0) === 200_000;
    expect(await until(there, first.result)).toBe(true);
    first.child.kill(signal);
    const ended = await first.result;
    if (signal === 'SIGINT') {
      expect(ended.code).toBe(130);
      expect(ended.stderr).toMatch(/interrupted. What was downloaded is kept/);
    }
    await pulled(cache);
    expect(toStorage().map(({ range }) => range)).toEqual([undefined, 'bytes=200000-']);
    const locks = readdirSync(join(cache, '.locks/models--acme--one'));
    expect(locks).toEqual([]);
  });

  test('several at once fetch every byte once and all end well', async () => {
    const home = temporaryFolder();
    const files = Object.fromEntries(
      Array.from({ length: 6 }, (_, k) => [`${k}.bin`, noise(80_000 + k, k + 1)]),
    );
    server.add({ repo: 'acme/many', files });
    const run = () =>
      runCli(['pull', 'acme/many', '--include', '*', '--json'], { env: hubEnv(server, home) });
    const results = await Promise.all([run(), run(), run()]);
    for (const { code, stdout, stderr } of results) {
      expect(code, stderr).toBe(0);
      const { folder } = JSON.parse(stdout);
      for (const [name, contents] of Object.entries(files))
        expect(readFileSync(join(folder, name)).equals(contents), name).toBe(true);
    }
    expect(toStorage()).toHaveLength(6);
    expect(readdirSync(join(home, 'hub/.locks/models--acme--many'))).toEqual([]);
    expect(readdirSync(join(home, 'hub/models--acme--many/blobs'))).toHaveLength(6);
  });

  test('a second one waits for a living one and says for whom', async () => {
    const cache = temporaryFolder();
    const lock = await takeLock(join(cache, '.locks/models--acme--one'), OID);
    const settings = hubFor(server, cache);
    let waited = '';
    for await (const event of pull({ ref: REF, wanted: { what: 'everything' } }, settings)) {
      if (event.type !== 'waiting') continue;
      expect(toStorage()).toEqual([]);
      waited = event.holder;
      lock.release();
    }
    expect(waited).toBe(`process ${process.pid} on ${hostname()}`);
  });

  test.each([
    ['of a process that is gone', { host: hostname(), pid: 2 ** 22 + 1, id: 'x' }, 0],
    ['of another machine that was silent for minutes', { host: 'elsewhere', pid: 1, id: 'x' }, 600],
    ['that is torn and old', undefined, 600],
  ])('a lock %s is taken over', async (_, owner, age) => {
    const cache = temporaryFolder();
    const folder = join(cache, '.locks/models--acme--one');
    const file = join(folder, `${OID}.winoscope.lock`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, owner ? JSON.stringify(owner) : '');
    const then = Date.now() / 1000 - age;
    utimesSync(file, then, then);
    await pulled(cache);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("Python's lock file, which it leaves behind, keeps nobody out", async () => {
    const cache = temporaryFolder();
    const folder = join(cache, '.locks/models--acme--one');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${OID}.lock`), '');
    await pulled(cache);
  });
});
