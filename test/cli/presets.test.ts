/** `--preset`: the real command against ports of the published rules in PyTorch (`fixtures/golden/presets`). */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/hub/package-root.ts';
import { runCli, runOk } from '../support/run-cli.ts';
import { scoresByLabel, storedSummary, trialRows } from '../support/run-files.ts';
import { worldImage } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Matrix = number[][];

interface Golden {
  li2023: { raw: Matrix };
  'li2023 every 25th': { bilinear: Matrix; lanczos: Matrix };
  'li2023 in stages': { trials: number[]; winner: number; score: number };
  'li2023 in stages, absolute': Golden['li2023 in stages'];
  krojer2023: { timesteps: number; raw: Matrix; normalized: Matrix };
  'krojer2023 of 10': { timesteps: number; raw: Matrix; normalized: Matrix };
  clark2023: { trials: number[]; winner: number; scores: number[] };
  jeong2025: { norm: Matrix; square: Matrix };
}

const GOLDEN = join(packageRoot(), 'fixtures', 'golden', 'presets');
const golden: Golden = JSON.parse(readFileSync(join(GOLDEN, 'presets.json'), 'utf8'));
const folder = temporaryFolder();
const out = (name: string) => join(folder, name);

/** Scores the golden probe, whose pictures are not of the embedded model's size. */
function score(run: string, example: 'swap' | 'choice', ...flags: string[]) {
  const common = ['--diffusion', 'tiny-world', '--force', '--maps', 'off', '--ids', example];
  return runOk(['score', join(GOLDEN, 'probe'), '--out', out(run), ...common, ...flags]);
}

/** Demands stored scores, `[image][caption]`, equal to 1e-4 of their size. */
function expectScores(run: string, example: string, wanted: Matrix): void {
  const got = scoresByLabel(out(run), 'diffusion');
  for (const [i, row] of wanted.entries()) {
    for (const [c, value] of row.entries())
      expect(Math.abs(got[`${example}_c${c}_i${i}`]! - value)).toBeLessThan(1e-4 * Math.abs(value));
  }
  expect(Object.keys(got)).toHaveLength(wanted.flat().length);
}

/** Trials of each caption of the choice. */
function trialsOf(run: string): number[] {
  const counts: number[] = [];
  for (const { caption } of trialRows(out(run))) counts[caption] = (counts[caption] ?? 0) + 1;
  return counts;
}

describe('scores equal PyTorch’s', () => {
  test('li2023: 1000 timesteps, the noises of its file, no empty caption', async () => {
    await score('li', 'swap', '--preset', 'li2023', '--quiet');
    expectScores('li', 'swap', golden.li2023.raw);
    const rows = trialRows(out('li'));
    expect(rows).toHaveLength(4 * 1000);
    for (const { timestep, noise } of rows) expect(noise).toBe(timestep);
  });

  test.each(['bilinear', 'lanczos'] as const)(
    'li2023 with every 25th timestep and %s resizing',
    async (filter) => {
      const flags = ['--preset', 'li2023', '--timesteps', '40', '--interpolation', filter, '--quiet'];
      await score(filter, 'swap', ...flags);
      expectScores(filter, 'swap', golden['li2023 every 25th'][filter]);
    },
  );

  test.each([
    ['mse', 'li2023 in stages'],
    ['mae', 'li2023 in stages, absolute'],
  ] as const)(
    'li2023 in stages by %s: the same captions go on, and the run is complete',
    async (loss, name) => {
      const run = `stages-${loss}`;
      const stages = [
        '--preset',
        'li2023',
        '--loss',
        loss,
        '--stop',
        'stages',
        '--samples',
        '10,100',
        '--keep',
        '3,1',
      ];
      await score(run, 'choice', ...stages, '--quiet');
      const { trials, winner, score: wanted } = golden[name];
      expect(trialsOf(run)).toEqual(trials);
      const got = scoresByLabel(out(run), 'diffusion');
      expect(Math.abs(got[`choice_c${winner}_i0`]! - wanted)).toBeLessThan(1e-4 * -wanted);
      expect(Math.max(...Object.values(got))).toBe(got[`choice_c${winner}_i0`]);
      const { stopping } = storedSummary(out(run)).scorers.diffusion!;
      expect(stopping).toMatchObject({ rule: 'stages', reads: { loss, errorSpace: 'epsilon' } });
      // The stored trials complete the run: nothing is evaluated again.
      const again = await score(run, 'choice', ...stages);
      expect(again.stderr).not.toMatch(/loading|evaluations/);
    },
  );

  test('krojer2023: a posterior draw, squashed pictures, un-squared norms, images by the caption minus ∅', async () => {
    const { stderr } = await score('krojer', 'swap', '--preset', 'krojer2023');
    expect(stderr).toContain(
      'preset krojer2023: --timesteps 10:990:4 --repeats 1 --uncond auto --resize squash --interpolation bicubic --latent sample --loss l2norm --error-space epsilon --weighting uniform\n',
    );
    const { timesteps, normalized } = golden.krojer2023;
    expect(trialRows(out('krojer'))).toHaveLength(6 * timesteps);
    expectScores('krojer', 'swap', normalized);
    expect(storedSummary(out('krojer')).analysis).toEqual({ loss: 'l2norm', errorSpace: 'epsilon' });
  });

  test('krojer2023 with its script’s own 10 timesteps, and text from what the caption alone gives', async () => {
    const picture = (name: string) => join(GOLDEN, 'probe', 'images', `${name}.png`);
    const [line] = readFileSync(join(GOLDEN, 'probe', 'examples.jsonl'), 'utf8').split('\n');
    const { captions } = JSON.parse(line!) as { captions: string[] };
    const { stdout } = await runOk([
      ...['pair', picture('wide'), picture('tall'), ...captions.flatMap((text) => ['--caption', text])],
      ...['--diffusion', 'tiny-world', '--force', '--json', '--quiet'],
      ...['--preset', 'krojer2023', '--timesteps', '10:990:100'],
    ]);
    const { scores } = JSON.parse(stdout) as { scores: Record<string, Record<string, Matrix>> };
    const wanted = golden['krojer2023 of 10'];
    for (const kind of ['raw', 'normalized'] as const) {
      const got = scores.diffusion![kind]!.flat();
      expect(got).toHaveLength(4);
      for (const [k, value] of wanted[kind].flat().entries())
        expect(Math.abs(got[k]! - value)).toBeLessThan(1e-4 * Math.abs(value));
    }
  });

  test('clark2023: t-tests on weighted errors of x0 drop the same captions after the same trials', async () => {
    await score('clark', 'choice', '--preset', 'clark2023', '--quiet');
    const { trials, winner, scores } = golden.clark2023;
    expect(trialsOf('clark')).toEqual(trials);
    expect(new Set(trials).size).toBeGreaterThan(1);
    expectScores('clark', 'choice', [scores]);
    expect(scores.indexOf(Math.max(...scores))).toBe(winner);
    const { stopping } = storedSummary(out('clark')).scorers.diffusion!;
    expect(stopping).toMatchObject({
      rule: 'ttest',
      alpha: 0.002,
      reads: { loss: 'mse', errorSpace: 'x0', weighting: 'clark2023' },
    });
    const { stdout } = await runOk(['report', out('clark'), '--preset', 'clark2023']);
    expect(stdout).toContain('timesteps weighted clark2023');
    expect(stdout).not.toContain('Stopping looked at');
    const other = await runOk(['report', out('clark')]);
    expect(other.stdout).toContain(
      'Stopping looked at loss mse, error space x0, timesteps weighted clark2023, these scores do not.',
    );
  });

  test('jeong2025: 30 timesteps, norms; the mean square afterwards by a report’s flag', async () => {
    await score('jeong', 'swap', '--preset', 'jeong2025', '--quiet');
    const timesteps = new Set(trialRows(out('jeong')).map(({ timestep }) => timestep));
    expect([...timesteps].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => 32 + 33 * i));
    expectScores('jeong', 'swap', golden.jeong2025.norm);
    // The same trials, so nothing is evaluated again.
    const again = await score('jeong', 'swap', '--preset', 'jeong2025', '--loss', 'mse');
    expect(again.stderr).toMatch(/^preset jeong2025: .*; given instead: --loss mse$/m);
    expect(again.stderr).not.toMatch(/loading/);
    expectScores('jeong', 'swap', golden.jeong2025.square);
  });
});

