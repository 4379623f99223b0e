/** Stored results under a stopping rule: what is decided is not asked for again, and nothing but errors is stored. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DiffusionResults } from '../../src/results/diffusion-results.ts';
import { RunFolder } from '../../src/results/run-folder.ts';
import { pairsOf } from '../../src/scoring/conditions.ts';
import { type Example, UNCONDITIONAL } from '../../src/scoring/example.ts';
import { makePlan, uniformTimesteps } from '../../src/scoring/plan.ts';
import type { TrialRows } from '../../src/scoring/scorer.ts';
import { ruleOf } from '../scoring/synthetic-errors.ts';
import { temporaryFolder } from '../temporary.ts';
import { CELLS, makeExamples, mapsOf, rowsOf } from './evaluations.ts';

const TRUTHS: Example['truth'][] = [
  [
    [0, 0],
    [1, 1],
  ],
  [[0, 1]],
  [[2, 0]],
  [],
  [[0, 2]],
];
const examples = makeExamples(5).map((example, k) => ({
  ...example,
  ...(k === 3 && { images: example.images.slice(0, 2), captions: ['a', 'b'] }),
  truth: TRUTHS[k]!,
}));
const everyone = [...examples.keys()];
const plan = makePlan({ timesteps: uniformTimesteps(16, 1000), repeats: 1, seed: 3 });
const total = plan.trials.length;
const pairs = examples.map((example) => pairsOf(example, 'auto').length);

/**
 * The trials that the rule lets an example take. The truth of 0 leads by so much that the first look settles it, that of
 * 2 fails by as much; 1 begins against its truth and turns; 3 has no truth; the errors of 4 are as good as equal.
 */
const NEEDED = [4, 6, 4, total, 4];
const SETTLED = [
  { text: 'right', image: 'right', groupMatch: 'right' },
  { accuracy: 'right' },
  { accuracy: 'wrong' },
  undefined,
  { accuracy: 'undecided' },
];
const LEADS = [() => 100, (k: number) => (k < 2 ? -100 : 400), () => -100, () => 0, () => 0];
const stop = ruleOf({ points: [[500, 1]], dof: 1000 });

/** The rows of trial `k`: the made-up errors, and every false pair above the true ones by the example's lead. */
function stoppingRows(index: number, k: number): TrialRows {
  const rows = rowsOf(examples, plan, index, k);
  const isTrue = new Set(TRUTHS[index]!.map(([image, caption]) => `${image} ${caption}`));
  const mse = rows.mse.map((value, r) => {
    const caption = rows.caption[r]!;
    const rival = caption !== UNCONDITIONAL && !isTrue.has(`${rows.image[r]} ${caption}`);
    return value / (index === 4 ? 1000 : 1) + (rival ? LEADS[index]!(k) : 0);
  });
  return { ...rows, mse };
}

function newFolder(): RunFolder {
  const folder = new RunFolder(join(temporaryFolder(), 'run'));
  folder.create();
  return folder;
}

interface Opening {
  session?: number;
  numerics?: number;
  maps?: boolean;
}

function open(folder: RunFolder, { session = 1, numerics = 0, maps = false }: Opening = {}) {
  return new DiffusionResults({
    folder,
    scorer: 'sd',
    examples,
    plan,
    uncond: 'auto',
    stop,
    maps,
    identity: 'abc',
    session,
    numerics,
  });
}

function feed(results: DiffusionResults, index: number, from: number, to: number): void {
  for (let k = from; k < to; k++) results.accept(stoppingRows(index, k));
}

/** Does what is pending, as a scorer that follows the rule would. */
function finish(results: DiffusionResults, maps = false): void {
  for (const { index, start, maps: before } of results.pending()) {
    feed(results, index, start, NEEDED[index]!);
    if (maps) results.accept(mapsOf(examples, { index, trials: NEEDED[index]!, start, before }));
  }
}

function filesOf(folder: RunFolder): (Buffer | undefined)[] {
  return [folder.trialsFile('sd'), folder.mapsFile('sd')].map((path) =>
    existsSync(path) ? readFileSync(path) : undefined,
  );
}

/** What the results say of every example. */
const toldBy = (results: DiffusionResults) =>
  everyone.map((index) => ({
    done: results.isDone(index),
    decision: results.decision(index),
    errors: results.errors(index, 'mse'),
    evaluations: results.evaluations(index),
  }));

