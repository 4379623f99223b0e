/** `score --stop sequential`, from the calibration to the summary. */

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Summary } from '../../src/run/summary-schema.ts';
import { looksOf } from '../../src/scoring/sequential.ts';
import { runCli, runOk, startCli, until } from '../support/run-cli.ts';
import { leftovers, resultHashes, storedSummary, trialRows } from '../support/run-files.ts';
import { alteredModel, type SmallRecord, worldRecords, writeProbe } from '../support/small-probe.ts';
import { summarySchema } from '../support/summary-schema.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const out = (name: string) => join(folder, name);
const TINY = ['--diffusion', 'tiny-world'];
const TIMESTEPS = 8;
const REPEATS = 2;
const PLAN = ['--timesteps', `${TIMESTEPS}`, '--repeats', `${REPEATS}`];
const EXAMPLES = 12;
/** Six pairs of every 2 x 2 example. */
const PAIRS = 6;
const TOTAL = TIMESTEPS * REPEATS;
const PROBE = writeProbe(out('probe'), worldRecords(EXAMPLES));

/** Measured on the probe itself. */
const MEASURED = out('measured.json');
/** Deviations next to which no difference counts: nothing is settled, everything given up at the first look that may. */
const HUGE = writeCalibration('huge', 1e9);
/** Deviations next to which every difference counts. */
const SMALL = writeCalibration('small', 1e-9);

function writeCalibration(name: string, sigma: number): string {
  const spread = { points: [[500, sigma]], dof: 1000 };
  const spreads = { captions: spread, images: spread, matchings: spread };
  const from = { task: 'none', examples: 10, timesteps: 2, repeats: 2, seed: 0, normalized: true };
  const path = out(`${name}.json`);
  writeFileSync(path, JSON.stringify({ format: 1, kind: 'error-spread', spread: spreads, from }));
  return path;
}

const stopping = (calibration: string) => ['--stop', 'sequential', '--calibration', calibration];
const args = (run: string, ...more: string[]) => [
  'score',
  PROBE,
  ...TINY,
  ...PLAN,
  '--out',
  out(run),
  ...more,
];

