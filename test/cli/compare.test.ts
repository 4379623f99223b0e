import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareRuns, type RunComparison } from '../../src/run/compare-runs.ts';
import { openRun } from '../../src/run/open-run.ts';
import { parseCsv } from '../../src/scoring/csv.ts';
import { loadTask } from '../../tasks/registry.ts';
import { makeRun } from '../support/made-run.ts';
import { runCli, runOk } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const task = await loadTask('tiny-world');
const A = makeRun(join(folder, 'a'), { task, count: 50 });
const B = makeRun(join(folder, 'b'), { task, count: 50, timesteps: 4, seed: 8, done: 40 });
const OTHER = makeRun(join(folder, 'other'), { task: await loadTask('tiny-world-shifted'), count: 50 });
const analysis = { loss: 'mse', errorSpace: 'native' } as const;

test('differences are those of the examples that both runs have done', () => {
  const { pairs } = compareRuns(openRun(A), openRun(B), { analysis });
  expect(pairs.map(({ a, b, examples }) => [a, b, examples])).toEqual([
    ['diffusion', 'diffusion', 40],
    ['clip', 'clip', 40],
  ]);
  for (const { comparisons, metrics, disagreements } of pairs) {
    for (const { metric, aOnly, bOnly, difference, p, pHolm } of comparisons) {
      expect(metrics.a[metric]!.correct - metrics.b[metric]!.correct).toBe(aOnly - bOnly);
      expect(difference!.estimate).toBeCloseTo((aOnly - bOnly) / 40, 12);
      expect(pHolm).toBeGreaterThanOrEqual(p);
      expect(disagreements.filter((one) => one.aOnly.includes(metric))).toHaveLength(aOnly);
      expect(disagreements.filter((one) => one.bOnly.includes(metric))).toHaveLength(bOnly);
    }
    for (const { margins, aOnly, bOnly } of disagreements) {
      for (const metric of aOnly) expect(margins.a[metric]).toBeGreaterThan(0);
      for (const metric of bOnly) expect(margins.a[metric]).toBeLessThanOrEqual(0);
    }
  }
});

test('says which settings differ, and nothing of those that do not', () => {
  const { settings } = compareRuns(openRun(A), openRun(B), { analysis });
  expect(settings.map(({ path }) => path)).toEqual(['diffusion.plan.timesteps']);
  const same = compareRuns(openRun(A), openRun(A), { analysis });
  expect(same.settings).toEqual([]);
  for (const { comparisons } of same.pairs)
    for (const { aOnly, bOnly, p } of comparisons) expect([aOnly, bOnly, p]).toEqual([0, 0, 1]);
});

test('scorers of unlike names are compared where they are named', () => {
  const pairs = [{ a: 'diffusion', b: 'clip' }];
  const found = compareRuns(openRun(A), openRun(A), { analysis, pairs });
  const [own] = openRun(A).summarize(analysis).comparisons;
  expect(found.pairs[0]!.comparisons[0]).toMatchObject({ aOnly: own!.aOnly, bOnly: own!.bOnly, p: own!.p });
});

test('the command prints the same numbers in every form', async () => {
  const args = ['compare', A, B, '--examples', '3'];
  const json: RunComparison = JSON.parse((await runOk([...args, '--format', 'json'])).stdout);
  const [head, ...rows] = parseCsv((await runOk([...args, '--format', 'csv'])).stdout, 'csv').map(
    ({ cells }) => cells,
  );
  const tests = json.pairs.flatMap(({ comparisons }) => comparisons);
  const whole = rows.filter((cells) => cells[head!.indexOf('tag')] === '');
  expect(whole.map((cells) => Number(cells[head!.indexOf('pHolm')]))).toEqual(
    tests.map(({ pHolm }) => pHolm),
  );
  for (const format of ['text', 'md', 'latex']) {
    const text = (await runOk([...args, '--format', format])).stdout
      .replaceAll('\\', '')
      .replaceAll(/\{scriptsize (.*?)\}/g, '$1');
    for (const { metrics } of json.pairs)
      for (const found of [metrics.a, metrics.b])
        for (const { score, ci95 } of Object.values(found))
          expect(text).toContain(
            `${(100 * score).toFixed(1)} [${(100 * ci95[0]).toFixed(1)}, ${(100 * ci95[1]).toFixed(1)}]`,
          );
    expect(text).toContain('Settings that differ');
    expect(text).toContain('none where fewer than 6 examples came out differently');
  }
});

test('runs of different tasks are refused with a sentence', async () => {
  const { code, stdout, stderr } = await runCli(['compare', A, OTHER]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^winoscope: the runs are of different tasks[^\n]+tiny-world-shifted[^\n]+\n$/);
});

test('a scorer that a run lacks is refused with a sentence', async () => {
  const { code, stderr } = await runCli(['compare', A, B, '--scorer', 'clip:blip']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^winoscope: a run lacks a scorer [^\n]+clip:blip[^\n]+\n$/);
});
