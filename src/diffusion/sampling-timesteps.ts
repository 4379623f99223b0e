/** Which timesteps a sampler visits, as diffusers' schedulers choose them. */

import { UsageError } from '../errors.ts';
import type { SamplingConfig } from './sampling-config.ts';

/**
 * The timesteps of DDIM from noise to picture: `DDIMScheduler.set_timesteps(steps)`.
 * @param total T, the number of training timesteps.
 * @throws UsageError where the schedule has no such timesteps.
 */
export function ddimTimesteps(config: SamplingConfig, total: number, steps: number): number[] {
  checkSteps(steps, total);
  const times = spaced(config, total, steps);
  if (times[0]! < total) return times;
  throw new UsageError({
    what: `${steps} steps do not fit the schedule`,
    where: '--steps',
    expected: `timesteps below ${total}`,
    got: `${times[0]}, since the scheduler moves them by ${config.steps_offset} (steps_offset)`,
    fix: 'Take fewer steps.',
  });
}

function spaced({ timestep_spacing, steps_offset }: SamplingConfig, total: number, steps: number): number[] {
  switch (timestep_spacing) {
    case 'linspace': {
      // np.linspace(0, T - 1, steps).round()[::-1]
      const step = steps > 1 ? (total - 1) / (steps - 1) : 0;
      return Array.from({ length: steps }, (_, k) => halfToEven(step * (steps - 1 - k)));
    }
    case 'leading': {
      const step = Math.floor(total / steps);
      return Array.from({ length: steps }, (_, k) => step * (steps - 1 - k) + steps_offset);
    }
    case 'trailing': {
      // np.round(np.arange(T, 0, -T / steps)) - 1; numpy's own step is the difference of the first two values.
      const step = total - (total - total / steps);
      const count = Math.ceil(total / (total / steps));
      return Array.from({ length: count }, (_, k) => halfToEven(total - step * k) - 1);
    }
  }
}

/**
 * The timesteps of a latent consistency model: `LCMScheduler.set_timesteps(steps)`, some of those it was distilled on.
 * @throws UsageError for more steps than it was distilled on.
 */
export function lcmTimesteps(config: SamplingConfig, total: number, steps: number): number[] {
  const original = config.original_inference_steps;
  checkSteps(steps, Math.min(total, original));
  const stride = Math.floor(total / original);
  return Array.from({ length: steps }, (_, k) => {
    const place = Math.floor((original * k) / steps);
    return (original - place) * stride - 1;
  });
}

function checkSteps(steps: number, most: number): void {
  if (Number.isInteger(steps) && steps >= 1 && steps <= most) return;
  throw new UsageError({
    what: 'the model cannot be sampled with so many steps',
    where: '--steps',
    expected: `1 to ${most}`,
    got: `${steps}`,
  });
}

/** `np.round`. */
function halfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
