/** Models on the Hub through the real command line, the Hub being a server on loopback. */

import { cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/hub/package-root.ts';
import { CLIP, DIFFUSION } from '../models/tiny-world.ts';
import { folderFiles, hubEnv, noise } from '../support/hub-files.ts';
import { HubServer } from '../support/hub-server.ts';
import { runCli, runOk } from '../support/run-cli.ts';
import { temporaryFolder } from '../temporary.ts';

const GUARD = ['--import', pathToFileURL(join(packageRoot(), 'test/support/no-network.mjs')).href];
const LARGE = 200 * 2 ** 20;

let server: HubServer;
const commits: Record<string, string> = {};
beforeAll(async () => {
  server = await HubServer.start();
  commits.tiny = server.add({ repo: 'acme/tiny', files: folderFiles(DIFFUSION) });
  commits.clip = server.add({ repo: 'acme/tiny-clip', files: folderFiles(CLIP), branch: 'v1' });
});
afterAll(() => server.stop());

const SHORT = ['--limit', '2', '--timesteps', '2'];

describe('scoring models on the Hub', () => {
  test('gives the scores of the same files in a folder, and the run says which commits they were', async () => {
    const home = temporaryFolder();
    const env = hubEnv(server, home);
    const [hub, local] = [join(home, 'hub-run'), join(home, 'folder-run')];
    const models = ['--diffusion', 'acme/tiny@main', '--clip', 'small=acme/tiny-clip@v1'];
    const first = await runOk(['score', ...models, ...SHORT, '--out', hub], { env });
    expect(first.stderr).toMatch(/acme\/tiny@main: fetching 20\.4 MB[\s\S]*fetched and verified/);
    await runOk(['score', '--diffusion', DIFFUSION, '--clip', `small=${CLIP}`, ...SHORT, '--out', local]);
    const run = (folder: string) => JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
    expect(run(hub).identityHash).toBe(run(local).identityHash);
    expect(run(hub).about.scorers).toMatchObject({
      diffusion: { ref: `acme/tiny@${commits.tiny}` },
      small: { ref: `acme/tiny-clip@${commits.clip}` },
    });
    for (const name of ['diffusion', 'small'])
      expect(readFileSync(join(hub, 'scores', `${name}.jsonl`))).toEqual(
        readFileSync(join(local, 'scores', `${name}.jsonl`)),
      );

    // The second time without any connection, by the flag and by the variable.
    const again = ['score', ...models, ...SHORT];
    for (const [args, more] of [
      [[...again, '--offline', '--out', join(home, 'again')], {}],
      [[...again, '--out', join(home, 'once-more')], { HF_HUB_OFFLINE: '1' }],
    ] as const) {
      const { code, stderr } = await runCli(args, { env: { ...env, ...more }, nodeArgs: GUARD });
      expect(code, stderr).toBe(0);
    }
  });

  test('the guard of the test above does notice a connection', async () => {
    const { code, stderr } = await runCli(['pull', 'acme/tiny'], {
      env: hubEnv(server, temporaryFolder()),
      nodeArgs: GUARD,
    });
    expect(stderr).toContain('A CONNECTION WAS ATTEMPTED');
    expect(code).toBe(99);
  });

  test('offline without the files says what is missing and how to get it, and connects to nothing', async () => {
    const home = temporaryFolder();
    const env = hubEnv(server, home);
    const options = { env, nodeArgs: GUARD };
    const none = await runCli(['score', '--diffusion', 'acme/tiny', '--offline'], options);
    expect(none.stderr).toMatch(/not in the cache.*acme\/tiny@main.*`winoscope pull acme\/tiny@main`/);
    expect(none.code).toBe(2);
    await runOk(['pull', 'acme/tiny', '--include', '*.json'], { env });
    const some = await runCli(['score', '--diffusion', 'acme/tiny', '--offline'], options);
    expect(some.stderr).toMatch(/all but text_encoder\/model\.onnx, .*unet\/model\.onnx/);
    expect(some.code).toBe(2);
  });

  test('whoever uses no Hub is not troubled by its settings', async () => {
    const image = join(packageRoot(), 'fixtures/tiny-world/probe/images/ex_0_img_0.png');
    const args = ['pair', image, '--caption', 'a red circle', '--clip', 'tiny-world'];
    const { code, stderr } = await runCli(args, {
      env: { HF_ENDPOINT: 'nonsense', HF_TOKEN: 'not a token' },
      nodeArgs: GUARD,
    });
    expect(code, stderr).toBe(0);
  });

  test('a folder that exists comes before a name on the Hub', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'acme'));
    cpSync(DIFFUSION, join(folder, 'acme/tiny'), { recursive: true });
    const args = [
      'score',
      join(packageRoot(), 'fixtures/tiny-world/probe'),
      '--diffusion',
      'acme/tiny',
      '--limit',
      '1',
    ];
    const out = join(folder, 'run');
    const { code, stderr } = await runCli([...args, '--timesteps', '2', '--out', out], {
      cwd: folder,
      env: hubEnv(server, folder),
      nodeArgs: GUARD,
    });
    expect(code, stderr).toBe(0);
    expect(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')).about.scorers.diffusion.ref).toBe(
      'acme/tiny',
    );
  });

  test.each([
    ['models/sd15', /no model "models\/sd15".*there is no folder .*models\/sd15 either/],
    ['./models/sd15', /no such model folder.*no folder .*models\/sd15/],
    ['nothing', /no such model folder.*ORG\/NAME.*no name that the Hub can have/],
    ['acme/tiny@v9', /no revision "v9"/],
    ['acme/tiny-clip@v1', /It looks like a CLIP model: pass it as --clip/],
    ['datasets/acme/tiny', /a dataset cannot score/],
  ])('--diffusion %s', async (ref, sentence) => {
    const { code, stderr } = await runCli(['score', '--diffusion', ref], {
      env: hubEnv(server, temporaryFolder()),
    });
    expect(stderr).toMatch(sentence);
    expect(code).toBe(2);
  });
});

