import { expect, test } from 'vitest';
import { meanErrorDifference } from '../../src/report/mean-error-difference.ts';
import { storedRunModel } from '../../src/report/stored-run-model.ts';
import { openRun } from '../../src/run/open-run.ts';
import { studentTIsf } from '../../src/stats/student-t.ts';
import { loadTask } from '../../tasks/registry.ts';
import { makeRun } from '../support/made-run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const task = await loadTask('tiny-world');
const model = storedRunModel(openRun(makeRun(`${folder}/run`, { task, count: 12, done: 10, timesteps: 6 })));

test('is the mean over examples of err(wrong) − err(right), with the t interval over examples', () => {
  const rows = meanErrorDifference(model, 'diffusion');
  expect(rows.map(({ timestep }) => timestep)).toEqual(model.errors('diffusion', 0)!.timesteps);
  for (const [t, row] of rows.entries()) {
    const values = Array.from({ length: 10 }, (_, index) => {
      const { errors } = model.errors('diffusion', index)!;
      const [first, second] = [errors[0]!, errors[1]!];
      return (first[1]![t]![0]! - first[0]![t]![0]! + (second[0]![t]![0]! - second[1]![t]![0]!)) / 2;
    });
    const mean = values.reduce((sum, value) => sum + value, 0) / 10;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 9);
    const reach = (studentTIsf(0.025, 9) * deviation) / Math.sqrt(10);
    expect(row.count).toBe(10);
    expect(row.mean).toBeCloseTo(mean, 12);
    expect(row.low).toBeCloseTo(mean - reach, 12);
    expect(row.high).toBeCloseTo(mean + reach, 12);
  }
});

test('a scorer without trials has none', () => {
  expect(meanErrorDifference(model, 'clip')).toEqual([]);
});
