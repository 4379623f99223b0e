/** From stored denoising errors to scores: −Σ w·err / Σ w over an example's trials. */

import type { Plan } from './plan.ts';
import { prefixWeights } from './plan.ts';

/** Errors of one example under one loss: per trial of the plan's order, per pair. NaN where not evaluated. */
export interface ExampleErrors {
  /** `[image][caption][trial]` */
  pairs: readonly (readonly Float64Array[])[];
  /** `[image][trial]` under the empty caption; undefined where it was not evaluated. */
  unconditional?: readonly Float64Array[];
  /** Trials evaluated: the first so many of the plan, for all pairs but those that left earlier. */
  done: number;
  /** Trials of each pair, where a rule let some leave earlier; 0 for one that was pruned beforehand. */
  left?: {
    /** `[image][caption]` */
    pairs: readonly (readonly number[])[];
    /** `[image]` */
    unconditional?: readonly number[];
  };
}

/** Scores of all pairs of one example. */
export interface ExampleScores {
  /** `[image][caption]`, −mean error. Higher is better; −Infinity for a pair that was pruned. */
  raw: number[][];
  /** `[image][caption]`, minus the same under ∅; estimates log p(x | c) − log p(x) up to weighting. */
  normalized?: number[][];
}

/** How trials are put together. */
export interface Reading {
  /** Turns a stored error of a timestep into one of the error space, with the weight that the timestep is given. */
  factor(timestep: number): number;
  /** Only the trials of this noise bank, from 0; by default all. The example must have the whole plan. */
  bank?: number;
}

/**
 * Scores of one example from its first trials of the plan.
 *
 * The sum runs in the plan's order in float64, so the same trials give the same bits however they were computed.
 * Under uniform weights this is the usual simplified bound (Ho et al. 2020, L_simple), not the ELBO itself.
 *
 * A pair that left early is placed by its difference, on the trials that both have, from the best of those that went
 * on: mean errors over other trials could not be compared. So whatever left because it was beaten stays behind.
 */
export function scoreExample(plan: Plan, errors: ExampleErrors, reading: Reading): ExampleScores {
  const { pairs, unconditional, done, left } = errors;
  const weightsOf = weightsReader(plan, reading);
  const score = (values: Float64Array, trials: number): number => {
    const weights = weightsOf(trials);
    let sum = 0;
    for (let k = 0; k < trials; k++) sum += weights[k]! * values[k]!;
    return -sum;
  };
  const counts = left?.pairs ?? pairs.map((row) => row.map(() => done));
  const raw = placed(counts, (image, caption, trials) => score(pairs[image]![caption]!, trials));
  if (!unconditional) return { raw };
  const base = (image: number, trials: number) =>
    score(unconditional[image]!, Math.min(trials, left?.unconditional?.[image] ?? done));
  const normalized = placed(
    counts,
    (image, caption, trials) => score(pairs[image]![caption]!, trials) - base(image, trials),
  );
  return { raw, normalized };
}

/** What each trial of the whole plan counts, `[trial]`: a score is −Σ weight · error. */
export function trialWeights(plan: Plan, reading: Reading): Float64Array {
  return weightsReader(plan, reading)(plan.trials.length);
}

/** Weights of a prefix times the factor of each trial; those of other banks are 0. */
function weightsReader(plan: Plan, { factor, bank }: Reading): (trials: number) => Float64Array {
  const known = new Map<number, Float64Array>();
  const noises = plan.timesteps.length * plan.repeats;
  return (trials) => {
    let weights = known.get(trials);
    if (weights) return weights;
    weights = prefixWeights(plan, trials);
    for (let k = 0; k < trials; k++) {
      const { timestep, noise } = plan.trials[k]!;
      const isOurs = bank === undefined || Math.floor(noise / noises) === bank;
      if (bank !== undefined) weights[k] = isOurs ? 1 / noises : 0;
      weights[k] = weights[k]! * factor(timestep);
    }
    known.set(trials, weights);
    return weights;
  };
}

/** Scores `[image][caption]`: of those that ran longest as they are, of the others beside the best of those. */
function placed(
  counts: readonly (readonly number[])[],
  value: (image: number, caption: number, trials: number) => number,
): number[][] {
  const most = Math.max(...counts.flat());
  const own = counts.map((row, image) =>
    row.map((trials, caption) => (trials === 0 ? Number.NEGATIVE_INFINITY : value(image, caption, trials))),
  );
  if (counts.every((row) => row.every((trials) => trials === most))) return own;
  let best: { image: number; caption: number } | undefined;
  for (const [image, row] of counts.entries()) {
    for (const [caption, trials] of row.entries()) {
      if (trials !== most) continue;
      if (!best || own[image]![caption]! > own[best.image]![best.caption]!) best = { image, caption };
    }
  }
  const { image: i, caption: c } = best!;
  return own.map((row, image) =>
    row.map((score, caption) => {
      const trials = counts[image]![caption]!;
      if (trials === most || trials === 0) return score;
      return own[i]![c]! - (value(i, c, trials) - score);
    }),
  );
}
