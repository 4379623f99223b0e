/**
 * Samples to decide as a confidence (Clark and Jaini 2023, section 4.5): the fewer trials it takes to tell an image's
 * best caption from all others, the likelier it is the true one.
 */

import { Course } from '../scoring/course.ts';
import type { Example } from '../scoring/example.ts';
import { type Plan, unitOf } from '../scoring/plan.ts';
import type { Subject } from '../scoring/subject.ts';
import { TTestPlan } from '../scoring/t-test.ts';
import {
  brierScore,
  expectedCalibrationError,
  type ReliabilityBin,
  reliability,
} from '../stats/calibration.ts';
import { curveAt, type LogisticCurve, plattScaling } from '../stats/platt.ts';
import { choicesOf, twoFolds } from './probabilities.ts';
import type { DiffusionView } from './scorer-view.ts';

/** Theirs: level of every t-test. */
const ALPHA = 0.002;
/** Theirs is 20; noises that are spread evenly over the timesteps can be told apart by fewer. */
const LEAST = 5;
const BINS = 10;
/** Choices per fold below which nothing is fitted. */
const FEWEST = 10;

/** One image whose captions raced. */
export interface Race {
  /** Place of the example in the task, and of the image in it. */
  example: number;
  image: number;
  /** Trials until all others were told from the best, or those of the whole plan. */
  trials: number;
  decided: boolean;
  /** The caption that was best when it was decided. */
  best: number;
  isRight: boolean;
}

/** How well the number of trials tells right from wrong. */
export interface SampleConfidence {
  choices: number;
  decided: number;
  medianTrials: number;
  /** p = 1 / (1 + exp(−(intercept + slope · ln trials))), fitted on all choices. */
  curve: LogisticCurve;
  /** Of that probability, each half of the examples by the other's curve. */
  ece: number;
  brier: number;
  /** What that error is the sum of. */
  bins: ReliabilityBin[];
}

/**
 * Races of all images with one true caption among several, over examples that have the whole plan for every pair: where
 * a rule ended some early, those that went on are not like the others, so there is none.
 */
export function racesOf({ plan, results, stop, prune }: DiffusionView, examples: readonly Example[]): Race[] {
  if (stop || prune) return [];
  const total = plan.trials.length;
  const whole = examples.map((example, index) =>
    results.store.done(index) === total ? example.images.map(() => example.captions.map(() => 0)) : undefined,
  );
  return choicesOf(examples, whole).map(({ example, image, truth }) => {
    const rows = results.errors(example, 'mse').pairs[image]!;
    const course = race(rows, plan, truth);
    const trials = course.decision?.trials ?? total;
    const best = bestOf(rows, trials);
    return {
      example,
      image,
      trials,
      decided: course.decision !== undefined,
      best,
      isRight: course.decision ? course.decision.metrics.accuracy === 'right' : best === truth,
    };
  });
}

/**
 * Trials after which the best of some options was told from all others, undefined where it never was. Theirs, as above.
 * @param rows errors of each option, `[option][trial]` in the plan's order.
 */
export function raceTrials(rows: readonly Float64Array[], plan: Plan): number | undefined {
  // Which option is the true one decides nothing but the verdict, which is not asked for.
  return race(rows, plan, 0).decision?.trials;
}

function race(rows: readonly Float64Array[], plan: Plan, truth: number): Course {
  const total = plan.trials.length;
  const unit = unitOf(plan);
  const rule = new TTestPlan(total + 1, { rule: 'ttest', alpha: ALPHA, least: LEAST * unit }, unit);
  const subject: Subject = {
    pairs: rows.length,
    skipped: new Set(),
    always: new Set(),
    contests: [],
    entrants: rows.map((_, slot) => ({ slot, isTrue: slot === truth })),
  };
  const course = new Course(rule, subject, total + 1);
  course.advance(
    () => total,
    (slot) => rows[slot]!,
  );
  return course;
}

function bestOf(rows: readonly Float64Array[], trials: number): number {
  const sums = rows.map((row) => row.subarray(0, trials).reduce((sum, value) => sum + value, 0));
  return sums.indexOf(Math.min(...sums));
}

/** The confidence that the numbers of trials give, by Platt scaling of their logarithm; undefined for too few choices. */
export function fitSampleConfidence(races: readonly Race[]): SampleConfidence | undefined {
  const folds = twoFolds(races);
  if (folds.some((fold) => fold.length < FEWEST)) return undefined;
  const curveOf = (some: readonly Race[]) =>
    plattScaling(
      some.map(({ trials }) => Math.log(trials)),
      some.map(({ isRight }) => isRight),
    );
  const probabilities: number[] = [];
  const outcomes: boolean[] = [];
  for (const [k, fold] of folds.entries()) {
    const curve = curveOf(folds[1 - k]!);
    for (const { trials, isRight } of fold) {
      probabilities.push(curveAt(curve, Math.log(trials)));
      outcomes.push(isRight);
    }
  }
  const bins = reliability({ probabilities, outcomes }, BINS);
  const sorted = races.map(({ trials }) => trials).sort((a, b) => a - b);
  return {
    choices: races.length,
    decided: races.filter(({ decided }) => decided).length,
    medianTrials: sorted[Math.floor(sorted.length / 2)]!,
    curve: curveOf(races),
    ece: expectedCalibrationError(bins),
    brier: brierScore({ probabilities, outcomes }),
    bins,
  };
}
