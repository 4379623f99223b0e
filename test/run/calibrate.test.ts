/** Calibrating on real runs, small ones. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { calibrate } from '../../src/run/calibrate.ts';
import { openRun } from '../../src/run/open-run.ts';
import { type Calibration, calibrationSchema } from '../../src/scoring/error-spread.ts';
import { runOk } from '../support/run-cli.ts';
import { type TrialRow, trialRows } from '../support/run-files.ts';
import { type SmallRecord, worldRecords, writeProbe } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const out = (name: string) => join(folder, name);
const TINY = ['--diffusion', 'tiny-world', '--maps', 'off'];
const LEAST = ['--timesteps', '2', '--repeats', '2'];
const score = (task: string, name: string, ...args: string[]) =>
  runOk(['score', task, '--out', out(name), '--quiet', ...args]);

const EXAMPLES = 12;

describe('a run with two noises per timestep', () => {
  let calibration: Calibration;
  let rows: TrialRow[];

  beforeAll(async () => {
    const plan = ['--timesteps', '8', '--repeats', '2', '--seed', '3'];
    await score('tiny-world', 'run', ...TINY, ...plan, '--limit', `${EXAMPLES}`);
    calibration = calibrate(openRun(out('run')));
    rows = trialRows(out('run'));
  });

  test('gives a calibration that says where it is from', () => {
    expect(calibrationSchema.parse(calibration)).toEqual(calibration);
    expect(calibration.from).toEqual({
      task: 'tiny-world',
      examples: EXAMPLES,
      timesteps: 8,
      repeats: 2,
      seed: 3,
      normalized: true,
    });
  });

  /** Half the mean squared difference of a contest's two noises at every timestep, over all contests; from the file. */
  function pooled(contests: readonly [[image: number, caption: number], sign: number][][]): number[] {
    const timesteps = [...new Set(rows.map(({ timestep }) => timestep))].sort((a, b) => a - b);
    const ids = [...new Set(rows.map(({ example }) => example))];
    return timesteps.map((t, rank) => {
      let sum = 0;
      for (const id of ids) {
        for (const terms of contests) {
          const [first, second] = [rank, rank + timesteps.length].map((noise) =>
            terms.reduce((total, [[image, caption], sign]) => {
              const row = rows.find(
                (row) =>
                  row.example === id && row.image === image && row.caption === caption && row.noise === noise,
              )!;
              expect(row.timestep).toBe(t);
              return total + sign * row.mse;
            }, 0),
          );
          sum += (first! - second!) ** 2 / 2;
        }
      }
      return sum / ids.length / contests.length;
    });
  }

  test.each([
    [
      'captions',
      [
        [
          [[0, 1], 1],
          [[0, 0], -1],
        ],
        [
          [[1, 0], 1],
          [[1, 1], -1],
        ],
      ],
    ],
    [
      'images',
      [
        [
          [[1, 0], 1],
          [[0, 0], -1],
          [[1, -1], -1],
          [[0, -1], 1],
        ],
        [
          [[0, 1], 1],
          [[1, 1], -1],
          [[0, -1], -1],
          [[1, -1], 1],
        ],
      ],
    ],
    [
      'matchings',
      [
        [
          [[0, 1], 1],
          [[0, 0], -1],
          [[1, 0], 1],
          [[1, 1], -1],
        ],
      ],
    ],
  ] as ['captions' | 'images' | 'matchings', [[number, number], number][][]][])(
    'the profile of %s has the shape of the pooled variances, computed from the file alone',
    (sort, contests) => {
      const { points, dof } = calibration.spread[sort];
      expect(points.map(([t]) => t)).toEqual([62, 187, 312, 437, 562, 687, 812, 937]);
      expect(dof).toBeGreaterThan(0);
      expect(dof).toBeLessThanOrEqual(1000);
      const wanted = pooled(contests);
      const factor = points[0]![1] ** 2 / wanted[0]!;
      for (const [k, [, sigma]] of points.entries())
        expect(sigma ** 2 / wanted[k]! / factor).toBeCloseTo(1, 4);
    },
  );

  test('again: the same, and by the scorer’s name', () => {
    expect(calibrate(openRun(out('run')))).toEqual(calibration);
    expect(calibrate(openRun(out('run')), 'diffusion')).toEqual(calibration);
  });

  test('a scorer that the run does not have', () => {
    expect(() => calibrate(openRun(out('run')), 'other')).toThrow(
      `no diffusion scorer "other" in the run: ${out('run')} (expected diffusion).`,
    );
  });
});

