/** Captions that would drive a terminal, in a real one: they are shown, and do nothing. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadTask } from '../../tasks/registry.ts';
import { makeRun } from '../support/made-run.ts';
import { runOk } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { HAS_TMUX, Terminal } from './terminal.ts';

const HOSTILE = [
  '\u001B]0;owned\u0007 sets the title',
  '\u001B[2J\u001B[H\u001B[31mOWNED\u001B[?1049l clears the screen',
  '\u009B2J\u009D0;owned\u009C does so with single controls',
  'rings\u0007\u0007, goes\rback\u0008\u0008\u0008 and\ndown\u000B',
  '\u202Eright to left\u202C \u2066isolated\u2069 \u200Bnothing\uFEFF wide',
  '👩‍👩‍👧‍👦🏳️‍🌈 families 日本語 and z\u0300\u0301\u0302\u0303\u0304\u0305\u0306algo',
  'very long '.repeat(100_000),
  '\uD800 half a character \u001BPtmux;\u001B\u001B]0;owned\u0007\u001B\\',
];

const folder = temporaryFolder();
const task = await loadTask('tiny-world');
const examples = task.examples.slice(0, HOSTILE.length).map((example, k) => ({
  ...example,
  captions: [HOSTILE[k]!, `${HOSTILE[k]!.slice(0, 100)}, the other way`],
  tags: [HOSTILE[k]!.slice(0, 60)],
}));
const images = task.images.slice(0, HOSTILE.length);
const run = makeRun(join(folder, 'run'), { task: { ...task, examples, images } });

const isControl = (char: string) =>
  /[\p{Cc}\u061C\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/u.test(char);

describe.skipIf(!HAS_TMUX)('in the dashboard', () => {
  test.each([
    [80, 24],
    [120, 40],
  ])('every example at %i × %i leaves the screen whole', async (columns, rows) => {
    const record = join(folder, `bytes-${columns}`);
    const terminal = new Terminal(['view', run], { columns, rows, record });
    await terminal.shows('[1 Summary]');
    const title = terminal.title();
    terminal.press('2');
    await terminal.shows('[2 Examples]');
    terminal.press('Enter');
    await terminal.shows('[Pair]');
    for (let k = 0; k < HOSTILE.length; k++) {
      // The next example's own place in the header says that it is drawn.
      const screen = await terminal.shows(
        new RegExp(`${k + 1}/${HOSTILE.length}|${k + 1} of ${HOSTILE.length}`),
      );
      const lines = screen.split('\n');
      expect(lines[0]).toContain('[Pair]');
      expect(lines[rows - 1]).toContain('? help');
      expect([...screen.replaceAll('\n', '')].filter(isControl)).toEqual([]);
      terminal.press('n');
    }
    expect(terminal.title()).toBe(title);
    expect(terminal.isAlternate()).toBe(true);
    terminal.press('q');
    expect(await terminal.end()).toBe(0);
    // No bell, no title, no single control, no mode of tmux's: only what Ink draws with.
    const bytes = readFileSync(record, 'utf8');
    expect(bytes).toContain('OWNED');
    const ends = ['\u0007', ...[...']PX^_'].map((letter) => `\u001B${letter}`)];
    expect(ends.filter((sequence) => bytes.includes(sequence))).toEqual([]);
    expect([...bytes].filter((char) => char >= '\u0080' && /\p{Cc}/u.test(char))).toEqual([]);
  });
});

test.skipIf(!HAS_TMUX)('a table of commas steers no terminal, and is as it is in a pipe', async () => {
  const record = join(folder, 'bytes-csv');
  const flags = ['export', run, '--scorer', 'clip', '--format', 'csv'];
  const terminal = new Terminal([...flags], { columns: 120, rows: 40, record });
  expect(await terminal.end()).toBe(0);
  expect(readFileSync(record, 'utf8')).toContain('example,image,caption,score');
  const table = ['report', run, '--format', 'csv'];
  const shown = new Terminal([...table], { columns: 120, rows: 40, record: `${record}-report` });
  expect(await shown.end()).toBe(0);
  const bytes = readFileSync(`${record}-report`, 'utf8');
  expect(bytes).toContain('\\u001b[2J');
  expect(bytes).not.toContain('\u001B[2J\u001B[H\u001B[31m');
  expect((await runOk(table)).stdout).toContain('\u001B[2J');
});

test.each([['report'], ['view', '--plain'], ['report', '--format', 'md']])(
  '%s prints no control character of a caption or tag',
  async (command, ...flags) => {
    const { stdout } = await runOk([command!, run, ...flags]);
    expect(stdout).toContain('owned'); // a tag holds it
    expect([...stdout.replaceAll('\n', '')].filter(isControl)).toEqual([]);
  },
);
