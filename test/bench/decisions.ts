/** (d) Evaluations until an example is decided, by the command line: the whole plan, and the rules that end it early. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Summary } from '../../dist/src/run/summary-schema.js';
import { runWinoscope } from './run-command.ts';
import { tableLines } from './statistics.ts';

const TIMESTEPS = '100';
const WAYS = [
  ['whole plan', []],
  ['--stop sequential', ['--stop', 'sequential']],
] as const;

export interface DecisionReport {
  name: string;
  /** Per example, and per pair of an example (∅ among them). */
  perExample: number;
  seconds: number;
  /** Groups that come out right. */
  group: number;
}

export async function measureDecisions(note: (text: string) => void): Promise<DecisionReport[]> {
  const reports: DecisionReport[] = [];
  for (const [name, flags] of WAYS) {
    note(`decisions, ${name}`);
    const folder = mkdtempSync(join(tmpdir(), 'winoscope-bench-'));
    try {
      const out = ['--out', join(folder, 'run'), '--json', '--quiet'];
      const plan = ['--diffusion', 'tiny-world', '--timesteps', TIMESTEPS];
      const { stdout, seconds } = await runWinoscope(['score', ...plan, ...flags, ...out]);
      const summary = JSON.parse(stdout) as Summary;
      const { evaluations, metrics } = Object.values(summary.scorers)[0]!;
      const perExample = evaluations / summary.examples.done;
      reports.push({ name, perExample, seconds, group: metrics.group!.correct });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return reports;
}

export function decisionLines(reports: readonly DecisionReport[]): string[] {
  const rows = reports.map(({ name, perExample, seconds, group }) => [
    name,
    perExample.toFixed(1),
    seconds.toFixed(1),
    String(group),
  ]);
  const header = [`${TIMESTEPS} timesteps`, 'evaluations per example', 'seconds', 'groups right'];
  return ['', '(d) evaluations per decision, embedded probe', ...tableLines(header, rows)];
}
