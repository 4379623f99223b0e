/** What a stored run would have scored with fewer or other trials: the paper's comparison of timestep strategies. */

import type { ScoreLoss } from '../diffusion/denoising-error.ts';
import { UsageError } from '../errors.ts';
import { verdict } from '../metrics/evaluate.ts';
import type { MetricName } from '../metrics/score-matrix.ts';
import { type ExampleErrors, scoreExample } from '../scoring/aggregate.ts';
import type { ErrorSpace } from '../scoring/error-space.ts';
import { type Plan, seedsOf, uniformTimesteps } from '../scoring/plan.ts';
import { readingOf } from '../scoring/weighting.ts';
import { diffusionScorerOf } from './diffusion-scorer-of.ts';
import type { StoredRun } from './open-run.ts';
import { type DiffusionView, toMatrix } from './scorer-view.ts';

/** In which order a limited number of trials is spent (Li et al. 2023, section 4.1 and figure 4). */
export const STRATEGIES = ['even', 'low', 'middle', 'high', 'one', 'three'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** What each strategy does, for a legend. */
export const strategyTexts: Record<Strategy, string> = {
  even: 'evenly over the whole range',
  low: 'from the lowest timestep up',
  middle: 'from the middle outwards',
  high: 'from the highest timestep down',
  one: 'the middle timestep, more noises',
  three: 'first, middle and last timestep, more noises',
};

/** Right verdicts with so many trials per pair. */
export interface CurvePoint {
  trials: number;
  correct: number;
  /** Examples times the disjoint draws of noises that the run has for this number of trials. */
  count: number;
}

/** Right verdicts with one timestep alone. */
export interface TimestepPoint extends Omit<CurvePoint, 'trials'> {
  timestep: number;
}

/** Which scores are judged. */
export interface CurveOptions {
  /** Which diffusion scorer of the run; by default the only one. */
  scorer?: string;
  metric: MetricName;
  loss: ScoreLoss;
  /** @default 'native' */
  errorSpace?: ErrorSpace;
}

/**
 * The metric against the number of trials, by strategy, from trials that are stored; needs no model. A strategy that
 * needs fewer noises than the run has is read once per noise of the run, so its points rest on more than one draw.
 * @throws UsageError where no example has the whole plan, or the run's plan is not a plain grid.
 */
export function samplingCurves(run: StoredRun, options: CurveOptions): Record<Strategy, CurvePoint[]> {
  const [, view] = diffusionScorerOf(run, options.scorer);
  const { plan } = view;
  const judge = judgeOf(run, view, options);
  const entries = STRATEGIES.map((strategy): [Strategy, CurvePoint[]] => [
    strategy,
    countsOf(strategy, plan).map((trials) => ({ trials, ...judge(draws(strategy, plan, trials)) })),
  ]);
  return Object.fromEntries(entries) as Record<Strategy, CurvePoint[]>;
}

/** The metric with every timestep of the plan alone, one noise each. @throws as `samplingCurves`. */
export function singleTimesteps(run: StoredRun, options: CurveOptions): TimestepPoint[] {
  const [, view] = diffusionScorerOf(run, options.scorer);
  const { timesteps, repeats } = view.plan;
  const judge = judgeOf(run, view, options);
  return timesteps.map((timestep, rank) => ({
    timestep,
    ...judge(Array.from({ length: repeats }, (_, repeat) => [{ rank, repeat }])),
  }));
}

/**
 * Of each complete example the share of draws that a strategy gets right with so many trials: what two strategies are
 * compared by, since draws of one example are not independent. @throws as `samplingCurves`.
 */
export function exampleShares(
  run: StoredRun,
  options: CurveOptions,
  { strategy, trials }: { strategy: Strategy; trials: number },
): number[] {
  const [, view] = diffusionScorerOf(run, options.scorer);
  const sets = draws(strategy, view.plan, trials);
  return rightDraws(run, view, options)(sets).map((right) => right / sets.length);
}

/** A trial by the place of its timestep in the grid and the number of its noise. */
interface Place {
  rank: number;
  repeat: number;
}

/** Numbers of trials at which a strategy is looked at: doubling, up to all it can have. */
function countsOf(strategy: Strategy, { timesteps, repeats }: Plan): number[] {
  const ranks = ranksOf(strategy, timesteps.length, timesteps.length).length;
  const counts: number[] = [];
  const most = ranks * repeats;
  for (let count = strategy === 'three' ? ranks : 1; count < most; count *= 2) counts.push(count);
  // A count that is no whole number of passes would favour the first timesteps of the last pass.
  const whole = counts.filter((count) => count <= ranks || count % ranks === 0);
  return [...whole, most];
}

/** Disjoint sets of trials, each what the strategy would evaluate. */
function draws(strategy: Strategy, plan: Plan, trials: number): Place[][] {
  const ranks = ranksOf(strategy, plan.timesteps.length, trials);
  const passes = Math.ceil(trials / ranks.length);
  const sets = Math.max(1, Math.floor(plan.repeats / passes));
  return Array.from({ length: sets }, (_, set) =>
    Array.from({ length: trials }, (_, k) => ({
      rank: ranks[k % ranks.length]!,
      repeat: set * passes + Math.floor(k / ranks.length),
    })),
  );
}

/** Places of the timesteps in the order in which a strategy takes them; at most `trials` of them. */
function ranksOf(strategy: Strategy, size: number, trials: number): number[] {
  const all = [...new Array(size).keys()];
  const middle = (size - 1) / 2;
  switch (strategy) {
    case 'even':
      return uniformTimesteps(Math.min(trials, size), size);
    case 'low':
      return all.slice(0, trials);
    case 'high':
      return all.reverse().slice(0, trials);
    case 'middle':
      return all.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle)).slice(0, trials);
    case 'one':
      return [Math.floor(size / 2)];
    case 'three':
      return [...new Set([0, Math.floor(size / 2), size - 1])];
  }
}

