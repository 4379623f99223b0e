import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCli, runOk, startCli, until } from '../support/run-cli.ts';
import { leftovers, scoresByLabel, storedSummary } from '../support/run-files.ts';
import { worldImage, worldRecords } from '../support/small-probe.ts';
import { summarySchema } from '../support/summary-schema.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const out = (name: string) => join(folder, name);
const SCRIPT = fileURLToPath(new URL('../support/external/scorer.mjs', import.meta.url));
const JSONL = fileURLToPath(new URL('../../fixtures/winoground-shaped/jsonl', import.meta.url));
const COMMAND = `"${process.execPath}" "${SCRIPT}"`;
const SMALL = ['score', '--limit', '6'];
const external = (name: string, more: readonly string[] = []) => [
  ...SMALL,
  '--external',
  `lengths=${COMMAND}`,
  '--out',
  out(name),
  ...more,
];

/** What the child was asked, in order, from the log that it kept. */
const asked = (log: string): { pid: number; images: string[]; captions: string[] }[] =>
  existsSync(log)
    ? readFileSync(log, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line))
    : [];
/** Whether the process goes, soon: the system may need a moment to bury one that was killed. */
const isGone = (pid: number) => {
  const gone = () => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  };
  return until(gone, new Promise((resolve) => setTimeout(resolve, 10_000).unref()));
};

// What a good child's scores are; others are compared with it.
beforeAll(() => runOk(external('alone')));

describe('an external scorer', () => {
  test('stands beside a model in one run, one table and one comparison', async () => {
    const log = out('beside.log');
    const args = external('beside', ['--clip', 'tiny-world']);
    const { stdout } = await runOk(args, { env: { LOG: log } });
    const summary = summarySchema.parse(storedSummary(out('beside')));
    expect(summary.scorers.lengths!.kind).toBe('external');
    expect(summary.scorers.lengths!.evaluations).toBe(24);
    expect(summary.comparisons.map(({ a, b }) => `${a} ${b}`)).toContain('clip lengths');
    expect(stdout).toMatch(/^lengths +\d/m);
    const requests = asked(log);
    const [first] = worldRecords(1);
    expect(requests).toHaveLength(6);
    expect(requests[0]).toMatchObject({
      images: [worldImage(0, 0), worldImage(0, 1)],
      captions: [first!.caption_0, first!.caption_1],
    });
    expect(new Set(requests.map(({ pid }) => pid)).size).toBe(1);
    expect(await isGone(requests[0]!.pid)).toBe(true);
    expect(leftovers(out('beside'))).toEqual([]);
  });

  test('alone needs no model, and its scores are what it said', () => {
    const scores = scoresByLabel(out('alone'), 'lengths');
    const { caption_1 } = worldRecords(1)[0]!;
    const bytes = readFileSync(worldImage(0, 0)).length;
    expect(scores['0_c1_i0']).toBe(((bytes * 31 + caption_1.length * 17) % 101) / 101);
    expect(Object.keys(storedSummary(out('alone')).scorers)).toEqual(['lengths']);
  });

  test('whose scores are better when lower is negated', async () => {
    await runOk(external('lower'), { env: { MODE: 'lower' } });
    const [lower, higher] = [scoresByLabel(out('lower'), 'lengths'), scoresByLabel(out('alone'), 'lengths')];
    for (const [label, score] of Object.entries(higher)) expect(lower[label]).toBe(score === 0 ? -0 : -score);
  });

  test('gets images of an archive as files that are gone afterwards', async () => {
    const log = out('archive.log');
    const args = ['score', 'winoground', '--data', JSONL, '--limit', '2', '--external', COMMAND];
    await runOk([...args, '--out', out('archive')], { env: { LOG: log } });
    const [request] = asked(log);
    expect(request!.images[0]).toMatch(/winoscope-images-.*0\.png$/);
    expect(existsSync(request!.images[0]!)).toBe(false);
    expect(readdirSync(tmpdir())).not.toContain(request!.images[0]!.split('/').at(-2));
    expect(Object.keys(storedSummary(out('archive')).scorers)).toEqual(['external']);
  });

  test('scores pairs that are named on the command line', async () => {
    const images = [worldImage(0, 0), worldImage(0, 1)];
    const args = ['pair', ...images, '--caption', 'ab', '--caption', 'abc', '--external', COMMAND, '--json'];
    const { stdout } = await runOk(args);
    const { raw } = JSON.parse(stdout).scores.external;
    const bytes = readFileSync(images[1]!).length;
    expect(raw[1][0]).toBe(((bytes * 31 + 2 * 17) % 101) / 101);
  });
});

