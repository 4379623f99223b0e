/** σ_t of flow matching, as diffusers' FlowMatchEulerDiscreteScheduler computes it. */

import { z } from 'zod';
import type { NoiseSchedule } from './noise-schedule.ts';

/** More training timesteps than any model has; a table of them is made. */
export const MOST_TIMESTEPS = 100_000;

/** The fields of `scheduler_config.json` that decide σ_t. Defaults are diffusers' own. */
export const flowScheduleSchema = z.object({
  _class_name: z.string().regex(/^FlowMatch/),
  num_train_timesteps: z.number().int().min(1).max(MOST_TIMESTEPS).default(1000),
  shift: z.number().positive().default(1),
  use_dynamic_shifting: z.boolean().default(false),
  base_shift: z.number().nullish(),
  max_shift: z.number().nullish(),
  base_image_seq_len: z.number().default(256),
  max_image_seq_len: z.number().default(4096),
  time_shift_type: z.enum(['exponential', 'linear']).default('exponential'),
  // Of Mochi alone, whose σ runs the other way.
  invert_sigmas: z.literal(false, 'inverted sigmas are not supported').default(false),
  /** Patches of one image, added by us: dynamic shifting depends on it. */
  image_seq_len: z.number().positive().optional(),
});

/** What `flowScheduleSchema` reads. */
export type FlowScheduleConfig = z.infer<typeof flowScheduleSchema>;

/** Whether a scheduler's configuration is of flow matching. */
export function isFlow(config: { _class_name?: string | undefined }): config is FlowScheduleConfig {
  return /^FlowMatch/.test(config._class_name ?? '');
}

/** diffusers' own bounds of dynamic shifting, where a configuration has null. */
const BASE_SHIFT = 0.5;
const MAX_SHIFT = 1.15;

/**
 * σ_t for t = 0 … T − 1, ascending: s = (t + 1) / T, shifted to s·k / (1 + (k − 1)·s). Equals
 * `FlowMatchEulerDiscreteScheduler(...).sigmas` read backwards; with dynamic shifting `set_timesteps(T, mu=mu)` over
 * the same s, with the `mu` that `calculate_shift(image_seq_len, ...)` gives.
 */
export function flowSchedule(config: FlowScheduleConfig): NoiseSchedule {
  const timesteps = config.num_train_timesteps;
  const sigmas = Float32Array.from({ length: timesteps }, (_, t) => {
    const s = Math.fround((t + 1) / timesteps);
    return config.use_dynamic_shifting
      ? dynamic(config, s)
      : (config.shift * s) / (1 + (config.shift - 1) * s);
  });
  const alphasCumprod = sigmas.map((sigma) => (1 - sigma) ** 2 / ((1 - sigma) ** 2 + sigma ** 2));
  return { timesteps, alphasCumprod, sigmas, prediction: 'flow' };
}

/** `mu` of dynamic shifting for images of so many patches: linear between the two bounds, and beyond them. */
export function dynamicShift(config: FlowScheduleConfig): number {
  const base = config.base_shift ?? BASE_SHIFT;
  const slope =
    ((config.max_shift ?? MAX_SHIFT) - base) / (config.max_image_seq_len - config.base_image_seq_len);
  return base + slope * ((config.image_seq_len ?? config.base_image_seq_len) - config.base_image_seq_len);
}

function dynamic(config: FlowScheduleConfig, s: number): number {
  const mu = dynamicShift(config);
  const shift = config.time_shift_type === 'exponential' ? Math.exp(mu) : mu;
  return shift / (shift + (1 / s - 1));
}
