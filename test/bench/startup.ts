/** How long the command line takes to say its version and help, against an empty Node program. */

import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { interleave, ratios, type Spread, showSpread, spreadOf, tableLines } from './statistics.ts';

const ROUNDS = 7;
const BIN = fileURLToPath(new URL('../../bin/winoscope.js', import.meta.url));
const EMPTY = 'node -e 0';

export interface StartupReport {
  name: string;
  milliseconds: Spread;
  /** Round by round, to the empty program. */
  ratio: Spread;
}

export async function measureStartup(): Promise<StartupReport[]> {
  const commands = new Map([
    [EMPTY, ['-e', '0']],
    ['winoscope --version', [BIN, '--version']],
    ['winoscope --help', [BIN, '--help']],
  ]);
  const contestants = new Map([...commands].map(([name, args]) => [name, async () => startOnce(name, args)]));
  for (const start of contestants.values()) await start(); // fills the disk cache
  const times = await interleave(contestants, ROUNDS, () => {});
  return [...times].map(([name, values]) => ({
    name,
    milliseconds: spreadOf(values),
    ratio: ratios(values, times.get(EMPTY)!),
  }));
}

export function startupLines(reports: readonly StartupReport[]): string[] {
  const rows = reports.map(({ name, milliseconds, ratio }) => [
    name,
    showSpread(milliseconds),
    showSpread(ratio, 2),
  ]);
  return ['', `Start-up, median of ${ROUNDS} (extremes)`, ...tableLines(['', 'ms', `times ${EMPTY}`], rows)];
}

function startOnce(name: string, args: readonly string[]): number {
  const begun = performance.now();
  const { status, error } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`"${name}" failed`, { cause: error });
  return performance.now() - begun;
}
