/** The published rules: elimination in stages and paired t-tests, against the algorithms written out in Python. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { applyRule } from '../../src/scoring/apply-rule.ts';
import { Course } from '../../src/scoring/course.ts';
import { makePlan, stageTimesteps } from '../../src/scoring/plan.ts';
import type { Subject } from '../../src/scoring/subject.ts';
import { fitPairwise } from '../../src/stats/pairwise-logistic.ts';
import { curveAt, plattScaling } from '../../src/stats/platt.ts';
import { near } from '../stats/golden.ts';

interface Golden {
  eliminations: {
    /** `[class][place on the grid]` */
    errors: number[][];
    samples: number[];
    keep: number[];
    stages: { trials: number; left: number[] }[];
    evaluated: number;
    order: number[];
  }[];
  races: {
    /** `[class][trial]` */
    errors: number[][];
    least: number;
    alpha: number;
    gone: Record<string, number>;
    winner: number | null;
    trials: number;
  }[];
  platt: { values: number[]; outcomes: boolean[]; fit: [number, number] }[];
  pairwise: { features: number[][]; weights: number[]; ridge: number; shares: number[]; fit: number[] }[];
}

const file = new URL('../../fixtures/golden/stopping/stopping.json', import.meta.url);
const golden: Golden = JSON.parse(readFileSync(file, 'utf8'));

/** Captions of one image, the first of which is true. */
function choice(captions: number): Subject {
  const entrants = Array.from({ length: captions }, (_, slot) => ({ slot, isTrue: slot === 0 }));
  return { pairs: captions, skipped: new Set(), contests: [], entrants, always: new Set() };
}

/** The course of a whole example. */
function courseOf(
  captions: number,
  plan: ReturnType<typeof makePlan>,
  rule: Parameters<typeof applyRule>[1],
) {
  return new Course(applyRule(plan, rule), choice(captions), plan.trials.length);
}

describe('elimination in stages', () => {
  test.each(golden.eliminations)('keep $keep after $samples timesteps', (wanted) => {
    const { errors, samples, keep } = wanted;
    const timesteps = stageTimesteps(samples.at(-1)!, 1000);
    const plan = makePlan({ timesteps, repeats: 1, seed: 0, stages: samples, prefix: 'plain' });
    expect(plan.trials.map(({ noise }) => noise)).toEqual(wanted.order);
    expect(plan.stageEnds).toEqual(wanted.stages.map(({ trials }) => trials));
    const course = courseOf(errors.length, plan, { rule: 'stages', keep });
    const series = errors.map((row) => wanted.order.map((place) => row[place]!));
    for (const [k, stage] of wanted.stages.entries()) {
      course.advance(
        () => stage.trials,
        (slot) => series[slot]!,
      );
      const left = [...course.leaves.keys()].filter(
        (slot) =>
          course.runs(slot, stage.trials) || (k === keep.length - 1 && course.leaves[slot] === stage.trials),
      );
      if (k < keep.length - 1) expect(left).toEqual(stage.left.toSorted((a, b) => a - b));
    }
    expect(course.leaves.reduce((sum, trials) => sum + trials, 0)).toBe(wanted.evaluated);
    const winner = wanted.stages.at(-1)!.left[0]!;
    expect(course.decision).toEqual({
      trials: samples.at(-1)!,
      metrics: { accuracy: winner === 0 ? 'right' : 'wrong' },
    });
  });

  // What the public code evaluates per image for the paper's data sets; its grids are not nested.
  test.each([
    ['Food', 101, [20, 10, 5, 1], [20, 50, 100, 500], 5570],
    ['CIFAR-10', 10, [5, 1], [50, 500], 2750],
    ['Aircraft', 100, [20, 10, 5, 1], [20, 50, 100, 500], 5550],
    ['Pets', 37, [5, 1], [25, 250], 2050],
    ['Flowers', 102, [20, 10, 5, 1], [20, 50, 100, 500], 5590],
    ['STL-10', 10, [5, 1], [100, 500], 3000],
    ['ImageNet', 1000, [500, 50, 10, 1], [50, 100, 500, 1000], 124_500],
    ['ObjectNet', 113, [25, 10, 5, 1], [50, 100, 500, 1000], 14_400],
  ])('%s with %i classes', (_, classes, keep, samples, evaluations) => {
    const plan = makePlan({
      timesteps: stageTimesteps(samples.at(-1)!, 1000),
      repeats: 1,
      seed: 0,
      stages: samples,
      prefix: 'plain',
    });
    const course = courseOf(classes, plan, { rule: 'stages', keep });
    course.advance(
      () => plan.trials.length,
      (slot) => new Float64Array(plan.trials.length).fill(slot),
    );
    expect(course.leaves.reduce((sum, trials) => sum + trials, 0)).toBe(evaluations);
    expect(course.decision?.metrics).toEqual({ accuracy: 'right' });
  });

  test('a caption whose errors are no numbers goes first, wherever it stands', () => {
    const plan = makePlan({ timesteps: [1, 2], repeats: 1, seed: 0, stages: [1, 2], prefix: 'plain' });
    for (const broken of [0, 1, 2, 3]) {
      const course = courseOf(4, plan, { rule: 'stages', keep: [2, 1] });
      const worth = (slot: number) => (slot === broken ? Number.NaN : 4 - slot);
      course.advance(
        () => 2,
        (slot) => new Float64Array(2).fill(worth(slot)),
      );
      const best = [3, 2, 1, 0].filter((slot) => slot !== broken).slice(0, 2);
      expect([...course.leaves.keys()].filter((slot) => course.leaves[slot] === 2).sort()).toEqual(
        best.sort(),
      );
    }
  });

  test('the grid is theirs', () => {
    expect(stageTimesteps(500, 1000).slice(0, 3)).toEqual([1, 3, 5]);
    expect(stageTimesteps(250, 1000).at(-1)).toBe(998);
    expect(stageTimesteps(1000, 1000)[0]).toBe(0);
    expect(stageTimesteps(300, 1000).at(-1)).toBe(898); // T is no multiple of 300: the end is not reached
    expect(() => stageTimesteps(1001, 1000)).toThrow(/cannot make the stages.*at most 1000/);
  });
});

