/** The real component under Ink, with the bytes that a terminal sends. */

import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { RunModel } from '../../src/report/run-model.ts';
import { KEYMAP } from '../../tui/keymap.ts';
import { makeRun } from '../support/made-run.ts';
import { runCli } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { makeController, mountApp } from './render-tui.ts';
import { smallRun, smallTask } from './runs.ts';

const folder = temporaryFolder();
const model = await smallRun(folder);

test('bytes of keys become commands: characters, arrows, Enter, Escape, Ctrl-C, and several at once', async () => {
  const quits: boolean[] = [];
  const controller = makeController({ opened: [model], onQuit: (force) => quits.push(force) });
  const app = mountApp(controller);
  const at = () => controller.picture().app;
  const selected = () => (at().states.examples as { selected: number }).selected;
  await app.until(() => app.stdin.isRaw);
  for (const [bytes, holds] of [
    ['2', () => at().current === 'examples'],
    ['\u001b[B', () => selected() === 1],
    ['jjk', () => selected() === 2],
    ['\u001b[6~', () => selected() > 10],
    ['\u001b[H', () => selected() === 0],
    ['\r', () => at().current === 'pair'],
    ['\u001b', () => at().current === 'examples'],
    ['\t', () => at().current === 'compare'],
    ['\u001b[Z', () => at().current === 'examples'],
    ['/', () => (at().states.examples as { searching: boolean }).searching],
    ['red\u007f', () => (at().states.examples as { query: string }).query === 're'],
    ['\u0003', () => quits.length === 1 && quits[0] === true],
  ] as const) {
    app.send(bytes);
    await app.until(holds);
  }
  app.unmount();
  await app.exited;
  expect(app.stdin.isRaw).toBe(false);
});

test('a view that fails gives the terminal back and the error to whoever opened it', async () => {
  const failing: RunModel = {
    ...plainParts(model),
    judge: () => {
      throw new Error('a fault of a view');
    },
  };
  const controller = makeController({ opened: [] });
  const app = mountApp(controller);
  await app.until(() => app.stdin.isRaw);
  const ended = app.exited.then(
    () => undefined,
    (error: Error) => error.message,
  );
  controller.attach({ ...failing, touch: () => {} });
  app.send('2');
  expect(await ended).toBe('a fault of a view');
  expect(app.stdin.isRaw).toBe(false);
  expect(app.stdout.written).toContain('\u001b[?1049l');
});

/** A model as a plain object, of which parts can be replaced. */
function plainParts(of: RunModel): RunModel {
  return {
    path: of.path,
    task: of.task,
    scorers: of.scorers,
    examples: of.examples,
    analysis: of.analysis,
    version: () => 1,
    judge: (scorer, index) => of.judge(scorer, index),
    errors: () => undefined,
    maps: () => undefined,
    image: (index, image) => of.image(index, image),
    summary: () => of.summary(),
    standings: () => of.standings(),
  };
}

test('no key has two meanings on a screen', () => {
  for (const screen of ['summary', 'examples', 'pair', 'compare', 'runs', 'help'] as const) {
    const own = KEYMAP.filter(({ screens }) => screens?.includes(screen)).flatMap(({ keys }) => keys);
    expect(own.filter((key, k) => own.indexOf(key) !== k)).toEqual([]);
  }
  const all = KEYMAP.filter(({ screens }) => !screens).flatMap(({ keys }) => keys);
  expect(all.filter((key, k) => all.indexOf(key) !== k)).toEqual([]);
});

test('without a terminal Ink and React are never loaded: score gives lines, view the table', async () => {
  const stored = makeRun(`${folder}/stored`, { task: await smallTask(6) });
  const trace = { NODE_DEBUG: 'esm,module' };
  for (const args of [
    ['view', stored],
    ['score', '--limit', '1', '--out', `${folder}/scored`],
  ]) {
    const { code, stdout, stderr } = await runCli(args, { env: trace });
    expect(code).toBe(0);
    expect(stdout).toContain('Percent right');
    expect(stripVTControlCharacters(stdout)).toBe(stdout);
    expect(stderr).toContain('report/table.js');
    expect(stderr).not.toMatch(/node_modules\/(ink|react)\/|tui\/dashboard/);
  }
});

test('view without a terminal and without a run lists the runs, torn ones too', async () => {
  const home = temporaryFolder();
  makeRun(`${home}/runs/whole`, { task: await smallTask(6) });
  makeRun(`${home}/runs/part`, { task: await smallTask(6), done: 2 });
  const { code, stdout } = await runCli(['view'], { cwd: home });
  expect(code).toBe(0);
  expect(stdout).toMatch(/runs\/whole +complete +6 of 6 +diffusion, clip/);
  expect(stdout).toMatch(/runs\/part +resumable +2 of 6/);
  const missing = await runCli(['view', `${home}/runs/none`]);
  expect([missing.code, missing.stderr.split('\n').length]).toEqual([2, 2]);
});