test('a draw is another run than the mean, and the same run again draws the same', async () => {
  const pair = ['pair', worldImage(0, 0), '--caption', 'a red star', '--caption', 'a blue circle'];
  const flags = ['--diffusion', 'tiny-world', '--timesteps', '4', '--json', '--quiet'];
  const read = async (...more: string[]) => (await runOk([...pair, ...flags, ...more])).stdout;
  const drawn = await read('--latent', 'sample');
  expect(await read('--latent', 'sample')).toBe(drawn);
  expect(await read()).not.toBe(drawn);
  const args = ['score', '--limit', '1', '--timesteps', '2', '--diffusion', 'tiny-world', '--quiet'];
  await runOk([...args, '--out', out('mean')]);
  for (const [flag, sentence] of [
    [['--latent', 'sample'], /latent\.mode "?sample/],
    [['--interpolation', 'lanczos'], /interpolation "?lanczos/],
  ] as const) {
    const { code, stderr } = await runCli([...args, '--out', out('mean'), ...flag]);
    expect(code).toBe(2);
    expect(stderr).toMatch(sentence);
  }
});

test('--help lists the presets', async () => {
  for (const command of ['score', 'pair']) {
    const { stdout } = await runOk([command, '--help']);
    for (const name of ['li2023', 'krojer2023', 'clark2023', 'jeong2025'])
      expect(stdout).toMatch(new RegExp(`^  ${name} +[A-Z]`, 'm'));
  }
});

test.each<[string[], RegExp]>([
  [['--preset', 'nope'], /Allowed choices are li2023, krojer2023, clark2023, jeong2025/],
  [['--latent', 'median'], /Allowed choices are mean, sample/],
  [['--interpolation', 'nearest'], /Allowed choices are bicubic, bilinear, lanczos/],
  [
    ['--preset', 'clark2023', '--loss', 'mae'],
    /expected --loss mse --error-space x0.*or --weighting uniform/,
  ],
  [['--preset', 'krojer2023', '--weighting', 'clark2023'], /got --loss l2norm --error-space epsilon/],
  [['--preset', 'krojer2023', '--loss', 'huber'], /Huber loss cannot be converted/],
  [['--preset', 'li2023', '--stop', 'stages', '--timesteps', '9'], /stages bring their own timesteps/],
  [['--preset', 'clark2023', '--stop', 'none', '--least', '9'], /--least has no use without --stop ttest/],
])('%s is refused with one sentence', async (flags, message) => {
  const { code, stdout, stderr } = await runCli(['score', '--out', out('refused'), ...flags]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});
