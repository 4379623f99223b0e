/** σ of every step of flow-matching Euler, as diffusers' pipelines have FlowMatchEulerDiscreteScheduler compute them. */

import { UsageError } from '../errors.ts';
import { dynamicShift, type FlowScheduleConfig } from './flow-schedule.ts';
import type { SamplingConfig } from './sampling-config.ts';

/** Where the σ before shifting come from: FLUX's pipeline gives 1 … 1/n, the others take the scheduler's own range. */
export type SigmaSource = 'pipeline' | 'scheduler';

/**
 * σ_0 > σ_1 > … > σ_n = 0 of n steps, float32. Equals `scheduler.sigmas` after `set_timesteps(n)`, or after
 * `set_timesteps(sigmas=np.linspace(1, 1 / n, n), mu=mu)`.
 * @throws UsageError for fewer than one step.
 */
export function flowSigmas(
  config: FlowScheduleConfig & Pick<SamplingConfig, 'shift_terminal'>,
  steps: number,
  source: SigmaSource,
): Float32Array {
  if (!Number.isInteger(steps) || steps < 1)
    throw new UsageError({ what: 'sampling takes at least one step', where: '--steps', got: `${steps}` });
  const total = config.num_train_timesteps;
  const shift = config.use_dynamic_shifting ? 1 : config.shift;
  const shifted = (sigma: number) => (shift * sigma) / (1 + (shift - 1) * sigma);
  // The scheduler's own range is shifted already, and is shifted again below: so does diffusers.
  const [from, to] = source === 'pipeline' ? [1, 1 / steps] : [1, shifted(1 / total)];
  const step = steps > 1 ? (to - from) / (steps - 1) : 0;
  const even = Array.from({ length: steps }, (_, k) => from + step * k);
  const sigmas = even.map((sigma) => (config.use_dynamic_shifting ? dynamic(config, sigma) : shifted(sigma)));
  const terminal = config.shift_terminal;
  // A single step begins at σ = 1, where there is nothing to stretch.
  const scale = (terminal && (1 - sigmas.at(-1)!) / (1 - terminal)) || 1;
  return Float32Array.from([...sigmas.map((sigma) => 1 - (1 - sigma) / scale), 0]);
}

/** `FlowMatchEulerDiscreteScheduler.time_shift(mu, 1, sigma)`. */
function dynamic(config: FlowScheduleConfig, sigma: number): number {
  const mu = dynamicShift(config);
  const shift = config.time_shift_type === 'exponential' ? Math.exp(mu) : mu;
  return shift / (shift + (1 / sigma - 1));
}
