/** How much a denoising error moves with the noise, and how much less a difference between captions does. */

import { UsageError } from '../errors.ts';
import { type ErrorSpace, errorFactor } from '../scoring/error-space.ts';
import { diffusionScorerOf } from './diffusion-scorer-of.ts';
import type { StoredRun } from './open-run.ts';

/** Root mean squares over examples, captions and timesteps, mse in the chosen error space. */
export interface PairedSpread {
  /** Standard deviation over noises of one error, at a fixed timestep. */
  error: number;
  /** The same of the difference between a caption's error and the true one's, with the same noise. */
  paired: number;
  /** The same if the two captions had noises of their own: √2 · error, of the captions that differ. */
  unpaired: number;
}

/**
 * Why all captions share their noises (Li et al. 2023, section 4.2): measured on the examples with one image and the
 * whole plan.
 * @throws UsageError where the run has fewer than two noises per timestep, or no such example.
 */
export function pairedSpread(
  run: StoredRun,
  scorer?: string,
  errorSpace: ErrorSpace = 'native',
): PairedSpread {
  const [name, { plan, results, schedule }] = diffusionScorerOf(run, scorer);
  const where = `scorer "${name}" of ${run.folder.path}`;
  if (plan.repeats < 2 || plan.antithetic) {
    throw new UsageError({
      what: 'the spread over noises needs several noises per timestep',
      where,
      fix: 'Score with --repeats 2 or more, without --antithetic.',
    });
  }
  const places = new Map<number, number[]>(plan.timesteps.map((t) => [t, []]));
  for (const [k, { timestep }] of plan.trials.entries()) places.get(timestep)!.push(k);
  const factor = errorFactor(schedule, errorSpace, 'mse');
  const sums = { error: 0, paired: 0, count: 0 };
  for (const [index, { images, truth }] of run.examples.entries()) {
    const [first] = truth;
    if (images.length > 1 || !first || results.store.done(index) < plan.trials.length) continue;
    const pairs = [...results.store.pairs(index).entries()];
    const valuesOf = (slot: number) => results.store.values(index, slot, 'mse');
    const [trueSlot] = pairs.find(([, { caption }]) => caption === first[1])!;
    const best = valuesOf(trueSlot);
    for (const [slot, { caption }] of pairs) {
      if (slot === trueSlot || caption < 0) continue;
      const values = valuesOf(slot);
      for (const [timestep, trials] of places) {
        const scale = factor(timestep) ** 2;
        sums.error += scale * varianceOf(trials.map((k) => values[k]!));
        sums.paired += scale * varianceOf(trials.map((k) => values[k]! - best[k]!));
        sums.count++;
      }
    }
  }
  if (sums.count === 0) throw new UsageError({ what: 'no example with one image and the whole plan', where });
  const error = Math.sqrt(sums.error / sums.count);
  return { error, paired: Math.sqrt(sums.paired / sums.count), unpaired: Math.SQRT2 * error };
}

/** Unbiased. */
function varianceOf(values: readonly number[]): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
}
