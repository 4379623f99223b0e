/**
 * The benchmark: `npm run bench -- [--part a,b,c,d,e,f,dashboard,report,options,precision,soak] [--model embedded,middle,sd15] [--seconds S]
 * [--rounds N] [--trials N] [--json FILE]`.
 *
 * (a) the product against a bare loop over the same graph, (b) against PyTorch, (c) against the reference's scheme on
 * the same graphs, (d) evaluations per decision, (e) growth, (f) start-up and memory of every command; the dashboard: how
 * soon a key shows, and what it costs; the reports: size, and time to write and to open; onnxruntime's options; weights of
 * reduced precision; the soak: a million trials. a, b and c measure the models that are named. Prints
 * tables on stdout, what goes on to stderr, and writes nothing but the file of `--json` and models that are missing.
 */

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { breakdownLines, measureBreakdown } from './breakdown.ts';
import { dashboardLines, measureDashboard } from './dashboard.ts';
import { decisionLines, measureDecisions } from './decisions.ts';
import { growthLines, measureGrowth } from './growth.ts';
import { describeMachine, machineLines } from './machine.ts';
import { MODELS, type ModelName, subjectOptions } from './models.ts';
import { measureOptions, optionLines } from './options.ts';
import { measurePrecision, precisionLines } from './precision.ts';
import { measureScheme, schemeLines } from './reference-scheme.ts';
import { measureReport, reportLines } from './report.ts';
import { measureShards, shardLines } from './shards.ts';
import { measureSoak, soakLines } from './soak.ts';
import { measureStartup, startupLines } from './startup.ts';
import { openSubject, type Subject } from './subject.ts';
import { measureThroughput, throughputLines } from './throughput.ts';

const PARTS = ['a', 'b', 'c', 'd', 'e', 'f', 'dashboard', 'report', 'options', 'precision', 'soak'];
/** Those that take minutes of all cores are run when they are named. */
const DEFAULT_PARTS = 'a,b,c,d,e,f,dashboard,report';
/** A breakdown needs fewer calls than a comparison: its parts are large or measured apart. */
const BREAKDOWN_SHARE = 0.5;

const { values } = parseArgs({
  options: {
    part: { type: 'string', default: DEFAULT_PARTS },
    model: { type: 'string', default: 'embedded' },
    seconds: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '5' },
    trials: { type: 'string', default: '1000000' },
    json: { type: 'string' },
  },
});
const parts = new Set(listOf(values.part, PARTS, 'part'));
const models = listOf(values.model, MODELS, 'model');
const [seconds, rounds, trials] = [Number(values.seconds), Number(values.rounds), Number(values.trials)];
if (!(seconds > 0)) fail('--seconds takes a positive number');
for (const [flag, number] of [['rounds', rounds] as const, ['trials', trials] as const])
  if (!Number.isInteger(number) || number < 1) fail(`--${flag} takes a whole number of at least 1`);

const report: Record<string, unknown> = { seconds, rounds };
const note = (text: string) => process.stderr.write(`bench: ${text}\n`);
const machine = describeMachine();
report.machine = machine;
print(machineLines(machine));

await part('f', () => measureStartup(rounds, note), startupLines);
await part('dashboard', () => measureDashboard({ rounds }), dashboardLines);
await part('report', () => measureReport(), reportLines);
for (const model of models) {
  if (!['a', 'b', 'c'].some((name) => parts.has(name))) break;
  note(`model ${model}`);
  const subject = await openSubject(subjectOptions(model as ModelName, note));
  print(['', `model ${model}: ${subject.unet.latent.join(' x ')} latents`]);
  await throughput(model, subject);
  if (parts.has('a') && model === 'embedded')
    await part('a', () => measureBreakdown(subject, BREAKDOWN_SHARE * seconds), breakdownLines, 'breakdown');
  await part('c', () => measureScheme(subject, { rounds, note }), schemeLines, `${model} scheme`);
}
await part('d', () => measureDecisions(note), decisionLines);
await part('e', async () => measureGrowth(await openSubject(), { rounds, note }), growthLines);
await part('e', () => measureShards({ rounds, note }), shardLines, 'shards');
await part(
  'options',
  async () => measureOptions(await openSubject(), { seconds, rounds, note }),
  optionLines,
);
await part('precision', () => measurePrecision(note), precisionLines);
await part('soak', async () => measureSoak(await openSubject(), { count: trials, note }), soakLines);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);

/** Measures a part that was asked for, prints it and keeps it for the report. */
async function part<T>(
  name: string,
  measure: () => Promise<T>,
  lines: (result: T) => string[],
  title = name,
): Promise<void> {
  if (!parts.has(name)) return;
  note(title);
  const result = await measure();
  report[title] = result;
  print(lines(result));
}

async function throughput(model: string, subject: Subject): Promise<void> {
  const asked = { bare: parts.has('a'), torch: parts.has('b') };
  if (!asked.bare && !asked.torch) return;
  const result = await measureThroughput(subject, { seconds, rounds, ...asked, note });
  report[`${model} throughput`] = result;
  print(throughputLines(result, asked));
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

function listOf(text: string, known: readonly string[], what: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) fail(`no ${what} "${unknown}"; there are ${known.join(', ')}`);
  return names;
}

function fail(message: string): never {
  process.stderr.write(`bench: ${message}\n`);
  process.exit(2);
}
