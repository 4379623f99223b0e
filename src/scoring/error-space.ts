/** Errors of one prediction target as errors of another: exact weightings by timestep, computed after the fact. */

import type { Loss } from '../diffusion/denoising-error.ts';
import type { NoiseSchedule } from '../diffusion/noise-schedule.ts';
import { UsageError } from '../errors.ts';

export const ERROR_SPACES = ['native', 'epsilon', 'x0'] as const;
export type ErrorSpace = (typeof ERROR_SPACES)[number];

/**
 * Factor of the squared error from the model's native target to `space`, per timestep. From x_t = √ᾱ z + √(1−ᾱ) ε:
 * a prediction error of v is worth √ᾱ of it in ε and √(1−ᾱ) of it in z; of ε, √((1−ᾱ)/ᾱ) of it in z.
 */
function squaredFactor(schedule: NoiseSchedule, space: ErrorSpace, timestep: number): number {
  const bar = schedule.alphasCumprod[timestep]!;
  const toEpsilon = { epsilon: 1, v_prediction: bar, sample: bar / (1 - bar) }[schedule.prediction];
  if (space === 'native') return 1;
  return space === 'epsilon' ? toEpsilon : (toEpsilon * (1 - bar)) / bar;
}

/**
 * A function from timestep to the factor that turns a stored error into one of `space`. Absolute errors scale by the
 * root of what squared ones do.
 * @throws UsageError for Huber in another space than the native one: it does not scale.
 */
export function errorFactor(
  schedule: NoiseSchedule,
  space: ErrorSpace,
  loss: Loss,
): (timestep: number) => number {
  if (space === 'native') return () => 1;
  if (loss === 'huber') {
    throw new UsageError({
      what: 'the Huber loss cannot be converted to another error space',
      where: `--loss huber --error-space ${space}`,
      fix: 'Use --error-space native, or --loss mse or mae.',
    });
  }
  return loss === 'mse'
    ? (timestep) => squaredFactor(schedule, space, timestep)
    : (timestep) => Math.sqrt(squaredFactor(schedule, space, timestep));
}