describe('its identity', () => {
  test('is command, name, version and script: another script or version is another run', async () => {
    const script = out('mine.mjs');
    writeFileSync(script, readFileSync(SCRIPT));
    const args = (command: string) => [...SMALL, '--external', command, '--out', out('identity')];
    const command = `"${process.execPath}" ${script}`;
    await runOk(args(command));
    const { external: identity } = JSON.parse(readFileSync(join(out('identity'), 'run.json'), 'utf8'))
      .identity.scorers;
    expect(identity).toMatchObject({ kind: 'external', command, name: 'lengths', version: '1' });
    expect(Object.keys(identity.files)).toEqual([script]);
    const version = await runCli(args(command), { env: { VERSION: '2' } });
    expect(version.code).toBe(2);
    expect(version.stderr).toMatch(/scorers\.external\.version 2.*scorers\.external\.version 1/);
    writeFileSync(script, `${readFileSync(SCRIPT, 'utf8')}\n`);
    const changed = await runCli(args(command));
    expect(changed.code).toBe(2);
    expect(changed.stderr).toMatch(/scorers\.external\.files/);
  });
});

describe('what goes wrong is one sentence, and what was scored is kept', () => {
  test.each([
    ['crashes', /ended at example "2": .*exit code 1, its last words "CUDA out of memory"/],
    [
      'garbage',
      /gave no answer at example "2": .*"scores": \[\[….*got "Loading checkpoint shards: 100%".*stderr/,
    ],
    ['wrong-id', /gave no answer at example "2": .*\{"id": 2/],
    ['wrong-shape', /scores that do not fit example "2": .*2 rows, one per image, of 2 numbers/],
    ['text', /scores that do not fit example "2"/],
  ])('%s', async (mode, pattern) => {
    const first = await runCli(external(mode), { env: { MODE: mode } });
    expect(first.code).toBe(1);
    expect(first.stderr).toMatch(pattern);
    expect(first.stderr.split('\n').filter((line) => line.startsWith('winoscope:'))).toHaveLength(1);
    expect(first.stderr).not.toMatch(/\n\s+at /);
    const log = out(`${mode}.log`);
    await runOk(external(mode), { env: { LOG: log } });
    expect(asked(log)).toHaveLength(4); // of six; two were kept
    expect(scoresByLabel(out(mode), 'lengths')).toEqual(scoresByLabel(out('alone'), 'lengths'));
  });

  test('hangs: it is ended after the timeout, even if it ignores SIGTERM', async () => {
    const log = out('hangs.log');
    const args = external('hangs', ['--external-timeout', '1']);
    const { code, stderr } = await runCli(args, { env: { MODE: 'hangs', LOG: log } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/said nothing for 1 s at example "2": .*--external-timeout SECONDS/);
    expect(await isGone(asked(log)[0]!.pid)).toBe(true);
  });

  test.each([
    ['no-hello', /did not say hello: .*"winoscope": 1.*got "\{"hello":"world"\}"/],
    [
      'dies-first',
      /ended before it said hello: .*exit code 3, its last words "ModuleNotFoundError: no module/,
    ],
    ['silent', /said nothing for 1 s before it said hello/],
  ])('%s: nothing is begun', async (mode, pattern) => {
    const args = external(mode, ['--external-timeout', '1']);
    const { code, stderr } = await runCli(args, { env: { MODE: mode } });
    expect(code).toBe(1);
    expect(stderr).toMatch(pattern);
    expect(existsSync(out(mode))).toBe(false);
  });

  test('a command that does not exist', async () => {
    const { code, stderr } = await runCli([
      ...SMALL,
      '--external',
      'no-such-program --x',
      '--out',
      out('none'),
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/ended before it said hello: no-such-program --x \(got exit code 127/);
  });

  test('an example that it refuses ends the run, or is left out', async () => {
    const stop = await runCli(external('refuses'), { env: { MODE: 'refuses' } });
    expect(stop.code).toBe(2);
    expect(stop.stderr).toMatch(/lengths says: the caption is too long: example "2"/);
    const skip = await runCli(external('refuses', ['--on-error', 'skip']), {
      env: { MODE: 'refuses', AT: '0' },
    });
    expect(skip.code).toBe(3);
    expect(storedSummary(out('refuses')).examples).toMatchObject({ done: 5, failed: 1 });
  });

  test('null is a score that never wins', async () => {
    await runOk(external('null'), { env: { MODE: 'null' } });
    const { text } = storedSummary(out('null')).scorers.lengths!.metrics;
    expect(text!.count).toBe(6);
    expect(scoresByLabel(out('null'), 'lengths')['2_c0_i0']).toBeNull();
  });

  test('an interrupted run does not wait for an answer, and goes on', async () => {
    const log = out('interrupt.log');
    const running = startCli(external('interrupt'), { env: { MODE: 'hangs', LOG: log } });
    expect(await until(() => asked(log).length === 3, running.result)).toBe(true);
    running.child.kill('SIGINT');
    const { code } = await running.result;
    expect(code).toBe(130);
    expect(await isGone(asked(log)[0]!.pid)).toBe(true);
    await runOk(external('interrupt'));
    expect(scoresByLabel(out('interrupt'), 'lengths')).toEqual(scoresByLabel(out('alone'), 'lengths'));
  });
});

/** Scores that are on disk in segments of a run. */
function segmentLines(run: string): number {
  const folder = join(out(run), 'segments');
  if (!existsSync(folder)) return 0;
  return readdirSync(folder).reduce(
    (count, name) => count + readFileSync(join(folder, name), 'utf8').split('\n').length - 1,
    0,
  );
}

test('kill -9 leaves no child behind, and what was scored is kept', async () => {
  const log = out('killed.log');
  const running = startCli(external('killed'), { env: { MODE: 'waits', LOG: log } });
  // The third example is asked for before the second's scores are on disk.
  const isStored = () => segmentLines('killed') === 2 * 4;
  expect(await until(() => asked(log).length === 3 && isStored(), running.result)).toBe(true);
  running.child.kill('SIGKILL');
  await running.result;
  expect(await isGone(asked(log)[0]!.pid)).toBe(true);
  const again = out('killed-again.log');
  await runOk(external('killed'), { env: { LOG: again } });
  expect(asked(again)).toHaveLength(4); // of six
  expect(scoresByLabel(out('killed'), 'lengths')).toEqual(scoresByLabel(out('alone'), 'lengths'));
});

describe('imported scores', () => {
  const file = out('alone-scores.jsonl');
  const write = (lines: readonly string[], name = file) => {
    writeFileSync(name, lines.join('\n'));
    return name;
  };
  const lines = () =>
    readFileSync(join(out('alone'), 'scores', 'lengths.jsonl'), 'utf8')
      .trim()
      .split('\n');

  test('stand beside ours as what they are', async () => {
    write(lines().reverse());
    const args = [...SMALL, '--scores', file, '--clip', 'tiny-world', '--out', out('imported')];
    await runOk(args);
    const summary = summarySchema.parse(storedSummary(out('imported')));
    const { metrics } = storedSummary(out('alone')).scorers.lengths!;
    expect(summary.scorers['alone-scores']).toMatchObject({ kind: 'imported', metrics });
    expect(summary.comparisons.length).toBeGreaterThan(0);
    const report = await runOk(['report', out('imported'), '--format', 'json']);
    expect(JSON.parse(report.stdout).scorers['alone-scores'].metrics).toEqual(metrics);
    const other = write([...lines().slice(1), JSON.stringify({ label: '0_c0_i0', score: 5 })]);
    const again = await runCli([
      ...SMALL,
      '--scores',
      other,
      '--clip',
      'tiny-world',
      '--out',
      out('imported'),
    ]);
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/scorers\.alone-scores\.file/);
  });

  test.each([
    ['lacking', () => lines().slice(1), /the score file lacks a pair: .*no score of "0_c0_i0"/],
    ['doubled', () => [...lines(), lines()[0]!], /a pair has two scores: .*line 25.*"0_c0_i0"/],
    ['torn', () => [...lines().slice(0, 5), '{"label":"1_c'], /a line is not JSON: .*line 6/],
    ['foreign', () => ['{"label":"x","score":1}'], /a line is no score: .*line 1.*"<id>_c0_i0"/],
    ['empty', () => [''], /the file holds no score/],
  ])('that are %s are refused by one sentence', async (name, make, pattern) => {
    const path = write(make(), out(`${name}.jsonl`));
    const { code, stderr } = await runCli([...SMALL, '--scores', path, '--out', out(`imported-${name}`)]);
    expect(code).toBe(2);
    expect(stderr).toMatch(pattern);
    expect(existsSync(out(`imported-${name}`))).toBe(false);
  });

  test('that lack an example leave it out if told so; of another task they are refused', async () => {
    const path = write(lines().slice(4), out('five.jsonl'));
    const skip = await runCli([...SMALL, '--scores', path, '--on-error', 'skip', '--out', out('five')]);
    expect(skip.code).toBe(3);
    expect(storedSummary(out('five')).examples).toMatchObject({ done: 5, failed: 1 });
    const other = write(['{"label":"other_c0_i0","score":1}'], out('other.jsonl'));
    const refused = await runCli([...SMALL, '--scores', other, '--on-error', 'skip', '--out', out('other')]);
    expect(refused.stderr).toMatch(/the score file is of another task: .*"0_c0_i0".*got "other_c0_i0"/);
  });

  test('two scorers of one name are refused', async () => {
    write(lines());
    const { code, stderr } = await runCli([...SMALL, '--scores', `a=${file}`, '--scores', `a=${file}`]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/two scorers are called "a"/);
  });
});
