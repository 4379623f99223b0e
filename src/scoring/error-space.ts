/** Errors of one prediction target as errors of another: exact weightings by timestep, computed after the fact. */

import { needsBound, type ScoreLoss } from '../diffusion/denoising-error.ts';
import type { NoiseSchedule } from '../diffusion/noise-schedule.ts';
import { UsageError } from '../errors.ts';

/** Targets that an error can be of: the model's own (`native`), the noise ε, or the clean latent z (`x0`). */
export const ERROR_SPACES = ['native', 'epsilon', 'x0'] as const;
/** One of `ERROR_SPACES`. */
export type ErrorSpace = (typeof ERROR_SPACES)[number];

/**
 * Factor of the squared error from the model's native target to `space`, per timestep. From x_t = √ᾱ z + √(1−ᾱ) ε:
 * a prediction error of v is worth √ᾱ of it in ε and √(1−ᾱ) of it in z; of ε, √((1−ᾱ)/ᾱ) of it in z. Each is written
 * out, since a product of two would be 0 · ∞ at ᾱ = 0, where a schedule of zero terminal SNR ends. Of a flow, from
 * x_σ = (1−σ) z + σ ε, an error of u is worth 1−σ of it in ε and σ of it in z.
 */
const SQUARED: Record<
  Exclude<ErrorSpace, 'native'>,
  Record<NoiseSchedule['prediction'], (bar: number, sigma: number) => number>
> = {
  epsilon: {
    epsilon: () => 1,
    v_prediction: (bar) => bar,
    sample: (bar) => bar / (1 - bar),
    flow: (_, sigma) => (1 - sigma) ** 2,
  },
  x0: {
    epsilon: (bar) => (1 - bar) / bar,
    v_prediction: (bar) => 1 - bar,
    sample: () => 1,
    flow: (_, sigma) => sigma ** 2,
  },
};

/**
 * A function from timestep to the factor that turns a stored error into one of `space`. Absolute errors and un-squared
 * norms scale by the root of what squared ones do.
 * @throws UsageError for Huber and the variational bound in another space than the native one: they do not scale. The function throws one at a
 *   timestep where the latent is all noise (ε to z) or has none (z to ε): there is no factor.
 */
export function errorFactor(
  schedule: NoiseSchedule,
  space: ErrorSpace,
  loss: ScoreLoss,
): (timestep: number) => number {
  if (space === 'native') return () => 1;
  checkConvertible(loss, space);
  const squared = SQUARED[space][schedule.prediction];
  return (timestep) => {
    const bar = schedule.alphasCumprod[timestep]!;
    const factor = squared(bar, schedule.sigmas?.[timestep] ?? Number.NaN);
    if (!Number.isFinite(factor)) {
      throw new UsageError({
        what: `an error of ${schedule.prediction} at timestep ${timestep} says nothing of ${space}`,
        where: `--error-space ${space}`,
        got: bar === 0 ? 'a latent of noise alone (zero SNR)' : 'a latent without noise',
        fix: 'Use --error-space native, or --timesteps without it.',
      });
    }
    return loss === 'mse' ? factor : Math.sqrt(factor);
  };
}

/** Demands that a loss can be told in an error space. @throws UsageError for Huber and the bound in another than the native one. */
export function checkConvertible(loss: ScoreLoss, space: ErrorSpace): void {
  if (space === 'native' || !(loss === 'huber' || needsBound(loss))) return;
  throw new UsageError({
    what: `${loss === 'huber' ? 'the Huber loss' : 'the variational bound'} cannot be converted to another error space`,
    where: `--loss ${loss} --error-space ${space}`,
    fix: 'Use --error-space native, or --loss mse, mae or l2norm.',
  });
}