describe('paired t-tests', () => {
  test.each(golden.races)('$errors.length classes, from $least on at $alpha', (wanted) => {
    const { errors, least, alpha } = wanted;
    const total = errors[0]!.length;
    const timesteps = Array.from({ length: total }, (_, k) => k);
    const plan = makePlan({ timesteps, repeats: 1, seed: 0, prefix: 'plain' });
    const course = courseOf(errors.length, plan, { rule: 'ttest', alpha, least });
    course.advance(
      () => total,
      (slot) => errors[slot]!,
    );
    const expected = errors.map((_, slot) => wanted.gone[slot] ?? wanted.trials);
    expect([...course.leaves]).toEqual(expected);
    expect(course.decision).toEqual(
      wanted.winner === null
        ? undefined
        : {
            trials: wanted.trials,
            level: alpha,
            metrics: { accuracy: wanted.winner === 0 ? 'right' : 'wrong' },
          },
    );
  });
});

describe('logistic fits equal SciPy’s', () => {
  test.each(golden.platt)('Platt scaling of $values.length values', ({ values, outcomes, fit }) => {
    const curve = plattScaling(values, outcomes);
    near(curve.intercept, fit[0], 1e-9, 1e-9);
    near(curve.slope, fit[1], 1e-9, 1e-9);
  });

  test.each(golden.pairwise)('non-negative weights at a ridge of $ridge', (wanted) => {
    const comparisons = wanted.features.map((features, k) => ({ features, weight: wanted.weights[k]! }));
    const fit = fitPairwise(comparisons, wanted);
    // SciPy's own optimum is good to about 1e-6 here.
    for (const [k, weight] of fit.entries()) near(weight, wanted.fit[k]!, 1e-5, 1e-5);
  });

  test('a curve of values that tell nothing, and of outcomes that are all alike, is finite', () => {
    expect(plattScaling([2, 2, 2], [true, false, true]).slope).toBe(0);
    const curve = plattScaling([1, 2, 3, 4], [true, true, true, true]);
    expect(curveAt(curve, 2)).toBeGreaterThan(0.5);
    expect(curveAt(curve, 2)).toBeLessThan(1);
    expect(() => plattScaling([], [])).toThrow(/no logistic curve/);
    expect(() => plattScaling([Number.NaN], [true])).toThrow(/finite/);
  });
});
