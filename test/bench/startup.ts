/** How long every command takes that computes nothing, against an empty Node program; and a run of a million trials. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DEFAULT_TASK, loadTask } from '../../dist/tasks/index.js';
import { makeRun } from '../support/made-run.ts';
import { BIN, runNode } from './run-command.ts';
import { interleave, ratios, type Spread, showSpread, spreadOf, tableLines } from './statistics.ts';
import { TerminalProcess } from './terminal-process.ts';

const EMPTY = 'node -e 0';
/** 1667 examples of six pairs, 100 trials each. */
const MILLION = { count: 1667, timesteps: 100 };

/** Commands that need no run; every other one by its help, which loads all flags. */
const COMMANDS = [
  ['--version'],
  ['--help'],
  ['score', '--help'],
  ['pair', '--help'],
  ['view', '--help'],
  ['report', '--help'],
  ['task', '--help'],
  ['task', 'list'],
  ['task', 'show', DEFAULT_TASK],
  ['task', 'check', DEFAULT_TASK],
  ['doctor'],
  ['doctor', 'tiny-world'],
];

export interface StartupReport {
  name: string;
  milliseconds: Spread;
  /** Round by round, to the empty program. */
  ratio: Spread;
  /** Resident, in bytes. */
  peak: number;
}

export async function measureStartup(rounds: number, note: (text: string) => void): Promise<StartupReport[]> {
  const folder = mkdtempSync(join(tmpdir(), 'winoscope-bench-'));
  try {
    note('writing a run of a million trials');
    const run = makeRun(join(folder, 'run'), { task: await loadTask(DEFAULT_TASK), ...MILLION });
    const commands = new Map<string, string[]>([[EMPTY, ['-e', '0']]]);
    for (const args of COMMANDS) commands.set(`winoscope ${args.join(' ')}`, [BIN, ...args]);
    commands.set('winoscope view MILLION --plain', [BIN, 'view', run, '--plain']);
    commands.set('winoscope report MILLION --loss mae', [BIN, 'report', run, '--loss', 'mae']);
    const peaks = new Map<string, number>();
    const contestants = new Map(
      [...commands].map(([name, args]) => [
        name,
        async () => {
          const { seconds, peakBytes } = await runNode(args);
          peaks.set(name, Math.max(peaks.get(name) ?? 0, peakBytes));
          return 1000 * seconds;
        },
      ]),
    );
    contestants.set('winoscope view MILLION, until its screen', () => firstScreen(run));
    for (const start of contestants.values()) await start(); // fills the disk cache
    const times = await interleave(contestants, rounds, (k) => note(`start-up ${k + 1} of ${rounds}`));
    return [...times].map(([name, values]) => ({
      name,
      milliseconds: spreadOf(values),
      ratio: ratios(values, times.get(EMPTY)!),
      peak: peaks.get(name) ?? Number.NaN,
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function startupLines(reports: readonly StartupReport[]): string[] {
  const rows = reports.map(({ name, milliseconds, ratio, peak }) => [
    name,
    showSpread(milliseconds),
    showSpread(ratio, 2),
    Number.isNaN(peak) ? '' : `${(peak / 2 ** 20).toFixed(0)} MiB`,
  ]);
  const header = ['', 'ms', `times ${EMPTY}`, 'peak memory'];
  return ['', '(f) start-up, medians (extremes)', ...tableLines(header, rows)];
}

/** Milliseconds from the command on a terminal until its numbers are on the screen. */
async function firstScreen(run: string): Promise<number> {
  const begun = performance.now();
  const terminal = new TerminalProcess(`${process.execPath} ${BIN} view ${run}`);
  await terminal.shows('GroupMatch');
  const milliseconds = performance.now() - begun;
  terminal.write('q');
  await terminal.ended;
  return milliseconds;
}