describe('winoscope pull', () => {
  test('says where the files are, which commit they are, and how large', async () => {
    const env = hubEnv(server, temporaryFolder());
    const { stdout } = await runOk(['pull', 'acme/tiny-clip', '--revision', 'v1'], { env });
    expect(stdout).toMatch(
      new RegExp(
        `acme/tiny-clip@v1\n  commit  ${commits.clip}\n  folder  \\S+\n  size    3\\.38 MB in 10 files`,
      ),
    );
    expect(stdout).toMatch(/1\.46 MB {2}onnx\/text_model\.onnx/);
    const again = await runOk(['pull', `acme/tiny-clip@${commits.clip}`, '--json'], { env, nodeArgs: GUARD });
    const { commit, downloaded, files, folder } = JSON.parse(again.stdout);
    expect({ commit, downloaded }).toEqual({ commit: commits.clip, downloaded: 0 });
    expect(files.every(({ how }: { how: string }) => how === 'cached')).toBe(true);
    expect(readdirSync(folder)).toContain('onnx');
  });

  test('--check finds a damaged file, and the next pull fetches it again', async () => {
    const env = hubEnv(server, temporaryFolder());
    const { stdout } = await runOk(['pull', 'acme/tiny', '--json'], { env });
    const unet = realpathSync(join(JSON.parse(stdout).folder, 'unet/model.onnx'));
    await runOk(['pull', 'acme/tiny', '--check'], { env, nodeArgs: GUARD });
    writeFileSync(unet, Buffer.alloc(statSync(unet).size));
    const checked = await runCli(['pull', 'acme/tiny', '--check'], { env, nodeArgs: GUARD });
    expect(checked.stdout).toMatch(/wrong .*unet\/model\.onnx/);
    expect(checked.stderr).toMatch(
      /1 of 16 files in the cache has other contents.*winoscope pull acme\/tiny@main/,
    );
    expect(checked.code).toBe(1);
    await runOk(['pull', 'acme/tiny'], { env });
    expect(readFileSync(unet).equals(readFileSync(join(DIFFUSION, 'unet/model.onnx')))).toBe(true);
    await runOk(['pull', 'acme/tiny', '--check'], { env });
  });

  test.each([
    [['tiny-world'], /needs no pull/],
    [['a b'], /no name on the Hub/],
    [['acme/tiny@v1', '--revision', 'v2'], /two revisions/],
    [['acme/tiny', '--include', '*.zip'], /no file of the repository matches/],
    [['acme/tiny', '--check', '--include', '*'], /--include has no use/],
    [['acme/tiny', '--type', 'space'], /Allowed choices are model, dataset/],
    [['acme/tiny@'], /cannot be a revision/],
  ])('refuses %j', async (args, sentence) => {
    const { code, stderr } = await runCli(['pull', ...args], { env: hubEnv(server, temporaryFolder()) });
    expect(stderr).toMatch(sentence);
    expect(code).toBe(2);
  });

  test('needs no more memory for a large file than for a small one', async () => {
    server.add({
      repo: 'acme/large',
      files: { 'small.bin': noise(2000), 'unet/weights.pb': { zeros: LARGE } },
    });
    const home = temporaryFolder();
    const report = `data:text/javascript,process.on('exit',()=>process.stderr.write('RSS '+process.resourceUsage().maxRSS))`;
    const peak = async (glob: string) => {
      const args = ['pull', 'acme/large', '--include', glob];
      const { stderr } = await runOk(args, { env: hubEnv(server, home), nodeArgs: ['--import', report] });
      return Number(/RSS (\d+)/.exec(stderr)![1]) * 1024;
    };
    const small = await peak('small.bin');
    expect((await peak('*.pb')) - small).toBeLessThan(LARGE / 2);
  });
});
