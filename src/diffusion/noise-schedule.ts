/** ᾱ_t of every training timestep, as diffusers' schedulers compute it from `scheduler_config.json`. */

import { z } from 'zod';
import { ModelFileError } from '../errors.ts';
import {
  type FlowScheduleConfig,
  flowSchedule,
  flowScheduleSchema,
  isFlow,
  MOST_TIMESTEPS,
} from './flow-schedule.ts';

/** The fields of `scheduler_config.json` that decide the forward process. Defaults are diffusers' own. */
export const diffusionScheduleSchema = z.object({
  // Other processes than x_t = √ᾱ z + √(1−ᾱ) ε have other fields, and would be read as a linear schedule.
  _class_name: z
    .string()
    .regex(
      /^(?!.*(FlowMatch|EDM|Consistency))/,
      'is a scheduler of another forward process, which is not supported',
    )
    .optional(),
  num_train_timesteps: z.number().int().min(1).max(MOST_TIMESTEPS).default(1000),
  beta_start: z.number().default(0.0001),
  beta_end: z.number().default(0.02),
  beta_schedule: z.enum(['linear', 'scaled_linear', 'squaredcos_cap_v2']).default('linear'),
  trained_betas: z.array(z.number()).nullish(),
  rescale_betas_zero_snr: z.boolean().default(false),
  prediction_type: z.enum(['epsilon', 'v_prediction', 'sample']).default('epsilon'),
});

/** What `diffusionScheduleSchema` reads. */
export type DiffusionScheduleConfig = z.infer<typeof diffusionScheduleSchema>;

/** What `scheduleSchema` reads. */
export type ScheduleConfig = FlowScheduleConfig | DiffusionScheduleConfig;

/** Any forward process that is supported, by the scheduler's class; no union, whose complaints name no field. */
export const scheduleSchema = z.unknown().transform((value, context): ScheduleConfig => {
  const named = z.object({ _class_name: z.string().optional() }).safeParse(value).data ?? {};
  const result = (isFlow(named) ? flowScheduleSchema : diffusionScheduleSchema).safeParse(value);
  if (result.success) return result.data;
  for (const { path, message } of result.error.issues)
    context.issues.push({ code: 'custom', path, message, input: value });
  return z.NEVER;
});

/**
 * The forward process of a model: x_t = √ᾱ_t · z + √(1 − ᾱ_t) · ε, or of a flow-matching one
 * x_t = (1 − σ_t) · z + σ_t · ε.
 */
export interface NoiseSchedule {
  /** T, the number of training timesteps. */
  timesteps: number;
  /** ᾱ_t for t = 0 … T − 1, float32 as in PyTorch. Of a flow: the signal's share (1−σ)² / ((1−σ)² + σ²). */
  alphasCumprod: Float32Array;
  /** σ_t of a flow, ascending from near 0 to 1; undefined for the other processes. */
  sigmas?: Float32Array;
  /** The model's target: ε, v, z, or of a flow u = ε − z. */
  prediction: DiffusionScheduleConfig['prediction_type'] | 'flow';
}

/**
 * The schedule that a scheduler's configuration describes; equals `DDPMScheduler(...).alphas_cumprod`.
 * @throws ModelFileError where `trained_betas` has another length than `num_train_timesteps`.
 */
export function noiseSchedule(config: ScheduleConfig): NoiseSchedule {
  if (isFlow(config)) return flowSchedule(config);
  const timesteps = config.num_train_timesteps;
  const alphasCumprod = cumulate(betasOf(config));
  if (config.rescale_betas_zero_snr && NEARLY_ZERO.test(config._class_name ?? ''))
    alphasCumprod[timesteps - 1] = 2 ** -24;
  return { timesteps, alphasCumprod, prediction: config.prediction_type };
}

/** Schedulers that keep the last ᾱ of zero terminal SNR just above 0, so that their first σ is not infinite. */
const NEARLY_ZERO = /^(EulerDiscrete|EulerAncestralDiscrete|DPMSolverMultistep|UniPCMultistep)Scheduler$/;

/**
 * β_t in float32, `[T]`, rescaled where the configuration says so; equals `DDPMScheduler(...).betas`.
 * @throws ModelFileError as `noiseSchedule`.
 */
export function betasOf(config: DiffusionScheduleConfig): Float32Array {
  const betas = makeBetas(config);
  if (betas.length !== config.num_train_timesteps) {
    throw new ModelFileError({
      what: 'trained_betas does not fit the schedule',
      where: 'scheduler_config.json',
      expected: `${config.num_train_timesteps} values`,
      got: `${betas.length}`,
    });
  }
  return config.rescale_betas_zero_snr ? rescaleToZeroSnr(betas) : betas;
}

/** β_t of the configuration's own rule, `[T]`. */
function makeBetas(config: DiffusionScheduleConfig): Float32Array {
  if (config.trained_betas) return Float32Array.from(config.trained_betas);
  const count = config.num_train_timesteps;
  switch (config.beta_schedule) {
    case 'linear': // torch.linspace(beta_start, beta_end, T)
      return linspace(config.beta_start, config.beta_end, count);
    case 'scaled_linear': // torch.linspace(beta_start**0.5, beta_end**0.5, T) ** 2
      return linspace(config.beta_start ** 0.5, config.beta_end ** 0.5, count).map((root) => root * root);
    case 'squaredcos_cap_v2': {
      // betas_for_alpha_bar: min(1 − ᾱ((i+1)/T) / ᾱ(i/T), 0.999) with ᾱ(s) = cos²((s + 0.008) / 1.008 · π/2)
      const bar = (s: number) => Math.cos((((s + 0.008) / 1.008) * Math.PI) / 2) ** 2;
      return Float32Array.from({ length: count }, (_, i) =>
        Math.min(1 - bar((i + 1) / count) / bar(i / count), 0.999),
      );
    }
  }
}

/** `torch.linspace` in float32: the upper half is counted down from the end, as PyTorch does it. */
function linspace(start: number, end: number, count: number): Float32Array {
  const from = Math.fround(start);
  const to = Math.fround(end);
  const step = count > 1 ? Math.fround((to - from) / (count - 1)) : 0;
  return Float32Array.from({ length: count }, (_, i) =>
    i < Math.floor(count / 2) || count === 1 ? from + step * i : to - step * (count - 1 - i),
  );
}

/** `torch.cumprod(1 − β)`: float32 factors and results. */
function cumulate(betas: Float32Array): Float32Array {
  let product = 1;
  return betas.map((beta) => {
    product = product * Math.fround(1 - beta);
    return product;
  });
}

/**
 * `rescale_zero_terminal_snr` (Lin et al. 2023, algorithm 1): √ᾱ shifted so that the last one is zero and scaled so
 * that the first one stays.
 */
function rescaleToZeroSnr(betas: Float32Array): Float32Array {
  const roots = cumulate(betas).map(Math.sqrt);
  const first = roots[0]!;
  const last = roots[roots.length - 1]!;
  const bars = roots.map((root) => {
    const shifted = Math.fround(Math.fround(root - last) * Math.fround(first / Math.fround(first - last)));
    return shifted * shifted;
  });
  return bars.map((bar, t) => 1 - (t === 0 ? bar : Math.fround(bar / bars[t - 1]!)));
}