/** Counts right verdicts over all examples with the whole plan and all draws. */
function judgeOf(
  run: StoredRun,
  view: DiffusionView,
  options: CurveOptions,
): (draws: readonly (readonly Place[])[]) => { correct: number; count: number } {
  const judge = rightDraws(run, view, options);
  return (sets) => {
    const right = judge(sets);
    return { correct: right.reduce((sum, one) => sum + one, 0), count: right.length * sets.length };
  };
}

/** Of each example with the whole plan the number of draws with a right verdict. */
function rightDraws(
  run: StoredRun,
  view: DiffusionView,
  { metric, loss, errorSpace = 'native' }: CurveOptions,
): (draws: readonly (readonly Place[])[]) => number[] {
  const { plan, results, schedule } = view;
  if (plan.stages || plan.antithetic || seedsOf(plan).length > 1) {
    throw new UsageError({
      what: 'curves by strategy need a plain grid of timesteps',
      where: run.folder.path,
      expected: 'a run without --stages, --antithetic and further seeds',
      fix: 'Score with --timesteps and --repeats alone.',
    });
  }
  const indices = [...run.examples.keys()].filter((i) => results.store.done(i) === plan.trials.length);
  if (indices.length === 0 || view.stop) {
    throw new UsageError({
      what: 'curves by strategy need all trials of the plan',
      where: run.folder.path,
      fix: 'Score with --stop none.',
    });
  }
  const placeOf = new Map(plan.trials.map(({ noise }, k) => [noise, k]));
  const reading = readingOf(schedule, { loss, errorSpace });
  const read = indices.map((index) => ({
    example: run.examples[index]!,
    errors: results.errors(index, loss),
  }));
  return (sets) => {
    const right = read.map(() => 0);
    for (const places of sets) {
      const trials = places.map(({ rank, repeat }) => placeOf.get(rank + repeat * plan.timesteps.length)!);
      const chosen: Plan = { ...plan, trials: trials.map((k) => plan.trials[k]!) };
      for (const [k, { example, errors }] of read.entries()) {
        const scores = scoreExample(chosen, pick(errors, trials), reading);
        if (verdict(toMatrix(scores, example))[metric]) right[k]!++;
      }
    }
    return right;
  };
}

/** The errors of some trials alone. */
function pick({ pairs, unconditional }: ExampleErrors, trials: readonly number[]): ExampleErrors {
  const own = (values: Float64Array) => Float64Array.from(trials, (k) => values[k]!);
  return {
    pairs: pairs.map((row) => row.map(own)),
    ...(unconditional && { unconditional: unconditional.map(own) }),
    done: trials.length,
  };
}
