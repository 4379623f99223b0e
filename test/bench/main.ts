/**
 * The benchmark: `npm run bench -- [--part a,b,c,startup,dashboard,report] [--seconds S] [--rounds N] [--json FILE]`.
 *
 * (a) the product against a bare loop over the same graph, (b) against PyTorch, (c) what the reference's scheme would
 * evaluate, start-up, and the dashboard: how soon a key shows, and what it costs; and
 * HTML reports: size, and time to write and to open. Prints tables on stdout, what goes on to stderr, and writes nothing but the file of `--json`.
 */

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { breakdownLines, measureBreakdown } from './breakdown.ts';
import { dashboardLines, measureDashboard } from './dashboard.ts';
import { describeMachine, machineLines } from './machine.ts';
import { referenceCost, referenceCostLines } from './reference-cost.ts';
import { measureReport, reportLines } from './report.ts';
import { measureStartup, startupLines } from './startup.ts';
import { openSubject } from './subject.ts';
import { measureThroughput, throughputLines } from './throughput.ts';

const PARTS = ['a', 'b', 'c', 'startup', 'dashboard', 'report'];
/** A breakdown needs fewer calls than a comparison: its parts are large or measured apart. */
const BREAKDOWN_SHARE = 0.5;

const { values } = parseArgs({
  options: {
    part: { type: 'string', default: PARTS.join(',') },
    seconds: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
  },
});
const parts = new Set(values.part.split(',').map((part) => part.trim()));
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];
const unknown = [...parts].find((part) => !PARTS.includes(part));
if (unknown !== undefined) fail(`no part "${unknown}"; there are ${PARTS.join(', ')}`);
if (!(seconds > 0)) fail('--seconds takes a positive number');
if (!Number.isInteger(rounds) || rounds < 1) fail('--rounds takes a whole number of at least 1');

const report: Record<string, unknown> = { seconds, rounds };
const print = (lines: readonly string[]) => process.stdout.write(`${lines.join('\n')}\n`);
const note = (text: string) => process.stderr.write(`bench: ${text}\n`);

const machine = describeMachine();
report.machine = machine;
print(machineLines(machine));
const [bare, torch] = [parts.has('a'), parts.has('b')];
if (parts.has('startup')) {
  note('start-up');
  const startup = await measureStartup();
  report.startup = startup;
  print(startupLines(startup));
}
if (parts.has('dashboard')) {
  note('dashboard');
  const dashboard = await measureDashboard({ rounds });
  report.dashboard = dashboard;
  print(dashboardLines(dashboard));
}
if (parts.has('report')) {
  note('HTML reports');
  const pages = await measureReport();
  report.report = pages;
  print(reportLines(pages));
}
const needsModel = ['a', 'b', 'c'].some((part) => parts.has(part));
const subject = needsModel ? await openSubject() : undefined;
if (subject && (bare || torch)) {
  const throughput = await measureThroughput(subject, { seconds, rounds, bare, torch, note });
  report.throughput = throughput;
  print(throughputLines(throughput, { bare, torch }));
}
if (subject && bare) {
  note('breakdown');
  const breakdown = await measureBreakdown(subject, BREAKDOWN_SHARE * seconds);
  report.breakdown = breakdown;
  print(breakdownLines(breakdown));
}
if (subject && parts.has('c')) {
  const cost = referenceCost(subject);
  report.referenceCost = cost;
  print(referenceCostLines(cost));
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);

function fail(message: string): never {
  process.stderr.write(`bench: ${message}\n`);
  process.exit(2);
}
