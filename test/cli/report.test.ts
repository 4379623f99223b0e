import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runCli, runOk } from '../support/run-cli.ts';
import { storedSummary } from '../support/run-files.ts';
import { worldRecords, writeProbe } from '../support/small-probe.ts';
import { summarySchema } from '../support/summary-schema.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const RUN = join(folder, 'run');
const PROBE = join(folder, 'probe');
const score = (...args: string[]) => runOk(['score', PROBE, '--timesteps', '4', '--out', RUN, ...args]);

beforeAll(async () => {
  writeProbe(PROBE, worldRecords(6));
  await score();
});

test('--format json is the summary of the run', async () => {
  const { stdout, stderr } = await runOk(['report', RUN, '--format', 'json']);
  expect(stderr).toBe('');
  const summary = summarySchema.parse(JSON.parse(stdout));
  expect(summary).toEqual(storedSummary(RUN));
  expect(summary.complete).toBe(true);
});

test('Markdown, the default, has all of its numbers', async () => {
  const { stdout } = await runOk(['report', RUN]);
  const summary = storedSummary(RUN);
  expect(stdout).toContain('# small\n');
  expect(stdout).toContain(summary.identity.slice(0, 12));
  for (const [name, { metrics, byTag }] of Object.entries(summary.scorers)) {
    const row = stdout.split('\n').find((line) => line.startsWith(`| ${name} |`))!;
    for (const { score, ci95 } of Object.values(metrics)) {
      const [value, lo, hi] = [score, ...ci95].map((fraction) => (100 * fraction).toFixed(1));
      expect(row).toContain(`| ${value} [${lo}, ${hi}]`);
    }
    for (const tag of Object.keys(byTag)) expect(stdout).toContain(`| ${tag} |`);
  }
  expect(stdout.match(/^- .*exact McNemar/gm)).toHaveLength(summary.comparisons.length);
});

test('--output writes a file, over an older one, and nothing to stdout', async () => {
  const file = join(folder, 'report.md');
  for (const _ of [1, 2]) {
    const { stdout, stderr } = await runOk(['report', RUN, '--output', file]);
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
  }
  expect(readFileSync(file, 'utf8')).toBe((await runOk(['report', RUN])).stdout);
  expect(readdirSync(folder).sort()).toEqual(['probe', 'report.md', 'run']);
});

test('another loss or error space: the numbers that a run made with it prints, the run untouched', async () => {
  const stored = storedSummary(RUN);
  const { run: _, ...native } = stored;
  for (const analysis of [
    ['--loss', 'mae'],
    ['--error-space', 'x0'],
    ['--loss', 'huber'],
  ]) {
    const report = summarySchema.parse(
      JSON.parse((await runOk(['report', RUN, '--format', 'json', ...analysis])).stdout),
    );
    expect(storedSummary(RUN)).toEqual(stored);
    const copy = join(folder, 'copy');
    cpSync(RUN, copy, { recursive: true });
    const args = ['score', PROBE, '--timesteps', '4', '--out', copy, '--json', ...analysis];
    const { run: __, ...scored } = summarySchema.parse(JSON.parse((await runOk(args)).stdout));
    rmSync(copy, { recursive: true });
    const withoutTime = ({ scorers, ...rest }: typeof native) => ({
      ...rest,
      scorers: Object.fromEntries(
        Object.entries(scorers).map(([name, { seconds: _, ...scorer }]) => [name, scorer]),
      ),
    });
    const { run: ___, ...reported } = report;
    expect(withoutTime(reported)).toEqual(withoutTime(scored));
    expect(reported.analysis).not.toEqual(native.analysis);
  }
});

test('a run whose summary was made with another loss is reported with the one that is asked for', async () => {
  const before = storedSummary(RUN);
  await score('--loss', 'mae');
  expect(storedSummary(RUN).analysis.loss).toBe('mae');
  const report = JSON.parse((await runOk(['report', RUN, '--format', 'json'])).stdout);
  expect(report.analysis).toEqual({ loss: 'mse', errorSpace: 'native' });
  expect(report.scorers.diffusion.metrics).toEqual(before.scorers.diffusion!.metrics);
  await score();
});

test('needs neither model nor probe', async () => {
  rmSync(PROBE, { recursive: true });
  expect(JSON.parse((await runOk(['report', RUN, '--format', 'json'])).stdout)).toEqual(storedSummary(RUN));
});

test('huber in another error space is refused', async () => {
  const { code, stdout, stderr } = await runCli([
    'report',
    RUN,
    '--loss',
    'huber',
    '--error-space',
    'epsilon',
  ]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^winoscope: the Huber loss [^\n]+\n$/);
});

test('--probabilities writes p(caption | image), a line per image', async () => {
  const [run, file] = [join(folder, 'clip-run'), join(folder, 'p.jsonl')];
  // CLIP alone: a moment's work, and it does get captions wrong, without which there is no temperature.
  await runOk(['score', '--clip', 'tiny-world', '--limit', '70', '--out', run]);
  const { stdout } = await runOk(['report', run, '--probabilities', file]);
  expect(stdout).toMatch(
    /^clip: p\(caption \\\| image\) = softmax\(score \/ [\d.e-]+\): calibration error \d+\.\d points/m,
  );
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(140);
  for (const { scorer, p } of lines) {
    expect(scorer).toBe('clip');
    expect(p[0] + p[1]).toBeCloseTo(1, 12);
  }
  const probabilities = storedSummary(run).scorers.clip!.probabilities!;
  expect(probabilities.choices).toBe(140);
});

test('--probabilities where nothing can be fitted is one sentence', async () => {
  const { stderr, code } = await runCli(['report', RUN, '--probabilities', join(folder, 'none.jsonl')]);
  expect(stderr).toContain('no temperature can be fitted');
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(2);
});
