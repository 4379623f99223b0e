import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { expect, test } from 'vitest';
import { arrowFile } from '../../src/results/tables.ts';
import { openRun } from '../../src/run/open-run.ts';
import { mapRows, pairRows, tablesOf, trialRows } from '../../src/run/run-rows.ts';
import { loadTask } from '../../tasks/registry.ts';
import { makeRun } from '../support/made-run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const path = makeRun(join(folder, 'run'), { task: await loadTask('tiny-world'), count: 12, maps: true });
const run = openRun(path);
const analysis = { loss: 'mse', errorSpace: 'native' } as const;

test('trials are the rows of the stored Arrow file, which is an Arrow file as others write them', () => {
  const bytes = readFileSync(run.folder.trialsFile('diffusion'));
  expect(bytes.subarray(0, 6).toString()).toBe('ARROW1');
  expect(bytes.subarray(-6).toString()).toBe('ARROW1');
  const stored = tableFromIPC(bytes);
  const rows = [...trialRows(run)];
  expect(rows).toHaveLength(stored.numRows);
  const at = (example: unknown, image: unknown, caption: unknown, noise: unknown) =>
    `${example} ${image} ${caption} ${noise}`;
  const byPlace = new Map(rows.map((row) => [at(row.example, row.image, row.caption, row.noise), row]));
  for (const { example, image, caption, noise, mse, mae, huber, timestep } of stored)
    expect(byPlace.get(at(example, image, caption, noise))).toMatchObject({ mse, mae, huber, timestep });
});

test('scores are the primary ones, with the mean of the trials behind them', () => {
  const trials = [...trialRows(run)];
  const pairs = [...pairRows(run, analysis)];
  expect(pairs).toHaveLength(12 * 4 * 2);
  const mean = (example: string, image: number, caption: number) => {
    const own = trials.filter(
      (row) => row.example === example && row.image === image && row.caption === caption,
    );
    return own.reduce((sum, { mse }) => sum + mse, 0) / own.length;
  };
  for (const { scorer, example, image, caption, score, raw, normalized, trials: count, isTrue } of pairs) {
    expect(isTrue).toBe(image === caption);
    expect(score).toBe(normalized ?? raw);
    expect(count).toBe(scorer === 'diffusion' ? 8 : null);
    if (scorer !== 'diffusion') continue;
    expect(raw).toBeCloseTo(-mean(example, image, caption), 12);
    expect(normalized).toBeCloseTo(mean(example, image, -1) - mean(example, image, caption), 12);
  }
});

test('tables survive being a file, with types, nulls, lists and the identity', () => {
  const tables = tablesOf(run);
  const scores = tableFromIPC(arrowFile(tables.scores(analysis)));
  expect(scores.schema.metadata.get('identity')).toBe(run.manifest.identityHash);
  const rows = [...pairRows(run, analysis)];
  expect(scores.numRows).toBe(rows.length);
  expect(scores.toArray().map((row) => row.toJSON())).toEqual(rows);
  const maps = tableFromIPC(arrowFile(tables.maps()));
  const first = [...mapRows(run)][0]!;
  expect(maps.numRows).toBe(12 * 6);
  expect([...maps.get(0)!.cells]).toEqual([...first.cells]);
  expect(first.cells).toHaveLength(first.height * first.width);
  const decisions = tables.decisions();
  expect(decisions.numRows).toBe(0);
  expect(decisions.schema.names).toContain('undecided');
});
