/** From stored denoising errors to scores: −Σ w·err / Σ w over an example's trials. */

import type { Plan } from './plan.ts';
import { prefixWeights } from './plan.ts';

/** Errors of one example under one loss: per trial of the plan's order, per pair. NaN where not evaluated. */
export interface ExampleErrors {
  /** `[image][caption][trial]` */
  pairs: readonly (readonly Float64Array[])[];
  /** `[image][trial]` under the empty caption; undefined where it was not evaluated. */
  unconditional?: readonly Float64Array[];
  /** Trials evaluated: the first so many of the plan, for all pairs. */
  done: number;
}

/** Scores of all pairs of one example. */
export interface ExampleScores {
  /** `[image][caption]`, −mean error. Higher is better. */
  raw: number[][];
  /** `[image][caption]`, minus the same under ∅; estimates log p(x | c) − log p(x) up to weighting. */
  normalized?: number[][];
}

/**
 * Scores of one example from the first `done` trials of the plan.
 *
 * The sum runs in the plan's order in float64, so the same trials give the same bits however they were computed.
 * Under uniform weights this is the usual simplified bound (Ho et al. 2020, L_simple), not the ELBO itself.
 *
 * @param factor turns a stored error of a timestep into one of the error space that is asked for.
 */
export function scoreExample(
  plan: Plan,
  errors: ExampleErrors,
  factor: (timestep: number) => number,
): ExampleScores {
  const weights = prefixWeights(plan, errors.done);
  for (let k = 0; k < errors.done; k++) weights[k] = weights[k]! * factor(plan.trials[k]!.timestep);
  const score = (values: Float64Array): number => {
    let sum = 0;
    for (let k = 0; k < errors.done; k++) sum += weights[k]! * values[k]!;
    return -sum;
  };
  const raw = errors.pairs.map((captions) => captions.map(score));
  if (!errors.unconditional) return { raw };
  const base = errors.unconditional.map(score);
  return { raw, normalized: raw.map((row, image) => row.map((value) => value - base[image]!)) };
}
