/** `winoscope generate` and `task filter` as a user runs them, with the embedded model. */

import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli, runOk, startCli } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const run = (...args: string[]) => runCli(args, { cwd: folder });
const ok = (...args: string[]) => runOk(args, { cwd: folder });
const FAST = ['--steps', '4', '--quiet'];
const LEFT = 'a small red circle left of a big blue square';
const RIGHT = 'a big blue square left of a small red circle';
const PAIR = ['--caption', LEFT, '--caption', RIGHT];

interface Line {
  id: string;
  images: string[];
  captions: string[];
  truth: [number, number][];
  drawn: {
    caption: string;
    seed?: number;
    noise?: number;
    sampler: string;
    steps: number;
    guidance: number;
  }[];
}

const linesOf = (probe: string): Line[] =>
  readFileSync(join(folder, probe, 'examples.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const picturesOf = (probe: string) => readdirSync(join(folder, probe, 'images')).sort();

describe('a probe of drawn pictures', () => {
  test('says how it was drawn, passes the check, is scored, and is filtered by the run or by hand', async () => {
    const { stdout } = await ok('generate', ...PAIR, '--images-per-caption', '2', '--out', 'probe', ...FAST);
    expect(stdout).toContain('4 images in probe (tiny-world, ddim, 4 steps, guidance 2;');
    const lines = linesOf('probe');
    expect(lines.map(({ drawn }) => [drawn[0]!.caption, drawn[0]!.seed])).toEqual([
      [LEFT, 0],
      [LEFT, 1],
      [RIGHT, 0],
      [RIGHT, 1],
    ]);
    for (const { captions, truth, drawn, images } of lines) {
      expect(captions[truth[0]![1]]).toBe(drawn[0]!.caption);
      expect(existsSync(join(folder, 'probe', 'images', images[0]!))).toBe(true);
    }
    // The true caption is not always the first.
    expect(new Set(lines.map(({ truth }) => truth[0]![1])).size).toBe(2);
    const account = JSON.parse(readFileSync(join(folder, 'probe', 'generate.json'), 'utf8'));
    expect(account.identity).toMatchObject({
      sampler: 'ddim',
      steps: 4,
      guidance: 2,
      eta: 0,
      layout: 'probe',
    });
    expect(Object.keys(account.identity.files)).toContain('vae_decoder/model.onnx');

    expect((await ok('task', 'check', 'probe')).stdout).toContain('4 examples (4 of 1 x 2');
    await ok('score', 'probe', '--timesteps', '4', '--out', 'run', '--quiet');
    const several = await run('task', 'filter', 'probe', '--run', 'run', '--out', 'none');
    expect(several.code).toBe(2);
    expect(several.stderr).toContain('the run has several scorers');
    const kept = await ok(
      'task',
      'filter',
      'probe',
      '--run',
      'run',
      '--scorer',
      'diffusion',
      '--out',
      'kept',
    );
    expect(kept.stdout).toContain('it cannot be judged on this probe');
    expect(readFileSync(join(folder, 'kept', 'task.yaml'), 'utf8')).toMatch(
      /those that\s+diffusion gets right/,
    );

    await ok('task', 'filter', 'probe', '--write-review', 'review.tsv');
    const open = await run('task', 'filter', 'probe', '--review', 'review.tsv', '--out', 'mine');
    expect([open.code, open.stderr]).toEqual([2, expect.stringContaining('a verdict is missing')]);
    const table = readFileSync(join(folder, 'review.tsv'), 'utf8').split('\n');
    const judged = table.map((line, k) => line.replace(/^\?/, k === 1 ? 'n' : 'y'));
    writeFileSync(join(folder, 'review.tsv'), judged.join('\n'));
    await ok('task', 'filter', 'probe', '--review', 'review.tsv', '--out', 'mine');
    expect(linesOf('mine').map(({ id }) => id)).toEqual(lines.slice(1).map(({ id }) => id));
    expect(picturesOf('mine')).toHaveLength(3);
  });

  test('in pairs has Winoground’s form, and a caption of several sets is drawn once', async () => {
    writeFileSync(
      join(folder, 'captions.txt'),
      `# sets by paragraphs\n${LEFT}\n${RIGHT}\n\na red star\na blue star\n\n${LEFT}\ta red star\n`,
    );
    await ok('generate', '--captions', 'captions.txt', '--examples', 'pairs', '--out', 'pairs', ...FAST);
    expect(
      linesOf('pairs').map(({ images, captions, truth }) => [images.length, captions.length, truth]),
    ).toEqual([
      [
        2,
        2,
        [
          [0, 0],
          [1, 1],
        ],
      ],
      [
        2,
        2,
        [
          [0, 0],
          [1, 1],
        ],
      ],
      [1, 2, [[0, 0]]],
    ]);
    expect(picturesOf('pairs')).toHaveLength(4);
    expect((await ok('task', 'check', 'pairs')).stdout).toContain('2 of 2 x 2');
  });

  test('goes on where it was, to the same bytes as at once, and more can be drawn into it', async () => {
    const args = ['generate', ...PAIR, '--images-per-caption', '12', '--steps', '30', '--batch', '4'];
    await ok(...args, '--out', 'whole', '--quiet');
    const cut = startCli([...args, '--out', 'cut', '--quiet'], { cwd: folder });
    const images = join(folder, 'cut', 'images');
    const some = () => existsSync(images) && readdirSync(images).some((name) => name.endsWith('.png'));
    while (!some() && cut.child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
    cut.child.kill('SIGINT');
    const stopped = await cut.result;
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain('What was drawn is kept');
    const there = picturesOf('cut').length;
    expect(there).toBeGreaterThan(0);
    expect(linesOf('cut')).toHaveLength(there);
    const { stdout } = await ok(...args, '--out', 'cut', '--quiet');
    expect(stdout).toContain('24 images in cut');
    expect(picturesOf('cut')).toEqual(picturesOf('whole'));
    for (const name of picturesOf('whole'))
      expect(readFileSync(join(images, name)), name).toEqual(
        readFileSync(join(folder, 'whole', 'images', name)),
      );
    const before = statSync(join(images, picturesOf('cut')[0]!)).mtimeMs;
    const more = await ok(
      'generate',
      ...PAIR,
      '--images-per-caption',
      '13',
      '--steps',
      '30',
      '--out',
      'cut',
      '--json',
      '--quiet',
    );
    expect(JSON.parse(more.stdout)).toMatchObject({ images: 26, drawn: 2, examples: 26 });
    expect(statSync(join(images, picturesOf('cut')[0]!)).mtimeMs).toBe(before);
    // Another caption alone: the examples that are there stay.
    const args3 = ['generate', '--caption', 'a green cross', '--steps', '30', '--out', 'cut', '--quiet'];
    expect((await ok(...args3)).stdout).toContain('27 examples');
    expect(linesOf('cut')).toHaveLength(27);
    // So does what a user wrote there, whatever is drawn afterwards.
    const file = join(folder, 'cut', 'examples.jsonl');
    const edited = readFileSync(file, 'utf8').replace('"tags":[]', '"tags":["checked by eye"]');
    const mine = `${JSON.stringify({ id: 'mine', images: picturesOf('cut').slice(0, 1), captions: ['x', 'y'], truth: [[0, 0]] })}\n`;
    writeFileSync(file, edited + mine);
    for (const colour of ['blue', 'orange']) {
      await ok('generate', '--caption', `a ${colour} cross`, '--steps', '30', '--out', 'cut', '--quiet');
      await ok(...args3);
    }
    const text = readFileSync(file, 'utf8');
    expect(text.startsWith(edited + mine)).toBe(true);
    expect(linesOf('cut')).toHaveLength(30);
    const other = await run('generate', ...PAIR, '--steps', '31', '--out', 'cut');
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/drawn otherwise: cut \(expected steps 31, got steps 30\)/);
  });
});

describe('class folders', () => {
  test('are what imagefolder reads, with sentences around the names', async () => {
    writeFileSync(join(folder, 'names.txt'), 'red star\nblue circle\n');
    const { stdout } = await ok(
      ...['generate', '--captions', 'names.txt', '--template', 'a {}', '--template', 'a small {}'],
      ...['--images-per-caption', '2', '--layout', 'classes', '--out', 'classes', ...FAST],
    );
    expect(stdout).toContain('winoscope score imagefolder --data classes');
    expect(readdirSync(join(folder, 'classes'))).toEqual([
      'blue_circle',
      'generate.json',
      'images.jsonl',
      'red_star',
    ]);
    expect(
      readdirSync(join(folder, 'classes', 'red_star')).map((name) => name.replace(/-[0-9a-f]{8}-/, '-')),
    ).toEqual(['a-red-star-s0.png', 'a-small-red-star-s1.png']);
    const scored = await ok(
      ...['score', 'imagefolder', '--data', 'classes', '--template', 'a {}', '--clip', 'tiny-world'],
      ...['--out', 'classes-run', '--quiet'],
    );
    expect(scored.stdout).toContain('4 of 4 examples');
  });
});

describe('first noises from a file', () => {
  const npy = (shape: number[], values: Float32Array): Buffer => {
    const fields = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
    const header = `${fields.padEnd(117)}\n`;
    const head = Buffer.from(`\u0093NUMPY\u0001\u0000\u0076\u0000${header}`, 'latin1');
    return Buffer.concat([head, Buffer.from(values.buffer)]);
  };

  test('stand in for the seed’s', async () => {
    writeFileSync(
      join(folder, 'noise.npy'),
      npy(
        [2, 4, 8, 8],
        new Float32Array(512).map((_, k) => Math.sin(k * 7)),
      ),
    );
    await ok('generate', ...PAIR, '--latents', 'noise.npy', '--out', 'given', ...FAST);
    expect(linesOf('given').map(({ drawn }) => drawn[0]!.noise)).toEqual([0, 1]);
    writeFileSync(join(folder, 'wrong.npy'), npy([1, 4, 8, 4], new Float32Array(128)));
    const wrong = await run('generate', ...PAIR, '--latents', 'wrong.npy', '--out', 'given-2');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('expected n x 4 x 8 x 8')]);
  });
});

