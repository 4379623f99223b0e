/** What leaves the machine, and what is left on it: no telemetry, no connection that was not asked for, no token anywhere. */

import { execFile, spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/hub/package-root.ts';
import { DIFFUSION } from '../models/tiny-world.ts';
import { folderFiles, hubEnv } from '../support/hub-files.ts';
import { HubServer } from '../support/hub-server.ts';
import { BIN, runCli } from '../support/run-cli.ts';
import { worldRecords, writeProbe } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TOKEN = 'hf_aTokenThatMustShowUpNowhere0123';
const folder = temporaryFolder();
const PROBE = writeProbe(join(folder, 'probe'), worldRecords(2));
const SHORT = ['--timesteps', '2', '--workers', '1'];

let made = 0;
/** An empty folder. */
function fresh(): string {
  const path = join(folder, `${made++}`);
  mkdirSync(path);
  return path;
}

/** Every file below, with its bytes as text. */
function filesBelow(root: string): [path: string, text: string][] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path, readFileSync(path, 'latin1')]);
}

describe('onnxruntime reports to nobody', () => {
  const lacksIt = process.platform === 'win32';

  test('its library still listens to the variable that is set', () => {
    const libraries = globSync(
      join(
        packageRoot(),
        `node_modules/onnxruntime-node/bin/*/${process.platform}/${process.arch}/libonnxruntime*`,
      ),
    );
    expect(libraries.length).toBeGreaterThan(0);
    expect(libraries.some((path) => readFileSync(path).includes('ORT_DISABLE_TELEMETRY'))).toBe(true);
  });

  test.skipIf(lacksIt)('a run leaves no identifier, no log and no queue of events behind', async () => {
    const [home, tmp, cache, out] = [fresh(), fresh(), fresh(), join(fresh(), 'run')];
    const env = { HOME: home, TMPDIR: tmp, XDG_CACHE_HOME: undefined, WINOSCOPE_CACHE: cache, CI: undefined };
    const { code, stderr } = await runCli(['score', PROBE, ...SHORT, '--out', out], { env });
    expect(code, stderr).toBe(0);
    expect(filesBelow(home)).toEqual([]);
    expect(filesBelow(tmp)).toEqual([]);
  });
});

describe('connections', () => {
  const hasStrace = spawnSync('strace', ['-V']).status === 0;
  let server: HubServer;
  beforeAll(async () => {
    server = await HubServer.start();
    server.add({ repo: 'acme/tiny', files: folderFiles(DIFFUSION), gated: true });
    server.tokens.set(TOKEN, ['acme/tiny']);
  });
  afterAll(() => server.stop());

  /** Addresses that a command and all its workers connect to, as the kernel sees it. */
  async function connections(args: readonly string[], env: Record<string, string | undefined>) {
    const log = join(fresh(), 'strace');
    const trace = ['-f', '-qq', '-e', 'trace=connect,sendto', '-o', log];
    await promisify(execFile)('strace', [...trace, process.execPath, BIN, ...args], {
      env: { ...process.env, CI: undefined, ...env },
    });
    return [...readFileSync(log, 'utf8').matchAll(/sa_family=AF_INET6?,.*/g)].map(([found]) => found);
  }

  test.skipIf(!hasStrace)('scoring on the embedded models makes none, in no process (strace)', async () => {
    const args = ['score', PROBE, ...SHORT, '--quiet', '--out', join(fresh(), 'run')];
    expect(await connections(args, {})).toEqual([]);
  });

  test.skipIf(!hasStrace)(
    'a pull goes to its endpoint; scoring offline afterwards goes nowhere (strace)',
    async () => {
      const env = { ...hubEnv(server, fresh()), HF_TOKEN: TOKEN };
      const found = await connections(['pull', 'acme/tiny'], env);
      expect(found.length).toBeGreaterThan(0);
      for (const address of found) expect(address).toContain('"127.0.0.1"');
      const score = ['score', PROBE, '--diffusion', 'acme/tiny', ...SHORT, '--quiet', '--offline'];
      expect(await connections([...score, '--out', join(fresh(), 'run')], env)).toEqual([]);
    },
  );

  /** A scorer that fails as careless programs do: it prints all that it was started with. */
  const careless = join(folder, 'careless.mjs');
  writeFileSync(
    careless,
    "console.error('cannot start with', JSON.stringify(process.env));process.exit(1);\n",
  );
  /** One that answers with it. */
  const chatty = join(folder, 'chatty.mjs');
  writeFileSync(
    chatty,
    `import { createInterface } from 'node:readline';
console.log(JSON.stringify({ winoscope: 1, name: 'chatty' }));
for await (const line of createInterface({ input: process.stdin }))
  console.log(JSON.stringify({ id: JSON.parse(line).id, error: 'no rights for ' + process.env.HF_TOKEN }));
`,
  );

  const command = (script: string, more = '') => `${more}"${process.execPath}" "${script}"`;
  const onUnix = process.platform !== 'win32';

  test.each([
    ['a run on a gated model', 0, () => ['--diffusion', 'acme/tiny', '--json']],
    ['a model that is not there', 2, () => ['--diffusion', 'acme/none']],
    ['an example that the model refuses', 2, () => ['--diffusion', 'acme/tiny', '--strict', '--ids', 'none']],
    ['an external scorer that prints its environment', 1, () => ['--external', command(careless)]],
    [
      'an external scorer that answers with it',
      3,
      () => ['--external', command(chatty), '--on-error', 'skip'],
    ],
    ['a token within a command', 1, () => ['--external', command(careless, onUnix ? `T=${TOKEN} ` : '')]],
    [
      'a token within the command of a run that is stored',
      3,
      () => ['--external', command(chatty, onUnix ? `chatty=T=${TOKEN} ` : ''), '--on-error', 'skip'],
    ],
  ] as const)('the token is in nothing that is printed or written: %s', async (_, expected, args) => {
    const [home, work] = [fresh(), fresh()];
    const env = {
      ...hubEnv(server, join(home, 'hf')),
      HOME: home,
      HF_TOKEN: TOKEN,
      WINOSCOPE_CACHE: join(home, 'cache'),
      WINOSCOPE_DEBUG: '1',
    };
    const { code, stdout, stderr } = await runCli(['score', PROBE, ...args(), ...SHORT], { env, cwd: work });
    expect(code, stderr).toBe(expected);
    expect(stdout + stderr).not.toContain(TOKEN);
    const written = [...filesBelow(home), ...filesBelow(work)];
    for (const [path, text] of written) expect(text.includes(TOKEN), path).toBe(false);
    if (expected !== 0) return;
    // A test that looks at nothing would pass as well.
    expect(written.length).toBeGreaterThan(10);
    expect(server.requests.some(({ authorization }) => authorization?.includes(TOKEN))).toBe(true);
    expect(
      server.requests
        .filter(({ host }) => host === 'storage')
        .every((seen) => seen.authorization === undefined),
    ).toBe(true);
  });
});