describe('runs that have too little', () => {
  /** The refusal of a run, which must be a wrong use. */
  function refusal(name: string, scorer?: string): string {
    let message = '';
    try {
      calibrate(openRun(out(name)), scorer);
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      message = (error as Error).message;
    }
    return message;
  }

  test('one noise per timestep', async () => {
    await score('tiny-world', 'once', ...TINY, '--timesteps', '2', '--limit', '10');
    expect(refusal('once')).toBe(
      `the run has one noise per timestep, which cannot tell noise from the timestep: scorer "diffusion" of ${out('once')}. Score with --stop none --repeats 4; 2 is the least.`,
    );
  });

  test('no diffusion scorer', async () => {
    await score('tiny-world', 'clip', '--clip', 'tiny-world', '--limit', '1');
    for (const scorer of [undefined, 'clip'])
      expect(refusal('clip', scorer)).toBe(
        `the run has no diffusion scorer: ${out('clip')}. Pass a run that was scored with --diffusion: trials are what this reads.`,
      );
  });

  test('two diffusion scorers, of which none is named; fewer than ten examples', async () => {
    const two = ['--diffusion', 'a=tiny-world', '--diffusion', 'b=tiny-world', '--maps', 'off'];
    await score('tiny-world', 'two', ...two, ...LEAST, '--limit', '9');
    expect(refusal('two')).toBe(
      `say which diffusion scorer of the run: ${out('two')} (expected a, b). Pass --scorer NAME.`,
    );
    for (const name of ['a', 'b']) {
      expect(refusal('two', name)).toBe(
        `too few examples to calibrate on: scorer "${name}" of ${out('two')} (expected at least 10 with the whole plan evaluated, got 9).`,
      );
    }
    await score('tiny-world', 'two', ...two, ...LEAST, '--limit', '10');
    expect(calibrate(openRun(out('two')), 'b').from.examples).toBe(10);
    expect(calibrate(openRun(out('two')), 'b')).toEqual(calibrate(openRun(out('two')), 'a'));
  });

  test('a run whose examples a rule stopped: those that went on are not like the others', async () => {
    const spread = { points: [[500, 1e9]], dof: 1000 };
    const file = out('huge.json');
    const from = { task: 'x', examples: 10, timesteps: 2, repeats: 2, seed: 0, normalized: true };
    const captions = { captions: spread, images: spread, matchings: spread };
    writeFileSync(file, JSON.stringify({ format: 1, kind: 'error-spread', spread: captions, from }));
    const stop = ['--stop', 'sequential', '--calibration', file];
    await score(
      'tiny-world',
      'stopped',
      ...TINY,
      '--timesteps',
      '4',
      '--repeats',
      '2',
      ...stop,
      '--limit',
      '10',
    );
    expect(refusal('stopped')).toMatch(/^the run stopped examples early.* Score with --stop none\.$/);
  });

  test('no truth: nothing to compare', async () => {
    const records = worldRecords(10).map(
      ({ id, image_0, caption_0, caption_1 }): SmallRecord => ({
        id,
        images: [image_0],
        captions: [caption_0, caption_1],
        truth: [],
      }),
    );
    await score(writeProbe(out('untold'), records), 'untold-run', ...TINY, ...LEAST);
    expect(refusal('untold-run')).toMatch(/^nothing varies in this run: .* Score a task with truths\.$/);
  });
});

test('sorts of contest that the run does not have take the captions’ spread', async () => {
  const records = worldRecords(10).map(
    ({ id, image_0, caption_0, caption_1 }): SmallRecord => ({
      id,
      images: [image_0],
      captions: [caption_0, caption_1],
      truth: [[0, 0]],
    }),
  );
  await score(writeProbe(out('choices'), records), 'choices-run', ...TINY, ...LEAST);
  const { spread } = calibrate(openRun(out('choices-run')));
  expect(spread.captions.points).toHaveLength(2);
  expect(spread.images).toEqual(spread.captions);
  expect(spread.matchings).toEqual(spread.captions);
});