describe('what cannot be drawn is one sentence and exit code 2', () => {
  writeFileSync(join(folder, 'empty.txt'), '# nothing\n');
  const parts = join(import.meta.dirname, '..', '..', 'fixtures', 'parts', 'diffusion');
  test.each([
    ['no caption', [], 'there is nothing to draw'],
    ['two sources', ['--caption', 'a red star', '--task', 'tiny-world'], 'captions come from one place'],
    ['an unknown word', ['--caption', 'a dragon'], 'does not know the word "dragon"'],
    ['a file without captions', ['--captions', 'empty.txt'], 'the file has no captions'],
    ['a file that is not there', ['--captions', 'gone.txt'], 'cannot read the captions'],
    [
      'a template without a place',
      ['--caption', 'a red star', '--template', 'nothing'],
      'no place for the caption',
    ],
    ['too many steps', ['--caption', 'a red star', '--steps', '1001'], 'with so many steps'],
    ['too little guidance', ['--caption', 'a red star', '--guidance', '0.5'], 'guidance cannot be so small'],
    [
      'an idle negative',
      ['--caption', 'a red star', '--guidance', '1', '--negative', 'a blue star'],
      'drawn away',
    ],
    ['a taken folder', ['--caption', 'a red star', '--out', '.'], 'the folder holds something else'],
    [
      'no decoder',
      ['--diffusion', join(parts, 'sd3-t5'), '--caption', 'a cat'],
      'no VAE decoder, so it cannot draw',
    ],
    [
      'guidance nobody is told',
      ['--diffusion', join(parts, 'flux-schnell'), '--caption', 'x', '--guidance', '3'],
      'is told no guidance',
    ],
    ['a flag of tasks', ['--caption', 'a red star', '--data', 'x'], 'the flag belongs to a task'],
  ])('%s', async (_, args, said) => {
    const { code, stderr } = await run(
      'generate',
      ...(args.includes('--out') ? args : [...args, '--out', 'bad']),
    );
    expect(stderr).toContain(said);
    expect(stderr).not.toContain('unexpected failure');
    expect(code).toBe(2);
    expect(existsSync(join(folder, 'bad'))).toBe(false);
  });
});
