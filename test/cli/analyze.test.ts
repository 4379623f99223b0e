import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { analyze, type Variant } from '../../src/run/analyze.ts';
import { fitWeights } from '../../src/run/fit-weights.ts';
import { openRun } from '../../src/run/open-run.ts';
import { scoreByTrials } from '../../src/run/score-by-trials.ts';
import { parseCsv } from '../../src/scoring/csv.ts';
import { loadTask } from '../../tasks/registry.ts';
import { makeRun } from '../support/made-run.ts';
import { runCli, runOk } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const task = await loadTask('tiny-world');
const RUN = makeRun(join(folder, 'run'), { task, count: 60, timesteps: 12 });
const run = openRun(RUN);
const own = { loss: 'mse', errorSpace: 'native' } as const;
const scoresOf = ({ metrics }: Variant) =>
  Object.fromEntries(Object.entries(metrics).map(([metric, { correct }]) => [metric, correct]));

/** sha256 over all files of the run folder. */
function fingerprint(): string {
  const hash = createHash('sha256');
  for (const file of globSync('**/*', { cwd: RUN, withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  ))
    if (file.isFile()) hash.update(file.name).update(readFileSync(join(file.parentPath, file.name)));
  return hash.digest('hex');
}

describe('variants', () => {
  test('of losses and spaces have the numbers that a report under them has', () => {
    const { variants, leftOut } = analyze(run, {
      losses: ['mse', 'mae', 'huber'],
      errorSpaces: ['native', 'epsilon', 'x0'],
    });
    expect(variants).toHaveLength(7);
    expect(leftOut.map(({ setting }) => [setting.loss, setting.errorSpace])).toEqual([
      ['huber', 'epsilon'],
      ['huber', 'x0'],
    ]);
    for (const { setting, metrics, byTag, isOwn } of variants) {
      const { loss, errorSpace } = setting;
      const { metrics: reported, byTag: tags } = run.summarize({ loss, errorSpace }).scorers.diffusion!;
      for (const [metric, found] of Object.entries(metrics)) {
        const { leastAboveChance: _, ...rest } = reported[metric as 'text']!;
        expect(found).toEqual(rest);
      }
      expect(byTag).toEqual(tags);
      expect(isOwn).toBe(loss === 'mse' && errorSpace === 'native');
    }
  });

  test('raw scores are what a summary calls raw', () => {
    const [first, raw] = analyze(run, { normalizations: ['raw'] }).variants;
    const summary = run.summarize(own).scorers.diffusion!;
    expect(first!.isOwn).toBe(true);
    for (const [metric, { correct }] of Object.entries(summary.raw))
      expect(raw!.metrics[metric as 'text']!.correct).toBe(correct);
  });

  test('by number of trials are the rows of scoreByTrials', () => {
    const { variants } = analyze(run, { trials: 'curve' });
    const rows = scoreByTrials(run, own);
    expect(variants).toHaveLength(1 + 6);
    for (const variant of variants) {
      const trials = variant.setting.trials ?? 12;
      for (const [metric, correct] of Object.entries(scoresOf(variant)))
        expect(rows.find((row) => row.trials === trials && row.metric === metric)!.correct).toBe(correct);
    }
  });

  test('with learned weights count what fit-weights measures on examples that it did not fit on', () => {
    const { variants } = analyze(run, {
      weightings: ['learned'],
      normalizations: ['normalized'],
      buckets: 4,
    });
    const { fitted } = fitWeights(run, { ...own, buckets: 4 }).from.heldOut;
    for (const [metric, correct] of Object.entries(scoresOf(variants[1]!)))
      expect(fitted[metric]).toEqual({ correct, count: 60 });
  });

  test('of some timesteps: so many spread evenly, those of a range, one by name; all of them are the run itself', () => {
    const { timesteps } = (run.views.get('diffusion') as { plan: { timesteps: number[] } }).plan;
    const { variants } = analyze(run, {
      timesteps: ['12', '4', `0:${timesteps[3]! + 1}`, `${timesteps[0]},`],
    });
    expect(variants.map(({ setting }) => setting.timesteps?.length ?? 'all')).toEqual(['all', 4, 4, 1]);
    expect(variants[1]!.setting.timesteps).toEqual([1, 4, 7, 10].map((place) => timesteps[place]));
    expect(variants[2]!.setting.timesteps).toEqual(timesteps.slice(0, 4));
  });

  test('are compared with the own setting on the same examples, corrected for each other', () => {
    const { variants } = analyze(run, { losses: ['mae', 'huber'] });
    expect(variants[0]!.comparisons).toEqual([]);
    for (const { comparisons, metrics } of variants.slice(1)) {
      expect(comparisons).toHaveLength(4);
      for (const { metric, aOnly, bOnly, p, pHolm } of comparisons) {
        const difference = metrics[metric]!.correct - variants[0]!.metrics[metric]!.correct;
        expect(aOnly - bOnly).toBe(difference);
        expect(pHolm).toBeGreaterThanOrEqual(p);
      }
    }
  });

  test('without a request one thing is changed at a time', () => {
    const { variants, leftOut } = analyze(run, { buckets: 4 });
    expect(leftOut).toEqual([]);
    const [first, ...others] = variants.map(({ setting }) => setting);
    for (const setting of others) {
      const changed = Object.keys({ ...first, ...setting }).filter(
        (side) => setting[side as 'loss'] !== first![side as 'loss'],
      );
      const clark = setting.weighting === 'clark2023';
      expect(changed).toHaveLength(clark ? 2 : 1);
    }
    expect(others.length).toBeGreaterThan(8);
  });
});

test('the command prints every form and leaves the run as it was', async () => {
  const before = fingerprint();
  const args = ['analyze', RUN, '--loss', 'mse,mae', '--normalization', 'normalized,raw'];
  const text = (await runOk(args)).stdout;
  expect(text).toMatch(/^loss\s+scores\s+text/m);
  const fewer = (await runOk(['analyze', RUN, '--trials', '1'])).stdout;
  expect(fewer).toContain('none where fewer than 6 examples came out differently');
  const file = join(folder, 'analysis.csv');
  expect((await runOk([...args, '--format', 'csv', '--output', file])).stdout).toBe('');
  const [head, ...rows] = parseCsv(readFileSync(file, 'utf8'), file).map(({ cells }) => cells);
  const json = JSON.parse((await runOk([...args, '--json'])).stdout);
  const scores = json.variants.flatMap(({ metrics, byTag }: Variant) =>
    [metrics, ...Object.values(byTag)].flatMap((found) => Object.values(found).map(({ score }) => score)),
  );
  expect(rows.map((cells) => Number(cells[head!.indexOf('score')]))).toEqual(scores);
  for (const { metrics } of json.variants)
    for (const { score, ci95 } of Object.values(metrics as Variant['metrics']))
      expect(text).toContain(
        `${(100 * score).toFixed(1)} [${(100 * ci95[0]).toFixed(1)}, ${(100 * ci95[1]).toFixed(1)}]`,
      );
  expect(fingerprint()).toBe(before);
});

describe('what cannot be is one sentence', () => {
  test.each([
    [
      'a timestep that was not evaluated',
      ['--timesteps', '7', '--timesteps', '3,41'],
      /not evaluated in this run: --timesteps 3,41 [^\n]+got 3/,
    ],
    [
      'one timestep named as a number',
      ['--timesteps', '41'],
      /cannot pick[^\n]+Write 41, with the comma for the timestep/,
    ],
    ['too many trials', ['--trials', '13'], /no such number of trials.*1 to 12/],
    ['another seed', ['--seed', '5'], /no noise bank of this seed.*expected 0/],
    ['Huber elsewhere', ['--loss', 'huber', '--error-space', 'x0'], /the Huber loss cannot be converted/],
    ['another scorer', ['--scorer', 'clip'], /no diffusion scorer "clip"/],
    ['a loss that is none', ['--loss', 'mse,mape'], /Expected some of mse, mae, huber/],
    ['two forms', ['--json', '--format', 'csv'], /two forms/],
  ])('%s', async (_, flags, sentence) => {
    const { code, stdout, stderr } = await runCli(['analyze', RUN, ...flags]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(sentence);
  });
});