const decisionOf = (index: number) =>
  SETTLED[index] ? expect.objectContaining({ trials: NEEDED[index], metrics: SETTLED[index] }) : undefined;

test('nothing is decided before anything is evaluated, and all of the plan is pending', () => {
  const results = open(newFolder());
  expect(everyone.map((index) => results.decision(index))).toEqual(everyone.map(() => undefined));
  expect(results.pending()).toEqual(everyone.map((index) => ({ index, start: 0 })));
});

describe.each([false, true])('examples that settle (maps: %s)', (maps) => {
  test('are done, count their trials only, and nothing of them is pending', () => {
    const results = open(newFolder(), { maps });
    finish(results, maps);
    expect(results.pending()).toEqual([]);
    for (const [index, told] of toldBy(results).entries()) {
      expect(told, `example ${index}`).toMatchObject({
        done: true,
        evaluations: NEEDED[index]! * pairs[index]!,
        errors: { done: NEEDED[index] },
      });
      expect(told.decision).toEqual(decisionOf(index));
    }
  });

  test('one trial earlier they are not done', () => {
    const results = open(newFolder(), { maps });
    for (const index of everyone) feed(results, index, 0, NEEDED[index]! - 1);
    expect(everyone.map((index) => results.isDone(index))).toEqual(everyone.map(() => false));
    expect(results.pending().map(({ index }) => index)).toEqual(everyone);
    expect(everyone.map((index) => results.errors(index, 'mse').done)).toEqual(NEEDED.map((n) => n - 1));
  });

  test('reopening gives the same, from segments and from the compacted files', () => {
    const folder = newFolder();
    const first = open(folder, { maps });
    finish(first, maps);
    const told = toldBy(first);
    first.close();
    const second = open(folder, { maps, session: 2 });
    expect(second.pending()).toEqual([]);
    expect(toldBy(second)).toEqual(told);
    second.compact();
    second.close();
    const files = filesOf(folder);
    const third = open(folder, { maps, session: 3 });
    expect(third.pending()).toEqual([]);
    expect(toldBy(third)).toEqual(told);
    third.compact();
    expect(filesOf(folder)).toEqual(files);
    expect(files[1] !== undefined).toBe(maps);
  });

  test('in pieces, wherever a session ends: the same files', () => {
    const whole = newFolder();
    const at = open(whole, { maps });
    finish(at, maps);
    at.close();
    at.compact();
    for (let cut = 0; cut < total; cut++) {
      const folder = newFolder();
      const first = open(folder, { maps });
      for (const index of everyone) {
        const trials = Math.min(cut, NEEDED[index]!);
        feed(first, index, 0, trials);
        if (maps && trials > 0) first.accept(mapsOf(examples, { index, trials }));
      }
      first.close();
      const second = open(folder, { maps, session: 2 });
      finish(second, maps);
      expect(second.pending()).toEqual([]);
      second.close();
      second.compact();
      expect(filesOf(folder), `cut at ${cut}`).toEqual(filesOf(whole));
    }
  });
});

test('an example that was cut off before its look goes on from there, its errors handed along', () => {
  const folder = newFolder();
  const first = open(folder);
  feed(first, 1, 0, 5); // past the look at 4, before that at 6
  first.close();
  const { index, start, errors } = open(folder, { session: 2 }).pending()[1]!;
  expect({ index, start }).toEqual({ index: 1, start: 5 });
  const rows = Array.from({ length: 5 }, (_, k) => stoppingRows(1, k).mse);
  expect(errors!.map((values) => values.slice(0, 5))).toEqual(
    Array.from({ length: pairs[1]! }, (_, slot) => Float64Array.from(rows, (mse) => mse[slot]!)),
  );
  expect(errors!.every((values) => values.subarray(5).every(Number.isNaN))).toBe(true);
});

test('trials beyond the decision are counted as work, not in the errors', () => {
  const results = open(newFolder());
  feed(results, 0, 0, 7);
  expect(results.isDone(0)).toBe(true);
  expect(results.decision(0)).toEqual(decisionOf(0));
  expect(results.errors(0, 'mse').done).toBe(4);
  expect(results.evaluations(0)).toBe(7 * pairs[0]!);
  expect(results.pending().map(({ index }) => index)).toEqual([1, 2, 3, 4]);
});

