/** How soon a key changes the screen while inference takes every core, and what the dashboard costs a run. */

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interleave, ratios, type Spread, showSpread, spreadOf, tableLines } from './statistics.ts';
import { TerminalProcess } from './terminal-process.ts';

const BIN = fileURLToPath(new URL('../../bin/winoscope.js', import.meta.url));
/** Long enough for a hundred keys, and for what begins and ends a run to weigh little. */
const EXAMPLES = 100;
const KEYS = 100;
/** Between two keys, so that each meets another moment of the run. */
const PAUSE_MS = 60;
/** Screens to switch between, with the text that shows that it has happened. */
const SWITCHES = [
  ['2', '[2 Examples]'],
  ['3', '[3 Compare]'],
  ['1', '[1 Summary]'],
] as const;
const [DASHBOARD, JSON_RUN] = ['dashboard', '--json'];

export interface DashboardReport {
  /** From a key to its screen, while the run went on. */
  milliseconds: { median: number; p95: number; worst: number; keys: number };
  /** Evaluations per second. */
  rate: Record<string, Spread>;
  /** Dashboard to --json, round by round. */
  ratio: Spread;
}

/** @throws where there is no `script`, or a run fails. */
export async function measureDashboard({ rounds }: { rounds: number }): Promise<DashboardReport | string> {
  if (spawnSync('script', ['--version']).status !== 0)
    return 'not measured: `script` of util-linux is missing';
  const latencies: number[] = [];
  const contestants = new Map([
    [JSON_RUN, () => inFolder(plainRun)],
    [DASHBOARD, () => inFolder((out) => watchedRun(out))],
  ]);
  const rates = await interleave(contestants, rounds, () => {});
  await inFolder((out) => watchedRun(out, latencies));
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))]!;
  return {
    milliseconds: { median: at(0.5), p95: at(0.95), worst: at(1), keys: latencies.length },
    rate: Object.fromEntries([...rates].map(([name, values]) => [name, spreadOf(values)])),
    ratio: ratios(rates.get(DASHBOARD)!, rates.get(JSON_RUN)!),
  };
}

export function dashboardLines(report: DashboardReport | string): string[] {
  if (typeof report === 'string') return ['', `Dashboard: ${report}`];
  const { median, p95, worst, keys } = report.milliseconds;
  const rows = Object.entries(report.rate).map(([name, rate]) => [name, showSpread(rate)]);
  return [
    '',
    `Dashboard on 120 × 40, ${EXAMPLES} examples of the probe, all cores busy`,
    ...tableLines(['', 'evaluations/s'], rows),
    `dashboard / --json: ${showSpread(report.ratio, 3)}`,
    `a key shows after ${median.toFixed(0)} ms (median of ${keys}), 95th percentile ${p95.toFixed(0)} ms, worst ${worst.toFixed(0)} ms`,
  ];
}

const argsOf = (out: string) => [
  'score',
  '--diffusion',
  'tiny-world',
  '--clip',
  'tiny-world',
  '--limit',
  `${EXAMPLES}`,
  '--out',
  out,
];

async function plainRun(out: string): Promise<number> {
  const child = spawn(process.execPath, [BIN, ...argsOf(out), '--json'], { stdio: 'ignore' });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`the run ended with ${code}`);
  return rateOf(out);
}

/** A run on a terminal; with `latencies`, keys are pressed all the while. */
async function watchedRun(out: string, latencies?: number[]): Promise<number> {
  const words = [process.execPath, BIN, ...argsOf(out)].map((word) => `'${word}'`).join(' ');
  const terminal = new TerminalProcess(words);
  await terminal.shows('denoising');
  for (let k = 0; latencies && k < KEYS; k++) {
    const [key, text] = SWITCHES[k % SWITCHES.length]!;
    latencies.push(await terminal.press(key, text));
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  if (latencies) await terminal.press('1', '[1 Summary]').catch(() => 0);
  if (!latencies) await terminal.shows('complete');
  else await terminal.press('c', 'complete');
  terminal.write('q');
  const code = await terminal.ended;
  if (code !== 0) throw new Error(`the run ended with ${code}`);
  return rateOf(out);
}

/** Evaluations per second of the diffusion scorer, its loading included. */
function rateOf(out: string): number {
  const { scorers } = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
  return scorers.diffusion.evaluations / scorers.diffusion.seconds;
}

async function inFolder<T>(run: (out: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'winoscope-bench-'));
  try {
    return await run(join(folder, 'run'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
