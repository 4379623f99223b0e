/** What a run leaves out, and what it leaves alone: failures that are stored, folders that are not its own, readers gone. */

import { lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli, runOk, startCli } from '../support/run-cli.ts';
import { storedSummary } from '../support/run-files.ts';
import { worldRecords, writeProbe } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const out = (name: string) => join(folder, name);
const RECORDS = worldRecords(3);
const PROBE = writeProbe(out('probe'), RECORDS);
const args = (probe: string, run: string) => ['score', probe, '--clip', 'tiny-world', '--out', run];
const manifest = (run: string) => JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'));

/** The probe with a word in its second example that the embedded models do not know. */
function foreignProbe(name: string, redistribution: 'free' | 'none'): string {
  const [first, second, third] = RECORDS;
  const probe = writeProbe(out(name), [first!, { ...second!, caption_0: 'a giraffe' }, third!]);
  writeFileSync(join(probe, 'task.yaml'), `name: small\nredistribution: ${redistribution}\n`);
  return probe;
}

test('--on-error skip leaves out what a model refuses, stores it, and reports count it', async () => {
  const probe = foreignProbe('foreign', 'free');
  const stopped = await runCli(args(probe, out('stopped')));
  expect(stopped).toMatchObject({ code: 2, stdout: '' });
  expect(stopped.stderr).toContain(`example "${RECORDS[1]!.id}", caption 0`);

  const run = out('skipped');
  const { code, stderr } = await runCli([...args(probe, run), '--on-error', 'skip', '--quiet']);
  expect(code).toBe(3);
  expect(stderr).toMatch(/^left out example 1: .*"giraffe".*\n$/);
  const failures = manifest(run).about.failures;
  expect(failures).toMatchObject([{ scorer: 'clip', id: '1' }]);
  rmSync(join(run, 'summary.json'));
  const report = JSON.parse((await runOk(['report', run, '--format', 'json'])).stdout);
  expect(report.examples).toEqual({ done: 2, failed: 1, skipped: 0 });
});

test('a task that may not be passed on leaves no words of it in run.json', async () => {
  const run = out('secret');
  await runCli([...args(foreignProbe('secret-probe', 'none'), run), '--on-error', 'skip']);
  const text = readFileSync(join(run, 'run.json'), 'utf8');
  expect(text).not.toContain('giraffe');
  expect(manifest(run).about.failures).toHaveLength(1);
});

test('a session that finds nothing to do leaves no trace, and --dry-run counts what is left', async () => {
  const run = out('whole');
  await runOk([...args(PROBE, run), '--limit', '2']);
  const before = readFileSync(join(run, 'run.json'), 'utf8');
  const written = lstatSync(join(run, 'scores', 'clip.jsonl')).mtimeMs;
  await runOk([...args(PROBE, run), '--limit', '2']);
  expect(readFileSync(join(run, 'run.json'), 'utf8')).toBe(before);
  expect(lstatSync(join(run, 'scores', 'clip.jsonl')).mtimeMs).toBe(written);
  for (const [limit, left] of [
    ['2', 0],
    ['3', 4],
  ] as const) {
    const { stdout } = await runOk([...args(PROBE, run), '--limit', limit, '--dry-run', '--json']);
    expect(JSON.parse(stdout)).toMatchObject([{ scorer: 'clip', evaluations: left, examples: left / 4 }]);
  }
  const dry = async (limit: string) =>
    (await runOk([...args(PROBE, run), '--limit', limit, '--dry-run'])).stdout;
  expect(await dry('2')).toBe(`Nothing is left to score: the run in ${run} has all that was asked for.\n`);
  expect(await dry('3')).toContain(`1 of 3 examples would be scored into ${run}; nothing was written.`);
  rmSync(join(run, 'run.json'));
  const { code, stderr } = await runCli(args(PROBE, run));
  expect(code).toBe(1);
  expect(stderr).toMatch(/^winoscope: the folder holds results but no run\.json [^\n]+\n$/);
});

test('a run goes on when nobody reads it any more', async () => {
  const run = out('unread');
  const cli = startCli(args(PROBE, run));
  cli.child.stdout!.destroy();
  cli.child.stderr!.destroy();
  const { code, signal } = await cli.result;
  expect({ code, signal }).toEqual({ code: 0, signal: null });
  expect(storedSummary(run).complete).toBe(true);

  const skipping = startCli([
    ...args(foreignProbe('unread-probe', 'free'), out('skip')),
    '--on-error',
    'skip',
  ]);
  skipping.child.stdout!.destroy();
  expect((await skipping.result).code).toBe(3);
});

test('the bare name of the embedded model never means a folder that happens to be there', async () => {
  const cwd = out('elsewhere');
  mkdirSync(join(cwd, 'tiny-world'), { recursive: true });
  await runOk(args(PROBE, out('embedded')), { cwd });
  const { code, stderr } = await runCli(['score', PROBE, '--clip', './tiny-world'], { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain(join(cwd, 'tiny-world'));
  expect(manifest(out('embedded')).about.task.source).toBe(PROBE);
});

test('report --output writes through a link and says in one sentence what it cannot write', async () => {
  const run = out('reported');
  await runOk(args(PROBE, run));
  writeFileSync(out('target.md'), 'old');
  symlinkSync(out('target.md'), out('link.md'));
  await runOk(['report', run, '--output', out('link.md')]);
  expect(lstatSync(out('link.md')).isSymbolicLink()).toBe(true);
  expect(readFileSync(out('target.md'), 'utf8')).toMatch(/^# small\n/);
  const { code, stderr } = await runCli(['report', run, '--output', join(folder, 'none', 'x.md')]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^winoscope: cannot write the report: [^\n]+ Choose another --output\.\n$/);
});
