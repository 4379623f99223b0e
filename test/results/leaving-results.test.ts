/** Stored results where captions or images of an example leave one by one, or are pruned beforehand. */

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DiffusionResults } from '../../src/results/diffusion-results.ts';
import type { StoredMaps } from '../../src/results/map-store.ts';
import { RunFolder } from '../../src/results/run-folder.ts';
import { scoreExample } from '../../src/scoring/aggregate.ts';
import { applyRule } from '../../src/scoring/apply-rule.ts';
import { pairsOf } from '../../src/scoring/conditions.ts';
import { Course } from '../../src/scoring/course.ts';
import type { Example } from '../../src/scoring/example.ts';
import { makePlan, type Plan, stageTimesteps } from '../../src/scoring/plan.ts';
import type { StopRule } from '../../src/scoring/stop-rule.ts';
import { subjectOf } from '../../src/scoring/subject.ts';
import { ruleOf } from '../scoring/synthetic-errors.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { CELLS, errorOf } from './evaluations.ts';

/** One image with five captions, one caption with three images, a 2 x 2. */
const examples: Example[] = [
  exampleOf('choice', 1, 5, [[0, 3]]),
  exampleOf('images', 3, 1, [[1, 0]]),
  exampleOf('square', 2, 2, [
    [0, 0],
    [1, 1],
  ]),
];

function exampleOf(id: string, images: number, captions: number, truth: Example['truth']): Example {
  return {
    id,
    images: Array.from({ length: images }, (_, i) => ({ path: `${id}-${i}.png` })),
    captions: Array.from({ length: captions }, (_, c) => `caption ${c}`),
    truth,
    tags: [],
  };
}

const uniform = makePlan({ timesteps: stageTimesteps(16, 1000), repeats: 1, seed: 3 });
const SETTINGS: [string, Plan, StopRule][] = [
  ['sequential', uniform, ruleOf({ points: [[500, 0.25]], dof: 1000 })],
  ['ttest', { ...uniform, prefix: 'plain' }, { rule: 'ttest', alpha: 0.004, least: 4 }],
  [
    'stages',
    makePlan({
      timesteps: stageTimesteps(16, 1000),
      repeats: 1,
      seed: 3,
      stages: [3, 6, 16],
      prefix: 'plain',
    }),
    { rule: 'stages', keep: [4, 2, 1] },
  ],
];

/** The error of a pair at a trial: what it is worth, and a little noise. The later a pair, the worse, truths best. */
function errorAt(plan: Plan, index: number, slot: number, trial: number): number {
  const example = examples[index]!;
  const { image, caption } = pairsOf(example, 'auto')[slot]!;
  const isTrue = example.truth.some(([i, c]) => i === image && c === caption);
  const { noise } = plan.trials[trial]!;
  return (caption < 0 ? 1 : isTrue ? 0.2 : 0.4 + 0.3 * slot) + 0.4 * errorOf(index, slot, noise);
}

interface Opening {
  folder?: RunFolder;
  session?: number;
  maps?: boolean;
  skipped?: (index: number) => readonly number[] | undefined;
  /** @default true */
  repeats?: boolean;
}

function open(
  plan: Plan,
  stop: StopRule,
  { folder = newFolder(), session = 1, maps = true, skipped, repeats = true }: Opening,
) {
  return new DiffusionResults({
    folder,
    scorer: 'sd',
    examples,
    plan,
    uncond: 'auto',
    stop,
    ...(skipped && { skipped }),
    repeats: () => repeats,
    maps,
    identity: 'abc',
    session,
    numerics: 0,
  });
}

function newFolder(): RunFolder {
  const folder = new RunFolder(join(temporaryFolder(), 'run'));
  folder.create();
  return folder;
}

/** Evaluates what is pending as a scorer does, up to `until` trials of every example. */
function evaluate(
  results: DiffusionResults,
  plan: Plan,
  stop: StopRule,
  until = plan.trials.length,
  error = errorAt,
): void {
  for (const { index, start, maps: before, errors: known, skip } of results.pending()) {
    const pairs = pairsOf(examples[index]!, 'auto');
    const course = new Course(
      applyRule(plan, stop),
      subjectOf(examples[index]!, 'auto', skip),
      plan.trials.length,
    );
    const errors = pairs.map((_, slot) => {
      const values = new Float64Array(plan.trials.length).fill(Number.NaN);
      if (known) values.set(known[slot]!);
      return values;
    });
    const look = (trials: number) =>
      course.advance(
        () => trials,
        (slot) => errors[slot]!,
      );
    look(start);
    const sums = before?.slice() ?? new Float32Array(pairs.length * CELLS);
    let trial = start;
    for (; trial < Math.min(until, course.end); trial++) {
      const slots = [...pairs.keys()].filter((slot) => course.runs(slot, trial));
      const mse = Float64Array.from(slots, (slot) => error(plan, index, slot, trial));
      for (const [r, slot] of slots.entries()) {
        if (Number.isNaN(errors[slot]![trial])) errors[slot]![trial] = mse[r]!;
        for (let cell = 0; cell < CELLS; cell++) sums[slot * CELLS + cell]! += mse[r]! * (cell + 1);
      }
      results.accept({
        type: 'trials',
        index: new Int32Array(slots.length).fill(index),
        image: Int16Array.from(slots, (slot) => pairs[slot]!.image),
        caption: Int16Array.from(slots, (slot) => pairs[slot]!.caption),
        trial: new Int32Array(slots.length).fill(trial),
        mse,
        mae: mse.map(Math.sqrt),
        huber: mse.map((value) => value / 2),
      });
      look(trial + 1);
    }
    if (trial > start) results.accept({ type: 'maps', index, trials: trial, sums });
  }
}

