/** Everything that can be wrong with what a user passes, through the real command line: one sentence, no trace. */

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { delimiter, join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CliResult, runCli, runOk } from '../support/run-cli.ts';
import {
  alteredModel,
  modelFile,
  worldImage,
  worldRecords,
  writeOnePairProbe,
  writeProbe,
} from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
let made = 0;
/** A path that nothing uses yet. */
const fresh = () => join(folder, `${made++}`);

const [{ caption_0: CAPTION, image_0: FIRST, image_1: SECOND }] = worldRecords(1) as [
  ReturnType<typeof worldRecords>[0],
];
const IMAGE = worldImage(0, 0);

/** Demands a failure told in one line of stderr, which holds all of `parts`. */
function expectRefusal(
  { code, signal, stdout, stderr }: CliResult,
  expected: number,
  ...parts: (string | RegExp)[]
) {
  expect(stderr).toMatch(/^winoscope: [^\n]+\.\n$/);
  for (const part of parts) expect(stderr).toMatch(part);
  expect(stderr).not.toMatch(/ {4}at |unexpected failure|\[object |NaN/);
  expect(stdout).toBe('');
  expect({ code, signal }).toEqual({ code: expected, signal: null });
}

/** Two good examples, which is quicker to read than the embedded probe. */
const PROBE = writeProbe(fresh(), worldRecords(2));

/** Runs `score` without progress, into a new folder, on as little as possible; `args` may begin with a task. */
function score(args: readonly string[]): Promise<CliResult> {
  const task = args[0]?.startsWith('-') ? [PROBE] : [];
  const out = args.includes('--out') ? [] : ['--out', fresh()];
  const limit = args.includes('--limit') ? [] : ['--limit', '1'];
  const timesteps = args.includes('--timesteps') ? [] : ['--timesteps', '2'];
  return runCli(['score', ...task, ...args, '--quiet', ...limit, ...timesteps, ...out]);
}

const pair = (...args: string[]) => runCli(['pair', '--timesteps', '2', ...args]);

describe('models', () => {
  test('no such folder, and a file in its place', async () => {
    const missing = fresh();
    expectRefusal(await score(['--diffusion', missing]), 2, 'no such model folder', missing, '--diffusion');
    expectRefusal(
      await score(['--clip', 'some-user/some-model', '--offline']),
      2,
      'not in the cache',
      'some-user/some-model',
      'no folder',
    );
    expectRefusal(await score(['--clip', IMAGE]), 2, 'no such model folder', IMAGE);
    expectRefusal(await score(['--clip', 'name=']), 2, 'no such model folder');
  });

  test('an empty folder, and one of the other kind', async () => {
    const empty = fresh();
    mkdirSync(empty);
    expectRefusal(await score(['--diffusion', empty]), 2, 'missing', join(empty, 'model_index.json'));
    expectRefusal(await score(['--clip', empty]), 2, 'missing', join(empty, 'config.json'));
    const clip = alteredModel('clip', fresh(), {});
    expectRefusal(await score(['--diffusion', clip]), 2, 'missing', join(clip, 'model_index.json'));
  });

  test.each([
    ['diffusion', 'unet/model.onnx', /the model has no unet/],
    ['diffusion', 'text_encoder/model.onnx', /the model has no text encoder/],
    ['diffusion', 'vae_encoder/model.onnx', /the model has no vae encoder.*VAE encoder\.$/m],
    ['diffusion', 'scheduler/scheduler_config.json', /missing/],
    ['diffusion', 'tokenizer', /missing/],
    ['clip', 'onnx', /the folder has no CLIP graph/],
    ['clip', 'vocab.json', /missing/],
    ['clip', 'preprocessor_config.json', /missing/],
  ] as const)('a %s model without %s', async (kind, path, sentence) => {
    const changes = path === 'vocab.json' ? { [path]: null, 'tokenizer.json': null } : { [path]: null };
    const model = alteredModel(kind, fresh(), changes);
    // Without any graph it is the folder that is wrong.
    expectRefusal(
      await score([`--${kind}`, model]),
      2,
      sentence,
      path === 'onnx' ? model : join(model, path),
    );
  });

  test.each([
    ['garbage', Buffer.from('not a graph at all, but long enough to be one perhaps'.repeat(50))],
    ['empty', Buffer.alloc(0)],
    ['truncated', modelFile('diffusion', 'unet/model.onnx').subarray(0, 100_000)],
    [
      'a pointer to the file',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 17394932\n'),
    ],
  ])('a denoiser that is %s', async (_, contents) => {
    const model = alteredModel('diffusion', fresh(), { 'unet/model.onnx': contents });
    const path = join(model, 'unet', 'model.onnx');
    expectRefusal(
      await score(['--diffusion', model]),
      2,
      contents.length === 0 ? 'is empty' : 'cannot open',
      path,
    );
    expectRefusal(await pair(IMAGE, '--caption', CAPTION, '--diffusion', model), 2, path);
  });

  test('a truncated CLIP graph', async () => {
    const graph = modelFile('clip', 'onnx/vision_model.onnx');
    const model = alteredModel('clip', fresh(), {
      'onnx/vision_model.onnx': graph.subarray(0, graph.length / 2),
    });
    expectRefusal(await score(['--clip', model]), 2, 'cannot open', join(model, 'onnx', 'vision_model.onnx'));
  });

  test.each([
    ['model_index.json', '<html>not found</html>', 'not JSON'],
    ['model_index.json', '', 'not JSON'],
    ['model_index.json', '[]', 'expected object'],
    ['model_index.json', '{"_class_name": 7}', '"_class_name"'],
    ['model_index.json', '{"_class_name": "KandinskyPipeline"}', 'KandinskyPipeline'],
    ['scheduler/scheduler_config.json', '{"num_train_timesteps": "1000"}', '"num_train_timesteps"'],
    ['scheduler/scheduler_config.json', '{"prediction_type": "flow"}', '"prediction_type"'],
    ['scheduler/scheduler_config.json', '{"trained_betas": [0.1, 0.2]}', 'trained_betas'],
    ['unet/config.json', '{"sample_size": "eight"}', '"sample_size"'],
    ['tokenizer/tokenizer.json', '{}', 'tokenizer'],
    ['tokenizer/tokenizer.json', '{"model": ', 'not JSON'],
    ['winoscope.json', '{"domain": {"words": []}}', '"domain.'],
  ])('%s that says %s', async (path, contents, part) => {
    const model = alteredModel('diffusion', fresh(), { [path]: contents });
    const where = path.startsWith('tokenizer') ? join(model, 'tokenizer') : path;
    const named = contents.includes('trained_betas') ? 'scheduler_config.json' : where;
    expectRefusal(await score(['--diffusion', model]), 2, part, named);
  });

  test('two scorers of one name, and a name that is none', async () => {
    const twice = ['--clip', 'tiny-world', '--clip', 'tiny-world'];
    expectRefusal(await score(twice), 2, 'two scorers are called "clip"', '--clip small=FOLDER');
    expectRefusal(await pair(IMAGE, '--caption', CAPTION, ...twice), 2, 'two scorers are called "clip"');
    expectRefusal(
      await score(['--clip', 'a=tiny-world', '--diffusion', 'a=tiny-world']),
      2,
      'two scorers are called "a"',
    );
    expectRefusal(await score(['--clip', 'a b=tiny-world']), 2, '"a b" cannot name a scorer');
    expectRefusal(await score(['--clip', '..=tiny-world']), 2, '".." cannot name a scorer');
  });
});

describe('tasks and probes', () => {
  /** A probe with one good 2 x 2 example; `lines` replaces its records. */
  const probeOf = (lines?: string) => {
    const probe = writeOnePairProbe(fresh());
    if (lines !== undefined) writeFileSync(join(probe, 'examples.jsonl'), lines);
    return probe;
  };
  const record = (more: object) =>
    `${JSON.stringify({ id: 'x', images: [FIRST, SECOND], captions: [CAPTION, CAPTION], ...more })}\n`;

  test('an unknown task, and a folder that is no probe', async () => {
    expectRefusal(await score(['no-such-task']), 2, 'unknown task "no-such-task"', 'tiny-world');
    const empty = fresh();
    mkdirSync(empty);
    expectRefusal(await score([empty]), 2, 'not a probe', empty, 'task.yaml');
    writeFileSync(join(empty, 'task.yaml'), 'name: x\n');
    expectRefusal(await score([empty]), 2, 'cannot read the examples', 'examples.jsonl');
  });

  test.each([
    ['name: [', 'cannot be read'],
    ['', 'task file is wrong'],
    ['name: "a/b"', '"name"'],
    ['name: x\nformat: 2', '"format"'],
    ['name: x\nredistribution: maybe', '"redistribution"'],
  ])('a task file that says %j', async (yaml, part) => {
    const probe = probeOf();
    writeFileSync(join(probe, 'task.yaml'), yaml);
    expectRefusal(await score([probe]), 2, part, 'task.yaml');
  });

  test.each([
    ['', 'no usable example'],
    ['{"id": 1,\n', /not JSON.*line 1/],
    ['"text"\n', 'line 1'],
    [record({ captions: [CAPTION, '  '] }), /captions\.1" is empty/],
    [record({ captions: [] }), '"captions"'],
    [record({ captions: CAPTION }), '"truth" is needed: 2 images, 1 caption'],
    [record({ captions: { 0: CAPTION } }), '"captions" is not text'],
    [record({ id: '' }), '"id"'],
    [record({ images: [FIRST] }), '"truth" is needed'],
    [record({ truth: [[0, 2]] }), 'truth [0,2] lies outside'],
    [record({}) + record({}), 'the id "x" is used twice'],
    [record({ images: [FIRST, 'nowhere'] }), 'an image is missing'],
    [record({ images: [FIRST, '../../task.yaml'] }), 'leads out of the probe folder'],
    [record({ images: [FIRST, '/etc/hostname'] }), 'leads out of the probe folder'],
  ])('examples that say %j', async (lines, part) => {
    expectRefusal(await score([probeOf(lines)]), 2, part, 'examples.jsonl');
  });

  test.each([
    ['no image', (file: string) => writeFileSync(file, 'just some words'), 'not an image'],
    ['empty', (file: string) => writeFileSync(file, ''), 'the image is empty'],
    ['cut short', (file: string) => truncateSync(file, 200), 'the image is damaged'],
  ])('an image that is %s', async (_, damage, part) => {
    const probe = probeOf();
    const file = join(probe, 'images', `${SECOND}.png`);
    damage(file);
    expectRefusal(await score([probe]), 2, part, file);
    expectRefusal(await pair(IMAGE, file, '--caption', CAPTION), 2, part, file);
  });

  test('a caption with words that the embedded models do not know', async () => {
    const probe = writeOnePairProbe(fresh(), [CAPTION, 'a dog under a green umbrella']);
    const parts = ['"dog", "under", "umbrella"', 'circle', '--force'];
    expectRefusal(await score([probe]), 2, 'example "one"', ...parts);
    expectRefusal(await pair(IMAGE, '--caption', 'a dog under a green umbrella'), 2, ...parts);
    await runOk(['pair', IMAGE, '--caption', 'a dog', '--timesteps', '1', '--force']);
  });

  test('a picture of another size than the embedded models know', async () => {
    const probe = probeOf();
    const file = join(probe, 'images', `${SECOND}.png`);
    await sharp({ create: { width: 300, height: 200, channels: 3, background: 'white' } })
      .png()
      .toFile(file);
    const parts = ['300 x 200', '64 x 64', '--force'];
    expectRefusal(await score([probe]), 2, 'example "one"', ...parts);
    expectRefusal(await pair(file, '--caption', CAPTION), 2, ...parts);
    await runOk(['pair', file, '--caption', CAPTION, '--timesteps', '1', '--force']);
  });

  test('--strict refuses a caption that would be cut, else it is cut with a warning', async () => {
    const long = Array.from({ length: 60 }, () => CAPTION).join(' ');
    const probe = writeOnePairProbe(fresh(), [CAPTION, long]);
    expectRefusal(
      await score([probe, '--strict']),
      2,
      'longer than clip can read',
      'example "one"',
      /at most \d+ tokens, got \d+/,
    );
    expectRefusal(await pair(IMAGE, '--caption', long, '--strict'), 2, 'longer than clip can read');
    const { stderr } = await runOk(['score', probe, '--timesteps', '1', '--out', fresh()]);
    expect(
      stderr.match(/^warning: a caption is longer than (clip|diffusion) can read.*cut off\.$/gm),
    ).toHaveLength(2);
  });

  test('control characters of a probe do not reach the terminal', async () => {
    const probe = writeOnePairProbe(fresh(), [CAPTION, 'a red \u001b[2J\u202edog']);
    const result = await score([probe]);
    expectRefusal(result, 2, 'dog');
    expect(result.stderr).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  });
});

describe('flags', () => {
  test.each([
    [['score', '--no-such-flag'], '--no-such-flag'],
    [['score', '--limt', '3'], /--limt.*Did you mean --limit/],
    [['no-such-command'], "unknown command 'no-such-command'"],
    [['score', 'tiny-world', 'another'], 'too many arguments'],
    [['pair', '--caption', CAPTION], "'image'"],
    [['pair', IMAGE], '--caption'],
    [['report'], "'runs'"],
    [['score', '--limit'], '--limit'],
  ])('winoscope %j', async (args, part) => {
    expectRefusal(await runCli(args), 2, part, '--help');
  });

  test('no command at all prints the help on stderr', async () => {
    const { code, stdout, stderr } = await runCli([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: winoscope');
    expect((await runOk(['--help'])).stdout).toContain('Usage: winoscope');
    expect((await runOk(['score', '--help'])).stdout).toContain('--timesteps');
  });

  test.each([
    ['--timesteps', 'many', 'no whole numbers'],
    ['--timesteps', '0', 'a number from 1 to 1000'],
    ['--timesteps', '5000', 'a number from 1 to 1000'],
    ['--timesteps', '10,1000', 'within 0 to 999'],
    ['--timesteps', '0:100:0', 'a range that is none'],
    ['--timesteps', '1.5', 'no whole numbers'],
    ['--limit', '0', '--limit 0'],
    ['--limit', 'ten', '--limit ten'],
    ['--limit', '9-3', '--limit 9-3'],
    ['--limit', '5000-6000', 'leaves no example'],
    ['--ids', '0,no-such-id', '"no-such-id"'],
    ['--ids', '', '--ids'],
    ['--tag', 'no-such-tag', /no example has the tag "no-such-tag".*Relation/],
    ['--device', 'abacus', /unknown device "abacus".*cuda/],
    ['--device', 'cuda:x', 'unknown device'],
    ['--device', 'cuda:0,abacus', 'unknown device'],
    ['--device', 'cpu,cpu', /cannot share a run.*--workers/],
    ['--device', 'cuda:0,dml:1', /cannot share a run.*one kind/],
    ['--device', 'cuda,cuda:0', 'named twice'],
    ['--device', 'webgpu:1', 'takes no number'],
    ['--batch', 'most', '--batch'],
    ['--batch', '1', /--batch.*at least 2/],
    ['--batch', '2.5', '--batch'],
    ['--loss', 'x', /--loss.*mse, mae, huber/],
    ['--error-space', 'x', /--error-space.*native, epsilon, x0/],
    ['--uncond', 'x', '--uncond'],
    ['--repeats', '0', '--repeats'],
    ['--seed', '-1', '--seed'],
    ['--workers', 'all', '--workers'],
    ['--maps', 'maybe', '--maps'],
    ['--resolution', '100', /the resolution 100 .*multiple of 8/],
  ])('%s %s', async (flag, value, part) => {
    expectRefusal(await score([flag, value]), 2, part);
  });

  test('huber in another error space, before anything is evaluated', async () => {
    const flags = ['--loss', 'huber', '--error-space', 'x0'];
    const out = fresh();
    expectRefusal(await score([...flags, '--out', out]), 2, 'Huber', '--error-space native');
    expect(existsSync(out)).toBe(false);
    expectRefusal(await pair(IMAGE, '--caption', CAPTION, ...flags), 2, 'Huber');
  });

  test('pair: an empty caption, a missing image and a folder', async () => {
    expectRefusal(await pair(IMAGE, '--caption', ' '), 2, 'a caption is empty');
    expectRefusal(await pair(join(folder, 'nowhere.png'), '--caption', CAPTION), 2, 'no such file');
    expectRefusal(await pair(folder, '--caption', CAPTION), 2, 'a folder');
  });
});

describe('run folders', () => {
  const stored = join(folder, 'stored');
  /** A copy of a small finished run. */
  const copyOfRun = () => {
    const copy = fresh();
    cpSync(stored, copy, { recursive: true });
    return copy;
  };
  const again = (out: string, ...more: string[]) =>
    score(['--clip', 'tiny-world', '--diffusion', 'tiny-world', '--out', out, ...more]);

  beforeAll(async () => {
    const { code, stderr } = await again(stored);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('--out below a file, and a file as --out', async () => {
    const file = fresh();
    writeFileSync(file, 'mine');
    expectRefusal(await again(join(file, 'run')), 1, 'cannot write the run folder', file, '--out');
    expectRefusal(await again(file), 1, 'cannot write the run folder', file);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  test('--out in a folder that may not be written', async () => {
    const locked = fresh();
    mkdirSync(locked);
    chmodSync(locked, 0o555);
    // Root may write everywhere, but nobody may make a name this long.
    const names = [...(process.getuid?.() === 0 ? [] : ['run']), 'x'.repeat(300)];
    for (const name of names)
      expectRefusal(await again(join(locked, name)), 1, 'cannot write the run folder', name);
  });

  test.runIf(existsSync('/proc/self'))('--out where the system makes no folders', async () => {
    for (const out of ['/proc/nope', '/proc/nope/run'])
      expectRefusal(await again(out), 1, 'cannot write the run folder', out, '--out');
  });

  test('a run with other settings: names what differs', async () => {
    expectRefusal(
      await again(stored, '--timesteps', '3'),
      2,
      'other settings',
      'scorers.diffusion.plan.timesteps',
    );
    expectRefusal(
      await again(stored, '--seed', '7'),
      2,
      /plan\.seed 7.*plan\.seed 0/,
      'scorers.diffusion.noise',
    );
    expectRefusal(await again(stored, '--repeats', '2'), 2, /plan\.repeats 2.*plan\.repeats 1/);
    expectRefusal(await again(stored, '--uncond', 'never'), 2, /uncond never.*uncond auto/);
    expectRefusal(await score(['--clip', 'tiny-world', '--out', stored]), 2, 'scorers.diffusion absent');
    const other = writeProbe(fresh(), worldRecords(3));
    expectRefusal(await score([other, '--out', stored]), 2, 'task.hash', /task\.count 3.*task\.count 2/);
    const model = alteredModel('diffusion', fresh(), {
      'unet/config.json': `${modelFile('diffusion', 'unet/config.json')} `,
    });
    expectRefusal(
      await score(['--diffusion', model, '--clip', 'tiny-world', '--out', stored]),
      2,
      'files.unet/config.json',
    );
  });

  test.each([
    ['truncated', (text: string) => text.slice(0, text.length / 2), /damaged.*Restore the file from a copy/],
    ['empty', () => '', 'damaged'],
    ['of another format', (text: string) => text.replace('"format": 1', '"format": 2'), '"format"'],
    ['without a field', (text: string) => text.replace('"numerics"', '"numeric"'), '"numerics"'],
    [
      'edited',
      (text: string) => text.replace('"seed": 0', '"seed": 1'),
      /was changed.*Restore the file from a copy, or start a new run with another --out/,
    ],
  ])('a run.json that is %s', async (_, edit, part) => {
    const run = copyOfRun();
    const file = join(run, 'run.json');
    writeFileSync(file, edit(readFileSync(file, 'utf8')));
    expectRefusal(await again(run), 1, part, file);
    expectRefusal(await runCli(['report', run]), 1, part, file);
  });

  test('results of another run, and results that contradict each other', async () => {
    const run = copyOfRun();
    const other = fresh();
    await runOk([
      'score',
      PROBE,
      '--limit',
      '1',
      '--timesteps',
      '3',
      '--diffusion',
      'tiny-world',
      '--out',
      other,
    ]);
    cpSync(join(other, 'trials', 'diffusion.arrow'), join(run, 'trials', 'diffusion.arrow'));
    expectRefusal(await again(run), 1, 'of another run', join(run, 'trials', 'diffusion.arrow'));
    expectRefusal(await runCli(['report', run]), 1, 'of another run');
  });

  test('damaged examples and a damaged summary', async () => {
    const run = copyOfRun();
    writeFileSync(join(run, 'summary.json'), '{');
    expectRefusal(await runCli(['report', run]), 1, 'summary is damaged', join(run, 'summary.json'));
    expect((await again(run)).code).toBe(0); // writes it anew
    writeFileSync(join(run, 'examples.jsonl'), '{"id": 3}\n');
    expectRefusal(await runCli(['report', run]), 1, 'examples are damaged', 'line 1');
  });

  test('a lock held by a living process; one of a process that is gone is taken over', async () => {
    const run = copyOfRun();
    const lock = join(run, 'run.lock');
    writeFileSync(lock, JSON.stringify({ host: hostname(), pid: process.pid }));
    expectRefusal(await again(run), 1, 'in use', `process ${process.pid}`, lock);
    expect(existsSync(lock)).toBe(true);
    const gone = Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }));
    for (const contents of [JSON.stringify({ host: hostname(), pid: gone }), '']) {
      writeFileSync(lock, contents);
      expect((await again(run)).code).toBe(0);
      expect(existsSync(lock)).toBe(false);
    }
  });

  test('report of a folder without a run, and into a folder that does not exist', async () => {
    expectRefusal(await runCli(['report', folder]), 2, 'no run in this folder', folder);
    expectRefusal(await runCli(['report', fresh()]), 2, 'no run in this folder');
    expectRefusal(
      await runCli(['report', stored, '--output', join(fresh(), 'report.md')]),
      1,
      'cannot write',
      'report.md',
    );
    expectRefusal(
      await runCli(['report', stored, '--format', 'pdf']),
      2,
      '--format',
      'text, md, html, latex, csv, json',
    );
  });

  test('nothing of all this leaves a folder or changes the run', async () => {
    const before = readFileSync(join(stored, 'run.json'), 'utf8');
    const files = readdirSync(stored, { recursive: true }).sort();
    await again(stored, '--seed', '9');
    expect(readFileSync(join(stored, 'run.json'), 'utf8')).toBe(before);
    expect(readdirSync(stored, { recursive: true }).sort()).toEqual(files);
  });
});

describe('an old Node', () => {
  const NEEDS = /^winoscope needs Node 22\.12 or newer; this is Node (\d+\.\d+\.\d+)\..*node@24.*\n$/;

  /** Nodes on this machine that are too old, by the paths where systems put them. */
  function oldNodes(): string[] {
    const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/bin', '/usr/bin'];
    const paths = folders
      .filter((path) => path !== '' && !path.includes('node_modules'))
      .map((path) => join(path, 'node'));
    const real = new Set(paths.filter((path) => existsSync(path)).map((path) => realpathSync(path)));
    return [...real].filter((path) => {
      const [major = 0, minor = 0] = execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' })
        .split('.')
        .map(Number);
      return major < 22 || (major === 22 && minor < 12);
    });
  }

  test('is told which it needs', async () => {
    for (const node of oldNodes()) {
      const { code, stdout, stderr } = await runCli(['score'], { node });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(NEEDS);
    }
  });

  test.each([
    ['20.20.2', 2],
    ['22.11.9', 2],
    ['22.12.0', 0],
    ['30.1.0', 0],
  ])('%s ends with %i', async (version, expected) => {
    const versions = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
    const preload = ['--import', `data:text/javascript,${encodeURIComponent(versions)}`];
    const { code, stderr } = await runCli(['--version'], { nodeArgs: preload });
    expect(code).toBe(expected);
    if (expected === 0) expect(stderr).toBe('');
    else expect(NEEDS.exec(stderr)?.[1]).toBe(version);
  });
});
