import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runOk } from '../support/run-cli.ts';
import { scoresByLabel } from '../support/run-files.ts';
import { worldImage, worldRecords, writeOnePairProbe } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const [{ caption_0: FIRST, caption_1: SECOND }] = worldRecords(1) as [ReturnType<typeof worldRecords>[0]];
const IMAGES = [worldImage(0, 0), worldImage(0, 1)];
const CAPTIONS = ['--caption', FIRST, '--caption', SECOND];

interface Pairs {
  images: string[];
  captions: string[];
  scores: Record<string, { raw: number[][]; normalized?: number[][] }>;
}

const pairJson = async (...args: string[]) =>
  JSON.parse((await runOk(['pair', '--json', '--timesteps', '4', ...args], { cwd: folder })).stdout) as Pairs;

test('prints a matrix per scorer with the best caption of each image starred', async () => {
  const { stdout, stderr } = await runOk(['pair', ...IMAGES, ...CAPTIONS, '--timesteps', '4'], {
    cwd: folder,
  });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^clip \(cosine, higher is better\)\n/);
  expect(stdout).toMatch(/^diffusion \(minus the mean denoising error, higher is better\)$/m);
  expect(stdout).toContain(`  caption 0: ${FIRST}\n  caption 1: ${SECOND}\n`);
  expect(stdout).toContain('minus the same under the empty caption');
  const { scores } = await pairJson(...IMAGES, ...CAPTIONS);
  const rows = stdout.split('\n').filter((line) => line.startsWith(IMAGES[0]!));
  const shown = rows.map((row) => row.slice(IMAGES[0]!.length).match(/-?\d+\.\d{5}( \*)?/g)!);
  const [clip, diffusion] = [scores.clip!.raw[0]!, scores.diffusion!.raw[0]!];
  for (const [k, raw] of [clip, diffusion].entries()) {
    const best = raw.indexOf(Math.max(...raw));
    expect(shown[k]).toEqual(raw.map((score, c) => `${score.toFixed(5)}${c === best ? ' *' : ''}`));
  }
  expect(shown[2]).toEqual(scores.diffusion!.normalized![0]!.map((score) => score.toFixed(5)));
});

test('--json has the scores that a run of the same pairs stores', async () => {
  const pairs = await pairJson(...IMAGES, ...CAPTIONS);
  expect(pairs.images).toEqual(IMAGES);
  expect(pairs.captions).toEqual([FIRST, SECOND]);
  const probe = writeOnePairProbe(join(folder, 'probe'));
  await runOk(['score', probe, '--timesteps', '4', '--out', join(folder, 'run')]);
  const stored = (scorer: string) => {
    const scores = scoresByLabel(join(folder, 'run'), scorer);
    return [0, 1].map((image) => [0, 1].map((caption) => scores[`one_c${caption}_i${image}`]));
  };
  expect(pairs.scores.clip!.raw).toEqual(stored('clip'));
  expect(pairs.scores.diffusion!.normalized).toEqual(stored('diffusion'));
});

test('one picture: no empty caption unless asked for; one caption: no star', async () => {
  const one = await pairJson(IMAGES[0]!, ...CAPTIONS);
  expect(one.scores.diffusion!.normalized).toBeUndefined();
  const always = await pairJson(IMAGES[0]!, ...CAPTIONS, '--uncond', 'always', '--diffusion', 'd=tiny-world');
  expect(Object.keys(always.scores)).toEqual(['d']);
  expect(always.scores.d!.raw).toEqual(one.scores.diffusion!.raw);
  expect(always.scores.d!.normalized).toHaveLength(1);
  const { stdout } = await runOk(['pair', IMAGES[0]!, '--caption', FIRST, '--timesteps', '2']);
  expect(stdout).not.toContain('*');
});

test('equal captions tie, and a tie is not starred', async () => {
  const { stdout } = await runOk([
    'pair',
    IMAGES[0]!,
    '--caption',
    FIRST,
    '--caption',
    FIRST,
    '--timesteps',
    '2',
  ]);
  expect(stdout).not.toContain('*');
});

test('another loss gives other scores, and nothing is written', async () => {
  const before = readdirSync(folder, { recursive: true }).sort();
  const args = [IMAGES[0]!, ...CAPTIONS, '--diffusion', 'tiny-world'];
  const [mse, mae, x0] = [
    await pairJson(...args),
    await pairJson(...args, '--loss', 'mae'),
    await pairJson(...args, '--error-space', 'x0'),
  ];
  expect(mae.scores).not.toEqual(mse.scores);
  expect(x0.scores).not.toEqual(mse.scores);
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before);
});

test('says how sure each answer is, in a sentence and as JSON', async () => {
  const { stdout } = await runOk(['pair', IMAGES[0]!, ...CAPTIONS], { cwd: folder });
  expect(stdout).toMatch(/^clip: caption 0, with (over )?\d+\.\d % of the softmax over 2 captions/m);
  const sentence =
    /^diffusion: caption 0, told from the next after (\d+) of 32 trials; it leads by \+(\S+) \[\+\S+, \+\S+\]/m;
  const [, after, mean] = sentence.exec(stdout)!;
  const { confidence, scores } = JSON.parse(
    (await runOk(['pair', '--json', IMAGES[0]!, ...CAPTIONS], { cwd: folder })).stdout,
  ) as Pairs & {
    confidence: Record<
      string,
      { best: number; lead?: { mean: number; decidedAfter: number }; share?: number }[]
    >;
  };
  const { lead, best } = confidence.diffusion![0]!;
  expect([best, lead!.decidedAfter]).toEqual([0, Number(after)]);
  const [first, second] = scores.diffusion!.raw[0]!;
  expect(lead!.mean).toBeCloseTo(first! - second!, 9);
  expect(lead!.mean.toPrecision(2)).toBe(mean);
  expect(confidence.clip![0]!.share).toBeGreaterThan(0.5);
});

test('one caption and several pictures: the picture; too few trials: it leans', async () => {
  const { stdout } = await runOk(['pair', ...IMAGES, '--caption', FIRST, '--timesteps', '3'], {
    cwd: folder,
  });
  expect(stdout).toMatch(/^clip: image 0, with/m);
  expect(stdout).toMatch(
    /^diffusion: leans to image 0, not told from image 1 within 3 trials.* More --timesteps may tell\.$/m,
  );
});