/** Trials per example and pair, from the stored file alone. */
function trialsOf(run: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { example, image, caption } of trialRows(out(run))) {
    const key = `${example} ${image} ${caption}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

beforeAll(async () => {
  await runOk(args('full', '--maps', 'off'));
  await runOk(['calibrate', out('full'), '--output', MEASURED]);
});

describe.each([
  ['measured on the same run', MEASURED],
  ['of huge deviations', HUGE],
  ['of small deviations', SMALL],
])('with a calibration %s', (name, calibration) => {
  const run = name.replaceAll(' ', '-');
  let summary: Summary;

  beforeAll(async () => {
    const { stdout } = await runOk(args(run, '--maps', 'off', '--json', ...stopping(calibration)));
    summary = summarySchema.parse(JSON.parse(stdout));
  });

  test('the summary tells what stopping did, as the stored trials have it', () => {
    expect(summary).toEqual(storedSummary(out(run)));
    expect(summary.complete).toBe(true);
    const { stopping, evaluations, metrics } = summary.scorers.diffusion!;
    const counts = trialsOf(run);
    expect(counts.size).toBe(EXAMPLES * PAIRS);
    const rows = trialRows(out(run)).length;
    const stopped = [...counts.values()].filter((count) => count < TOTAL).length / PAIRS;
    expect(stopping).toMatchObject({
      rule: 'sequential',
      alpha: 0.05,
      stopped,
      evaluations: rows,
      fullPlan: EXAMPLES * PAIRS * TOTAL,
    });
    expect(stopping!.undecided).toBeLessThanOrEqual(stopped);
    expect(evaluations).toBe(rows);
    for (const count of counts.values()) expect([...looksOf(TOTAL), TOTAL]).toContain(count);
    for (const metric of ['text', 'image', 'group', 'groupMatch'] as const)
      expect(metrics[metric]!.count).toBe(EXAMPLES);
  });

  test('its trials are those of the full plan, a prefix of it for every example', () => {
    const full = new Map(
      trialRows(out('full')).map(({ example, image, caption, noise, ...errors }) => [
        `${example} ${image} ${caption} ${noise}`,
        errors,
      ]),
    );
    const noises = new Map<string, Set<number>>();
    for (const { example, image, caption, noise, ...errors } of trialRows(out(run))) {
      expect(errors).toEqual(full.get(`${example} ${image} ${caption} ${noise}`));
      const pair = `${example} ${image} ${caption}`;
      noises.set(pair, (noises.get(pair) ?? new Set()).add(noise));
    }
    // Of two prefixes of one order the shorter is part of the longer.
    const sets = [...noises.values()].sort((a, b) => a.size - b.size);
    for (const [k, set] of sets.entries())
      if (k > 0) expect([...sets[k - 1]!].every((noise) => set.has(noise))).toBe(true);
  });

  test('again: nothing is evaluated, the same summary', async () => {
    const files = resultHashes(out(run));
    const { stdout, stderr } = await runOk(args(run, '--maps', 'off', '--json', ...stopping(calibration)));
    expect(JSON.parse(stdout)).toEqual(summary);
    expect(stderr.split('\n').filter((line) => line.includes('evaluations'))).toEqual([]);
    expect(resultHashes(out(run))).toEqual(files);
  });

  test('a report has the same numbers, as JSON and in words', async () => {
    const { stdout } = await runOk(['report', out(run), '--format', 'json']);
    expect(JSON.parse(stdout)).toEqual(summary);
    const { evaluations, fullPlan, stopped } = summary.scorers.diffusion!.stopping!;
    const text = (await runOk(['report', out(run)])).stdout;
    const [line] = text.split('\n').filter((line) => line.includes('stopped early'));
    const numbers = line!.match(/\d[\d,.]*/g)!.map((number) => Number(number.replaceAll(',', '')));
    expect(numbers).toEqual(expect.arrayContaining([stopped, 0.05, evaluations, fullPlan]));
  });

  test('in two pieces, with one worker: equal files', async () => {
    const pieces = `${run}-pieces`;
    for (const limit of [['--limit', '5'], []])
      await runOk(args(pieces, '--maps', 'off', '--workers', '1', ...limit, ...stopping(calibration)));
    expect(resultHashes(out(pieces))).toEqual(resultHashes(out(run)));
  });
});

test('huge deviations: every example is given up at a quarter of the plan', () => {
  const { stopping } = storedSummary(out('of-huge-deviations')).scorers.diffusion!;
  expect(stopping).toMatchObject({
    stopped: EXAMPLES,
    undecided: EXAMPLES,
    evaluations: (EXAMPLES * PAIRS * TOTAL) / 4,
  });
});

test('examples without truth, and plans too short for a look, run in full', async () => {
  const { image_0, caption_0, caption_1 } = worldRecords(1)[0]!;
  const records: SmallRecord[] = [
    { id: 'x', images: [image_0], captions: [caption_0, caption_1], truth: [] },
  ];
  const untold = writeProbe(out('untold'), records);
  const told = writeProbe(out('told'), [{ ...records[0]!, truth: [[0, 1]] }]);
  for (const [probe, timesteps] of [
    [untold, 8],
    [told, 4],
  ] as const) {
    const run = out(`${timesteps}-in-full`);
    const plan = ['--timesteps', `${timesteps}`, ...stopping(HUGE)];
    const { stdout } = await runOk(['score', probe, ...TINY, ...plan, '--out', run, '--json']);
    const { stopping: told, evaluations } = summarySchema.parse(JSON.parse(stdout)).scorers.diffusion!;
    expect(evaluations).toBe(2 * timesteps);
    expect(told).toMatchObject({ stopped: 0, undecided: 0, evaluations, fullPlan: evaluations });
  }
});

/** Bytes in the segments of a run. */
function segmentBytes(run: string): number {
  try {
    const segments = join(out(run), 'segments');
    return readdirSync(segments).reduce((sum, name) => sum + statSync(join(segments, name)).size, 0);
  } catch {
    return 0; // not made yet, or a segment went while we looked
  }
}

describe.each(['on', 'off'])('runs that do not go through at once (maps: %s)', (maps) => {
  // Long enough to be met in the middle: trials are written every 256 rows.
  const plan = ['--timesteps', '24', '--maps', maps];
  const reference = `reference-${maps}`;
  const command = (run: string, workers = 2) =>
    args(run, ...plan, '--workers', `${workers}`, ...stopping(MEASURED));
  let most = 0;

  /** Runs until `wanted` bytes are stored, then sends a signal. Returns what ended it, or 0 where it came to its end. */
  async function cut(run: string, wanted: number, signal: NodeJS.Signals) {
    const cli = startCli(command(run));
    if (await until(() => segmentBytes(run) >= wanted, cli.result)) cli.child.kill(signal);
    const ended = await cli.result;
    return ended.signal ?? ended.code;
  }

  async function finishAndCompare(run: string): Promise<void> {
    await runOk(command(run));
    expect(resultHashes(out(run))).toEqual(resultHashes(out(reference)));
    expect(leftovers(out(run))).toEqual([]);
    expect(readdirSync(join(out(run), 'segments'))).toEqual([]);
    const { run: _, scorers, ...rest } = storedSummary(out(run));
    const { run: __, scorers: wantedScorers, ...wanted } = storedSummary(out(reference));
    expect(rest).toEqual(wanted);
    expect(scorers.diffusion!.stopping).toEqual(wantedScorers.diffusion!.stopping);
  }

  beforeAll(async () => {
    const cli = startCli(command(reference));
    await until(() => {
      most = Math.max(most, segmentBytes(reference));
      return false;
    }, cli.result);
    expect((await cli.result).code).toBe(0);
    expect(Object.keys(resultHashes(out(reference))).includes('maps/diffusion.arrow')).toBe(maps === 'on');
  });

  test('one worker or two: equal files', async () => {
    await runOk(command(`one-worker-${maps}`, 1));
    expect(resultHashes(out(`one-worker-${maps}`))).toEqual(resultHashes(out(reference)));
  });

  test('killed in the middle, twice: the next one ends with equal files', async () => {
    let kills = 0;
    for (const fraction of [0.05, 0.6]) {
      const run = `killed-${maps}-${fraction}`;
      if ((await cut(run, Math.max(1, fraction * most), 'SIGKILL')) === 'SIGKILL') kills++;
      if ((await cut(run, segmentBytes(run) + 1, 'SIGKILL')) === 'SIGKILL') kills++;
      await finishAndCompare(run);
    }
    expect(kills).toBeGreaterThan(1);
  }, 240_000);

  test('interrupted, which keeps what is in memory: the next one ends with equal files', async () => {
    const run = `interrupted-${maps}`;
    expect(await cut(run, 1, 'SIGINT')).toBeOneOf([130, 0]);
    const { stopping, evaluations } = storedSummary(out(run)).scorers.diffusion!;
    // What examples done took is part of what was evaluated, and all of it is stored.
    expect(stopping!.evaluations).toBeLessThanOrEqual(evaluations);
    const report = JSON.parse((await runOk(['report', out(run), '--format', 'json'])).stdout);
    expect(report.scorers.diffusion).toMatchObject({ stopping, evaluations });
    await finishAndCompare(run);
  });
});

describe('what is refused', () => {
  /** The one sentence of a command line that is wrong. */
  async function sentence(command: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await runCli(command);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^winoscope: [^\n]+\n$/);
    return stderr;
  }

  test('no calibration', async () => {
    const model = alteredModel('diffusion', out('model'), { 'calibration.json': null });
    const command = [
      'score',
      PROBE,
      '--diffusion',
      model,
      ...PLAN,
      '--out',
      out('no'),
      '--stop',
      'sequential',
    ];
    const told = await sentence(command);
    expect(told).toContain(`no calibration for --stop sequential: ${join(model, 'calibration.json')}. `);
    expect(told).toContain('winoscope calibrate RUN --output FILE');
    expect(await sentence([...command, '--calibration', out('nowhere.json')])).toContain(out('nowhere.json'));
  });

  test('the calibration of the model’s folder is found', async () => {
    const model = alteredModel('diffusion', out('with'), {
      'calibration.json': readFileSync(HUGE),
    });
    const command = ['score', PROBE, '--diffusion', model, ...PLAN, '--limit', '1', '--json'];
    const { stdout } = await runOk([...command, '--out', out('found'), '--stop', 'sequential']);
    expect(JSON.parse(stdout).scorers.diffusion.stopping).toMatchObject({ stopped: 1, undecided: 1 });
  });

  test('a calibration that is none', async () => {
    const path = out('damaged.json');
    writeFileSync(path, JSON.stringify({ format: 1, kind: 'error-spread' }));
    expect(await sentence(args('no', ...stopping(path)))).toContain(
      'field "spread" of the calibration is wrong',
    );
  });

  test('--calibration without --stop', async () => {
    expect(await sentence(args('no', '--calibration', HUGE))).toContain(
      '--calibration has no use without --stop sequential',
    );
  });

  test.each(['0', '1', '-0.1', 'x'])('--alpha %s', async (alpha) => {
    const told = await sentence(args('no', ...stopping(HUGE), `--alpha=${alpha}`));
    expect(told).toContain('--alpha');
    expect(told).toContain('between 0 and 1');
  });

  test('--stop of another kind', async () => {
    expect(await sentence(args('no', '--stop', 'early'))).toContain('none, sequential');
  });

  test('going on with a run under another rule, with it or without', async () => {
    const files = resultHashes(out('full'));
    const told = await sentence(args('full', '--maps', 'off', ...stopping(HUGE)));
    expect(told).toContain('the run folder holds a run with other settings');
    expect(told).toContain('got scorers.diffusion.stop none');
    expect(resultHashes(out('full'))).toEqual(files);
    const huge = 'of-huge-deviations';
    expect(await sentence(args(huge, '--maps', 'off'))).toContain('expected scorers.diffusion.stop none');
    const alpha = [...stopping(HUGE), '--alpha', '0.01'];
    expect(await sentence(args(huge, '--maps', 'off', ...alpha))).toContain(
      'scorers.diffusion.stop.alpha 0.01',
    );
    expect(await sentence(args(huge, '--maps', 'off', ...stopping(SMALL)))).toContain(
      'scorers.diffusion.stop.spread',
    );
  });
});
