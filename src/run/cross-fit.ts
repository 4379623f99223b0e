/**
 * Weights of the timesteps from examples whose answers are known, each example also under weights that were fitted without
 * it (Clark and Jaini 2023, section 3.2; Jeong et al. 2025).
 */

import { counted, UsageError } from '../errors.ts';
import { contestsOf } from '../scoring/contests.ts';
import { type ErrorReading, type FittedWeights, readingOf } from '../scoring/weighting.ts';
import { fitPairwise, pairwiseLoss, type Won } from '../stats/pairwise-logistic.ts';
import type { StoredRun } from './open-run.ts';
import type { DiffusionView } from './scorer-view.ts';
import type { TrialReader } from './trial-reader.ts';

/** Timestep and weight, ascending. */
export type WeightPoints = FittedWeights['points'];

export interface CrossFitInput {
  run: StoredRun;
  /** The scorer's name, and its stored results. */
  scorer: string;
  view: DiffusionView;
  /** The trials that are weighted. */
  reader: TrialReader;
}

export interface CrossFitOptions extends Pick<ErrorReading, 'loss' | 'errorSpace'> {
  /** Groups of neighbouring timesteps, each with a weight of its own. */
  buckets: number;
}

/** Weights fitted on all examples, and for each example those that were fitted on the other folds. */
export interface CrossFit {
  points: WeightPoints;
  ridge: number;
  folds: number;
  /** By the example's place in the task; examples without the whole plan have none. */
  heldOut: ReadonlyMap<number, WeightPoints>;
}

const FEWEST = 20;
const FOLDS = 5;
/** Strengths of the pull towards equal weights that are tried. */
const RIDGES = [30, 10, 3, 1, 0.3, 0.1, 0.03];
/** How far a typical comparison is won at equal weights, in the loss's unit: beyond about 5 nothing pulls any more. */
const TYPICAL_LEAD = 3;

/** One example's comparisons by bucket, and its place. */
interface Fitted {
  index: number;
  comparisons: Won[];
}

/**
 * Fits weights on the examples that have the whole plan. For each of five folds the ridge is chosen, and the weights
 * fitted, without the fold's examples.
 * @throws UsageError where the run stopped examples early, or has too few examples or timesteps.
 */
export function crossFit({ run, scorer, view, reader }: CrossFitInput, options: CrossFitOptions): CrossFit {
  const identity = run.manifest.identity.scorers[scorer]!;
  const uncond = identity.kind === 'diffusion' ? identity.uncond : 'auto';
  const where = `scorer "${scorer}" of ${run.folder.path}`;
  if (view.stop) {
    throw new UsageError({
      what: 'the run stopped examples early, and those that went on are not like the others',
      where,
      fix: 'Score with --stop none.',
    });
  }
  const { timesteps, trials } = reader.plan;
  const buckets = Math.min(options.buckets, timesteps.length);
  const bucketOf = new Map(timesteps.map((t, k) => [t, Math.floor((k * buckets) / timesteps.length)]));
  const base = readingOf(view.schedule, options);
  const examples = run.examples.flatMap((example, index): Fitted[] => {
    if (!reader.isWhole(index)) return [];
    const contests = contestsOf(example, uncond).filter(({ over }) => over !== 'matchings');
    const weight = 1 / contests.length;
    const known = new Map<number, Float64Array>();
    const errors = (slot: number) => {
      const found = known.get(slot) ?? reader.values(index, slot, options.loss);
      known.set(slot, found);
      return found;
    };
    const comparisons = contests.map(({ terms }): Won => {
      const features = new Array<number>(buckets).fill(0);
      for (const [k, { timestep }] of trials.entries()) {
        const factor = base.factor(timestep) / trials.length;
        const bucket = bucketOf.get(timestep)!;
        for (const { slot, sign } of terms) features[bucket]! += sign * factor * errors(slot)[k]!;
      }
      return { features, weight };
    });
    return comparisons.every(({ features }) => features.every(Number.isFinite)) && contests.length > 0
      ? [{ index, comparisons }]
      : [];
  });
  if (examples.length < FEWEST || buckets < 2) {
    throw new UsageError({
      what: 'too little to fit weights on',
      where,
      expected: `at least ${FEWEST} examples with the whole plan, and 2 timesteps`,
      got: `${counted(examples.length, 'example')}, ${counted(timesteps.length, 'timestep')}`,
    });
  }
  const shares = new Array<number>(buckets).fill(0);
  for (const bucket of bucketOf.values()) shares[bucket]! += 1 / timesteps.length;
  const pointsOf = (weights: readonly number[]) => pointsAt(timesteps, bucketOf, weights);
  const heldOut = new Map<number, WeightPoints>();
  for (let fold = 0; fold < FOLDS; fold++) {
    const others = examples.filter((_, k) => k % FOLDS !== fold);
    const points = pointsOf(bestFit(others, shares).weights);
    for (const { index } of examples.filter((_, k) => k % FOLDS === fold)) heldOut.set(index, points);
  }
  const { weights, ridge } = bestFit(examples, shares);
  return { points: pointsOf(weights), ridge, folds: FOLDS, heldOut };
}

/** The weights at the ridge that loses least on folds it was not fitted on. */
function bestFit(
  examples: readonly Fitted[],
  shares: readonly number[],
): { weights: number[]; ridge: number } {
  const scaled = scale(examples);
  const losses = RIDGES.map((ridge) => {
    let loss = 0;
    for (let fold = 0; fold < FOLDS; fold++) {
      const others = scaled.filter((_, k) => k % FOLDS !== fold).flat();
      const own = scaled.filter((_, k) => k % FOLDS === fold).flat();
      loss += pairwiseLoss(own, fitPairwise(others, { ridge, shares }));
    }
    return loss;
  });
  const ridge = RIDGES[losses.indexOf(Math.min(...losses))]!;
  return { weights: fitPairwise(scaled.flat(), { ridge, shares }), ridge };
}

/** Comparisons by example, in a unit in which the median lead at equal weights is `TYPICAL_LEAD`. */
function scale(examples: readonly Fitted[]): Won[][] {
  const leads = examples
    .flatMap(({ comparisons }) => comparisons)
    .map(({ features }) => Math.abs(features.reduce((sum, x) => sum + x, 0)))
    .sort((a, b) => a - b);
  const unit = TYPICAL_LEAD / (leads[Math.floor(leads.length / 2)] || 1);
  return examples.map(({ comparisons }) =>
    comparisons.map(({ features, weight }) => ({ features: features.map((x) => x * unit), weight })),
  );
}

/** Each bucket's mean timestep and weight, the weights scaled to a mean of 1 over the timesteps. */
function pointsAt(
  timesteps: readonly number[],
  bucketOf: ReadonlyMap<number, number>,
  weights: readonly number[],
): [number, number][] {
  const mean = timesteps.reduce((sum, t) => sum + weights[bucketOf.get(t)!]!, 0) / timesteps.length || 1;
  return weights.map((weight, bucket) => {
    const own = timesteps.filter((t) => bucketOf.get(t) === bucket);
    const center = own.reduce((sum, t) => sum + t, 0) / own.length;
    return [Number(center.toPrecision(6)), Number((weight / mean).toPrecision(6))];
  });
}