const filesOf = (folder: RunFolder) =>
  [folder.trialsFile('sd'), folder.mapsFile('sd')].map((path) =>
    existsSync(path) ? readFileSync(path) : undefined,
  );

describe.each(SETTINGS)('%s', (_, plan, stop) => {
  const whole = newFolder();
  const results = open(plan, stop, { folder: whole });
  evaluate(results, plan, stop);
  results.close();
  results.compact();

  test('some captions leave before their example does, and everything is done', () => {
    expect(results.pending()).toEqual([]);
    const trials = results.trialsOf(0);
    expect(Math.min(...trials)).toBeLessThan(Math.max(...trials));
    expect(results.trialsOf(2).every((own, _, all) => own === all[0])).toBe(true); // a 2 x 2 stays together
    expect(results.evaluations(0)).toBe(trials.reduce((sum, own) => sum + own, 0));
    expect(results.spared(0)).toBe(trials.reduce((sum, own) => sum + plan.trials.length - own, 0));
    expect(results.decision(0)?.metrics).toEqual({ accuracy: 'right' });
  });

  test('the scores put whoever left behind the winner', () => {
    const { raw } = scoreExample(plan, results.errors(0, 'mse'), { factor: () => 1 });
    expect(raw[0]!.indexOf(Math.max(...raw[0]!))).toBe(3);
  });

  test('in pieces, wherever a session ends: the same files', () => {
    for (let cut = 0; cut < plan.trials.length; cut++) {
      const folder = newFolder();
      const first = open(plan, stop, { folder });
      evaluate(first, plan, stop, cut);
      first.close();
      const second = open(plan, stop, { folder, session: 2 });
      evaluate(second, plan, stop);
      expect(second.pending(), `cut at ${cut}`).toEqual([]);
      second.close();
      second.compact();
      expect(filesOf(folder), `cut at ${cut}`).toEqual(filesOf(whole));
    }
  });

  test('a device that does not repeat its bits decides by what is stored, where lost maps are made again', () => {
    const folder = newFolder();
    const first = open(plan, stop, { folder, repeats: false });
    evaluate(first, plan, stop);
    first.close();
    first.compact();
    rmSync(folder.mapsFile('sd'));
    const second = open(plan, stop, { folder, session: 2, repeats: false });
    expect(second.pending().map(({ start }) => start)).toEqual([0, 0, 0]);
    evaluate(second, plan, stop, plan.trials.length, (...at) => 2 - errorAt(...at));
    expect(second.pending()).toEqual([]);
    expect(second.trialsOf(0)).toEqual(results.trialsOf(0));
    expect(second.maps.get(0)!.trials).toBe(Math.max(...results.trialsOf(0)));
  });

  test('what is read back is what was stored, the maps of those that left included', () => {
    const again = open(plan, stop, { folder: whole, session: 2 });
    const told = (from: DiffusionResults): [number[], StoredMaps | undefined][] =>
      examples.map((_, index) => [[...from.trialsOf(index)], from.maps.get(index)]);
    expect(again.pending()).toEqual([]);
    expect(told(again)).toEqual(told(results));
  });
});

describe('pruned captions', () => {
  const stop = SETTINGS[1]![2];
  const skipped = (index: number) => (index === 0 ? [1, 4] : []);

  test('are never asked for, and score below all others', () => {
    const results = open(uniform, stop, { skipped });
    expect(results.pending()[0]).toMatchObject({ index: 0, skip: [1, 4] });
    evaluate(results, uniform, stop);
    expect(results.pending()).toEqual([]);
    expect(results.trialsOf(0)[1]).toBe(0);
    const { raw } = scoreExample(uniform, results.errors(0, 'mse'), { factor: () => 1 });
    expect([raw[0]![1], raw[0]![4]]).toEqual([-Infinity, -Infinity]);
    expect(raw[0]!.filter(Number.isFinite)).toHaveLength(3);
  });

  test('a true one that is pruned makes the example wrong', () => {
    const results = open(uniform, SETTINGS[0]![2], { skipped: (index) => (index === 0 ? [3] : []) });
    evaluate(results, uniform, SETTINGS[0]![2]);
    expect(results.decision(0)).toMatchObject({ trials: 4, metrics: { accuracy: 'wrong' } });
  });

  test('are not known before the scorer that prunes is through, and are not remembered as none', () => {
    let known = false;
    const results = open(uniform, stop, { skipped: (index) => (known ? skipped(index) : undefined) });
    expect(results.pending()[0]).not.toHaveProperty('skip');
    known = true;
    expect(results.pending()[0]).toMatchObject({ skip: [1, 4] });
  });
});