describe('maps of settled examples', () => {
  test('end at the decision; those that stop before it are gone on with', () => {
    const folder = newFolder();
    const first = open(folder, { maps: true });
    feed(first, 1, 0, 6);
    const { sums } = mapsOf(examples, { index: 1, trials: 2 });
    first.accept(mapsOf(examples, { index: 1, trials: 2 }));
    first.close();
    const second = open(folder, { maps: true, session: 2 });
    // Decided, but two thirds of its maps are gone: trials are evaluated again from there.
    expect(second.decision(1)).toEqual(decisionOf(1));
    const pending = second.pending()[1]!;
    expect(pending).toMatchObject({ index: 1, start: 2, maps: sums });
    // All six of its errors are handed along: they decide, whatever comes out now.
    const known = pending.errors!.map((values) => values.filter((value) => !Number.isNaN(value)).length);
    expect(known).toEqual(Array(pairs[1]).fill(6));
    feed(second, 1, 2, 6);
    second.accept(mapsOf(examples, { index: 1, trials: 6, start: 2, before: pending.maps }));
    expect(second.pending().map(({ index }) => index)).toEqual([0, 2, 3, 4]);
    expect(second.evaluations(1)).toBe(6 * pairs[1]!);
    expect(sums).toHaveLength(pairs[1]! * CELLS);
  });

  test('are not asked for where maps are off', () => {
    const folder = newFolder();
    const first = open(folder);
    feed(first, 0, 0, 4);
    first.close();
    const second = open(folder, { session: 2 });
    expect(second.pending().map(({ index }) => index)).toEqual([1, 2, 3, 4]);
    second.close();
    const withMaps = open(folder, { session: 3, maps: true });
    expect(withMaps.pending()[0]).toMatchObject({ index: 0, start: 0 });
  });
});

describe('another numeric setting', () => {
  test('keeps what was decided and begins anew what was not', () => {
    const folder = newFolder();
    const first = open(folder);
    feed(first, 0, 0, 4);
    feed(first, 1, 0, 5);
    feed(first, 3, 0, total);
    first.close();
    const second = open(folder, { session: 2, numerics: 1 });
    expect(second.pending().map(({ index, start }) => [index, start])).toEqual([
      [1, 0],
      [2, 0],
      [4, 0],
    ]);
    expect(second.pending()[0]!.errors).toBeUndefined();
    finish(second);
    expect(second.pending()).toEqual([]);
    expect(everyone.map((index) => second.store.numericsOf(index))).toEqual([0, 1, 1, 0, 1]);
    second.close();
    const third = open(folder, { session: 3, numerics: 0 });
    expect(third.pending()).toEqual([]);
    expect(toldBy(third)).toEqual(toldBy(second));
  });

  // A fault that is known: the decision of the first setting's errors is remembered though they count no longer.
  test('an example that is evaluated anew for its maps is not done before it is', () => {
    const folder = newFolder();
    const first = open(folder);
    feed(first, 1, 0, 6);
    first.close();
    const second = open(folder, { session: 2, numerics: 1, maps: true });
    expect(second.pending()[1]).toMatchObject({ index: 1, start: 0 });
    expect(second.isDone(1)).toBe(true); // by the first setting's errors
    feed(second, 1, 0, 1);
    expect(second.errors(1, 'mse').done).toBe(1);
    expect(second.isDone(1)).toBe(false);
    feed(second, 1, 1, 6);
    expect(second.isDone(1)).toBe(true);
  });
});

test('without the rule the same errors are unfinished', () => {
  const folder = newFolder();
  const first = open(folder);
  finish(first);
  first.close();
  const plain = new DiffusionResults({
    folder,
    scorer: 'sd',
    examples,
    plan,
    uncond: 'auto',
    maps: false,
    identity: 'abc',
    session: 2,
    numerics: 0,
  });
  expect(plain.pending()).toEqual([
    { index: 0, start: 4 },
    { index: 1, start: 6 },
    { index: 2, start: 4 },
    { index: 4, start: 4 },
  ]);
  expect(plain.decision(0)).toBeUndefined();
});
