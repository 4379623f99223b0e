/** Denoising errors of one example laid out for plots. */

import type { PairIndex } from '../scoring/conditions.ts';
import { UNCONDITIONAL } from '../scoring/example.ts';
import type { Plan } from '../scoring/plan.ts';

/** Per image, per caption, and under ∅ where it was evaluated. */
export interface ErrorsByTimestep {
  /** The whole plan, for reading a prefix of it with its weights. */
  plan: Plan;
  /** Trials evaluated: the first so many of the plan, for all pairs but those that left earlier. */
  done: number;
  /** Distinct timesteps evaluated so far, ascending. */
  timesteps: readonly number[];
  /** `[image][caption][timestep][noise]` mean squared errors in the plan's order; repeats are several noises. */
  errors: readonly (readonly (readonly (readonly number[])[])[])[];
  /** The same under ∅, `[image][timestep][noise]`. */
  unconditional?: readonly (readonly (readonly number[])[])[];
}

/**
 * Groups the first `done` trials by timestep.
 * @param pairs of the example, in stored order @param values errors of a pair by its place, per trial of the plan,
 *   as many as it has
 */
export function errorsByTimestep(
  { plan, done }: { plan: Plan; done: number },
  pairs: readonly PairIndex[],
  values: (slot: number) => Float64Array,
): ErrorsByTimestep {
  const trials = plan.trials.slice(0, done);
  const timesteps = [...new Set(trials.map(({ timestep }) => timestep))].sort((a, b) => a - b);
  const place = new Map(timesteps.map((timestep, k) => [timestep, k]));
  const errors: number[][][][] = [];
  const unconditional: number[][][] = [];
  for (const [slot, { image, caption }] of pairs.entries()) {
    const grouped: number[][] = timesteps.map(() => []);
    const found = values(slot);
    // A pair that left early has fewer trials than the others.
    for (const [k, { timestep }] of trials.slice(0, found.length).entries())
      grouped[place.get(timestep)!]!.push(found[k]!);
    errors[image] ??= [];
    if (caption === UNCONDITIONAL) unconditional[image] = grouped;
    else errors[image][caption] = grouped;
  }
  return { plan, done, timesteps, errors, ...(unconditional.length > 0 && { unconditional }) };
}
