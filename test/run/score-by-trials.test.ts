import { expect, test } from 'vitest';
import { openRun } from '../../src/run/open-run.ts';
import { scoreByTrials, trialPoints } from '../../src/run/score-by-trials.ts';
import { firstTrials, selectTrials } from '../../src/run/trial-reader.ts';
import { scoreExample } from '../../src/scoring/aggregate.ts';
import { loadTask } from '../../tasks/registry.ts';
import { makeRun } from '../support/made-run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const analysis = { loss: 'mse', errorSpace: 'native' } as const;
const run = openRun(
  makeRun(`${folder}/run`, { task: await loadTask('tiny-world'), count: 40, timesteps: 12 }),
);

test('points are those of every doubling and half of it, in whole units, and the whole plan', () => {
  expect(trialPoints(32)).toEqual([1, 2, 3, 4, 6, 8, 12, 16, 24, 32]);
  expect(trialPoints(20, 2)).toEqual([2, 4, 6, 8, 12, 16, 20]);
  expect(trialPoints(1)).toEqual([1]);
});

test('the last row of a metric is what the summary says', () => {
  const rows = scoreByTrials(run, analysis);
  const { metrics } = run.summarize(analysis).scorers.diffusion!;
  for (const [metric, { score, correct, count, chance, ci95 }] of Object.entries(metrics)) {
    const last = rows.filter((row) => row.metric === metric).at(-1)!;
    expect(last).toMatchObject({ trials: 12, score, correct, count, ci95, agreement: 1 });
    expect(last.chance).toBeCloseTo(chance, 12);
  }
  expect(new Set(rows.map(({ scorer }) => scorer))).toEqual(new Set(['diffusion']));
});

test('a prefix is read with the weights of its cells', () => {
  const view = run.views.get('diffusion')!;
  if (view.kind !== 'diffusion') throw new Error('never');
  const rows = scoreByTrials(run, analysis);
  for (const trials of [1, 3, 8]) {
    const right = run.examples.filter(({ truth }, index) => {
      const errors = { ...view.results.errors(index, 'mse'), done: trials };
      const { raw } = scoreExample(view.plan, errors, { factor: () => 1 });
      expect(truth).toEqual([
        [0, 0],
        [1, 1],
      ]);
      return raw[0]![0]! > raw[0]![1]! && raw[1]![1]! > raw[1]![0]!;
    });
    const row = rows.find((one) => one.trials === trials && one.metric === 'text')!;
    expect(row.correct).toBe(right.length);
  }
});

test('some timesteps are read as if the plan had no others', () => {
  const view = run.views.get('diffusion')!;
  if (view.kind !== 'diffusion') throw new Error('never');
  const timesteps = view.plan.timesteps.filter((_, k) => k % 3 === 0);
  const reader = selectTrials(view, { timesteps });
  const errors = reader.errors(5, 'mae')!;
  const { raw } = scoreExample(reader.plan, errors, { factor: () => 1 });
  const all = view.results.errors(5, 'mae').pairs[1]![0]!;
  const own = view.plan.trials.flatMap(({ timestep }, k) => (timesteps.includes(timestep) ? [all[k]!] : []));
  expect(own).toHaveLength(4);
  expect(raw[1]![0]).toBeCloseTo(-own.reduce((sum, value) => sum + value, 0) / 4, 14);
  const first = scoreExample(reader.plan, firstTrials(errors, 1), { factor: () => 1 });
  expect(first.raw[1]![0]).toBe(-own[0]!);
});
