import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type RobustnessModel,
  type RobustnessReport,
  robustnessReport,
} from '../../src/report/robustness.ts';
import { openRun } from '../../src/run/open-run.ts';
import { loadTask } from '../../tasks/registry.ts';
import { makeRun } from '../support/made-run.ts';
import { runCli, runOk } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const ID = makeRun(join(folder, 'id'), { task: await loadTask('tiny-world'), count: 50 });
const SHIFTED = makeRun(join(folder, 'shifted'), {
  task: await loadTask('tiny-world-shifted'),
  count: 50,
  seed: 3,
});
const about = { sets: { id: 'x', shifted: 'y' }, metric: 'accuracy' };
const model = (name: string, id: number, shifted: number, isBaseline = true): RobustnessModel => ({
  model: name,
  group: '',
  isBaseline,
  id: { accuracy: id, count: 1000 },
  shifted: { accuracy: shifted, count: 1000 },
});

/** A CSV file of the lines. */
function csv(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

test('a model above the line of the baselines has an effective robustness above 0', () => {
  const baselines = [
    model('a', 0.6, 0.4),
    model('b', 0.7, 0.5),
    model('c', 0.8, 0.61),
    model('d', 0.9, 0.77),
  ];
  const report = robustnessReport([...baselines, model('robust', 0.75, 0.75, false)], about);
  const row = report.rows.at(-1)!;
  expect(row.predicted).toBeGreaterThan(0.5);
  expect(row.predicted).toBeLessThan(0.61);
  expect(row.effective).toBeCloseTo(0.75 - row.predicted!, 12);
  expect(row.effectiveCi95![0]).toBeGreaterThan(0);
  expect(row.beyondBaselines).toBe(true);
  expect(report.line!.count).toBe(4);
  expect(report.curve[0]!.id).toBeCloseTo(0.6, 12);
  expect(report.curve.at(-1)!.id).toBeCloseTo(0.9, 12);
});

test('with too few baselines there are accuracies and drops, and a sentence instead of a line', () => {
  const report = robustnessReport([model('a', 0.6, 0.4), model('b', 0.7, 0.5)], about);
  expect(report.line).toBeUndefined();
  expect(report.why).toMatch(/at least 3 baseline models.*there are 2/);
  expect(report.rows.map(({ drop, effective }) => [drop.toFixed(2), effective])).toEqual([
    ['-0.20', undefined],
    ['-0.20', undefined],
  ]);
});

test('two runs and a CSV stand in one figure; the line is that of the CSV', async () => {
  const file = csv(
    'models.csv',
    'model,ood_accuracy,id_accuracy,group',
    'p,0.2,0.3,standard',
    'q,0.3,0.45,standard',
    'r,0.4,0.5,standard',
    's,0.9,0.5,other',
  );
  const args = ['robustness', file, '--id', ID, '--shifted', SHIFTED, '--metric', 'text', '--json'];
  const report: RobustnessReport = JSON.parse((await runOk(args)).stdout);
  expect(report.rows.map(({ model: name, isBaseline }) => [name, isBaseline])).toEqual([
    ['p', true],
    ['q', true],
    ['r', true],
    ['s', false],
    ['diffusion', false],
    ['clip', false],
  ]);
  const { metrics } = openRun(ID).summarize({ loss: 'mse', errorSpace: 'native' }).scorers.clip!;
  expect(report.rows[5]).toMatchObject({ id: metrics.text!.score, idCount: 50, idCi95: metrics.text!.ci95 });
  expect(report.sets).toEqual({ id: 'tiny-world', shifted: 'tiny-world-shifted' });
});

test('every form has the same numbers, and 0 and 1 are spoken of', async () => {
  const file = csv(
    'edges.csv',
    'model,id_accuracy,ood_accuracy,count,group',
    'all,100,40,50,',
    'b,70,30,50,',
    'c,60,0,50,',
    '"d, e",50,20,50,',
  );
  const args = ['robustness', file, '--percent'];
  const report: RobustnessReport = JSON.parse((await runOk([...args, '--json'])).stdout);
  expect(report.rows.map(({ moved }) => moved)).toEqual([['id'], [], ['shifted'], []]);
  for (const format of ['text', 'md', 'latex', 'csv']) {
    const text = (await runOk([...args, '--format', format])).stdout;
    for (const { predicted, model: name } of report.rows) {
      expect(text).toContain(name);
      expect(text).toContain(format === 'csv' ? `${predicted}` : (100 * predicted!).toFixed(1));
    }
    if (format !== 'csv') expect(text).toMatch(/count as half an example.*all, c/);
  }
});

describe('what cannot be is one sentence', () => {
  const bad = (name: string, ...lines: string[]) => csv(name, 'model,id_accuracy,ood_accuracy', ...lines);
  test.each([
    ['nothing', [], /nothing to compare/],
    [
      'percent without being told',
      [bad('p.csv', 'a,76.7,36.4')],
      /line 2: expected a number from 0 to 1, got "76.7"; .*--percent/i,
    ],
    ['a model twice', [bad('t.csv', 'a,0.5,0.4', 'a,0.5,0.4')], /two rows/],
    [
      'no such column',
      [csv('c.csv', 'name,x', 'a,1')],
      /the file holds no accuracies.*model,id_accuracy,ood_accuracy/,
    ],
    ['an empty cell', [bad('e.csv', 'a,,0.4')], /"id_accuracy" is no accuracy/],
    ['no such file', [join(folder, 'none.csv')], /cannot read the accuracies/],
    ['a run without its partner', ['--id', ID], /every run needs one on the shifted set/],
    [
      'a baseline that is none',
      [bad('n.csv', 'a,0.5,0.4'), '--baseline', 'zzz'],
      /no model and no group is called "zzz"/,
    ],
  ])('%s', async (_, args, sentence) => {
    const { code, stdout, stderr } = await runCli(['robustness', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(sentence);
  });
});
