/** The dashboard in a real terminal: on stored runs, on live ones, and however it ends. */

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadTask } from '../../tasks/registry.ts';
import { makeRun } from '../support/made-run.ts';
import { leftovers, storedSummary } from '../support/run-files.ts';
import { alteredModel } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { HAS_TMUX, Terminal } from './terminal.ts';

const folder = temporaryFolder();
const task = await loadTask('tiny-world');
const stored = makeRun(join(folder, 'runs', 'stored'), { task });
const SIZES = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const;

/** Every line fits, and the header is where it belongs: nothing scrolled, nothing is left of an older picture. */
function expectWhole(screen: string, title: string): void {
  const lines = screen.split('\n');
  expect(lines[0]).toContain(`${title}]`);
  expect(lines.filter((line) => /^ winosc/.test(line)).length).toBe(1);
  expect(lines.filter((line) => line.startsWith(' ? help')).length).toBe(1);
}

async function walk(terminal: Terminal): Promise<void> {
  const visit = async (key: string, title: string, content: RegExp) => {
    terminal.press(key);
    expectWhole(
      await terminal.shows((screen) => screen.split('\n')[0]!.includes(`${title}]`) && content.test(screen)),
      title,
    );
  };
  await visit('2', '2 Examples', /id +.*margin/);
  terminal.press('j', 'j', 'Enter');
  expectWhole(await terminal.shows('[Pair]'), 'Pair');
  terminal.press('Escape');
  await terminal.shows('[2 Examples]');
  await visit('3', '3 Compare', /A right/);
  await visit('4', '4 Runs', /folder +state/);
  await visit('?', 'Help', /Everywhere/);
  await visit('1', '1 Summary', /GroupMatch/);
}

describe.skipIf(!HAS_TMUX)('on a stored run', () => {
  test.each(SIZES)(
    'all screens at %i × %i, resized on the way, and back to the shell',
    async (columns, rows) => {
      const terminal = new Terminal(['view', stored], { columns, rows });
      await terminal.shows('[1 Summary]');
      expect(terminal.isAlternate()).toBe(true);
      await walk(terminal);
      terminal.resize(60, 20);
      await terminal.shows((screen) => screen.split('\n')[19]?.includes('? help') === true);
      await walk(terminal);
      terminal.resize(50, 15);
      await terminal.shows('The dashboard needs 60×20; this is 50×15.');
      terminal.resize(columns, rows);
      await terminal.shows((screen) => screen.split('\n')[rows - 1]?.includes('? help') === true);
      await walk(terminal);
      terminal.press('q');
      expect(await terminal.end()).toBe(0);
    },
  );

  test('without arguments the runs of ./runs are listed, and Enter opens one', async () => {
    const terminal = new Terminal(['view'], { columns: 80, rows: 24, cwd: folder });
    await terminal.shows('✓ complete');
    terminal.press('Enter');
    await terminal.shows('[1 Summary]');
    terminal.press('q');
    expect(await terminal.end()).toBe(0);
  });

  test.each([
    ['C-c', undefined, 0],
    [undefined, 'SIGTERM', 143],
    [undefined, 'SIGINT', 130],
  ] as const)('leaves the terminal in order after %s %s', async (key, signal, code) => {
    const terminal = new Terminal(['view', stored], { columns: 80, rows: 24 });
    await terminal.shows('[1 Summary]');
    if (key) terminal.press(key);
    else process.kill(terminal.pids()[0]!, signal);
    expect(await terminal.end()).toBe(code);
  });

  test('for a screen reader: text that stays on the normal screen', async () => {
    const terminal = new Terminal(['view', stored, '--screen-reader'], { columns: 100, rows: 40 });
    await terminal.shows(/percent right, interval/);
    expect(terminal.isAlternate()).toBe(false);
    terminal.press('2', 'j');
    await terminal.shows('Example 1, 2 in the list.');
    terminal.press('q');
    expect(await terminal.end()).toBe(0);
  });
});

describe.skipIf(!HAS_TMUX)('on a live run', () => {
  const live = (name: string, more: readonly string[] = [], [columns, rows] = [80, 24]) => {
    const out = join(folder, name);
    const args = ['score', '--out', out, '--workers', '1', ...more];
    return { out, terminal: new Terminal(args, { columns, rows }) };
  };
  const denoising = (terminal: Terminal) => terminal.shows(/diffusion +█.*denoising/);

  test.each(SIZES)(
    'all screens at %i × %i while it goes on; then its result stays',
    async (columns, rows) => {
      const { out, terminal } = live(`walk-${columns}`, ['--limit', '24'], [columns, rows]);
      await denoising(terminal);
      await walk(terminal);
      terminal.resize(100, 30);
      await terminal.shows((screen) => screen.split('\n')[29]?.includes('? help') === true);
      await walk(terminal);
      await terminal.shows(/24 of 24 examples +complete/);
      expect(terminal.isAlternate()).toBe(true);
      terminal.press('q');
      expect(await terminal.end()).toBe(0);
      expect(terminal.history()).toContain(`Run folder: ${out}`);
      expect(terminal.history()).toContain('tiny-world: 24 of 210 examples');
      expect(storedSummary(out).examples.done).toBe(24);
    },
  );

  test('q asks once; any other key goes on, y stops and keeps everything', async () => {
    const { out, terminal } = live('asked');
    await denoising(terminal);
    terminal.press('q');
    await terminal.shows('Stop the run? What is done is kept.');
    terminal.press('n');
    await terminal.shows('? help');
    terminal.press('q', 'y');
    expect(await terminal.end()).toBe(130);
    expect(terminal.history()).toContain(`Run folder: ${out}`);
    expect(terminal.history()).toContain('interrupted. Everything computed is kept');
    const { scorers } = storedSummary(out);
    expect(scorers.diffusion!.evaluations).toBeGreaterThan(0);
    expect(leftovers(out)).toEqual([]);
  });

  test.each([
    ['C-c', undefined, 130],
    [undefined, 'SIGTERM', 143],
  ] as const)('stops in order after %s %s', async (key, signal, code) => {
    const { out, terminal } = live(`stopped-${code}`);
    await denoising(terminal);
    if (key) terminal.press(key);
    else process.kill(terminal.pids()[0]!, signal);
    expect(await terminal.end()).toBe(code);
    expect(terminal.history()).toContain(`Run folder: ${out}`);
    expect(leftovers(out)).toEqual([]);
  });

  test('a second signal ends it at once, and the terminal is whole again', async () => {
    const { terminal } = live('twice');
    await denoising(terminal);
    const [pid] = terminal.pids();
    process.kill(pid!, 'SIGTERM');
    process.kill(pid!, 'SIGHUP');
    expect([129, 143]).toContain(await terminal.end());
  });

  test('a terminal that goes away ends the run, and everything is kept', async () => {
    const { out, terminal } = live('hung-up');
    await denoising(terminal);
    const [pid] = terminal.pids();
    terminal.hangUp();
    const deadline = Date.now() + 60_000;
    while (isAlive(pid!)) {
      if (Date.now() > deadline) throw new Error('the run never ended');
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect(storedSummary(out).scorers.diffusion!.evaluations).toBeGreaterThan(0);
    expect(leftovers(out)).toEqual([]);
  });

  test('a worker that fails gives the terminal back, with its sentence on the normal screen', async () => {
    const garbage = { 'unet/model.onnx': 'no graph' };
    const broken = alteredModel('diffusion', join(folder, 'broken-model'), garbage);
    const { terminal } = live('broken', ['--clip', 'tiny-world', '--diffusion', broken]);
    expect(await terminal.end()).toBe(2);
    expect(terminal.history()).toMatch(/winoscope: .*unet\/model\.onnx/);
    expect(terminal.history()).not.toContain('    at ');
  });

  test('--plain: Ctrl-C reaches workers as well as the run, which ends in order', async () => {
    const { out, terminal } = live('group', ['--plain'], [120, 40]);
    await terminal.shows('diffusion: ');
    terminal.press('C-c');
    expect(await terminal.end()).toBe(130);
    expect(terminal.history()).toContain('interrupted. Everything computed is kept');
    expect(terminal.history()).not.toMatch(/worker ended|unexpected/);
    expect(leftovers(out)).toEqual([]);
  });

  test('--plain gives lines', async () => {
    const plain = live('plain', ['--limit', '2', '--plain']).terminal;
    expect(await plain.end()).toBe(0);
    expect(plain.history()).toContain('tiny-world: 2 of 210 examples, results in');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
