/** From noise to a latent, step by step: DDIM, LCM and flow-matching Euler as diffusers' schedulers compute them. */

import { UsageError } from '../errors.ts';
import { isFlow } from './flow-schedule.ts';
import { flowSigmas, type SigmaSource } from './flow-sigmas.ts';
import { type NoiseSchedule, noiseSchedule, type ScheduleConfig } from './noise-schedule.ts';
import { clips, type SamplerName, type SamplingConfig, samplerOf } from './sampling-config.ts';
import { ddimTimesteps, lcmTimesteps } from './sampling-timesteps.ts';

/** How to sample. */
export interface SamplingRequest {
  steps: number;
  /** Of DDIM: how much of the noise is drawn anew at every step; 0 draws none, 1 is DDPM's share. */
  eta: number;
  /** Of a flow. */
  sigmas: SigmaSource;
}

/** One step: the denoiser is asked once. */
export interface SamplingStep {
  /** What the denoiser is told: the timestep, of a flow σ · T. */
  told: number;
  /** Whether it takes a fresh noise. */
  takesNoise: boolean;
  /**
   * Moves `sample` on, in place.
   * @param sample x, any length @param prediction what the denoiser says of it, in its native target
   * @param noise where `takesNoise`
   */
  advance(sample: Float32Array, prediction: Float32Array, noise?: Float32Array): void;
}

/** All steps from noise to latent. */
export interface SamplingSteps {
  name: SamplerName;
  steps: readonly SamplingStep[];
}

/**
 * The steps that a folder's scheduler takes: its own where it is DDIM, LCM or a flow's; DDIM with the same betas in place
 * of every other one.
 * @throws UsageError where there are no such steps, or where ε of pure noise would have to be turned into a latent.
 */
export function samplingSteps(
  schedule: ScheduleConfig,
  config: SamplingConfig,
  request: SamplingRequest,
): SamplingSteps {
  const name = samplerOf(config);
  if (request.eta > 0 && name !== 'ddim') {
    throw new UsageError({
      what: 'only DDIM draws noise anew',
      where: `--eta ${request.eta}`,
      got: `a scheduler of the class ${config._class_name}`,
      fix: 'Leave the flag out.',
    });
  }
  if (isFlow(schedule)) {
    const sigmas = flowSigmas(
      { ...schedule, ...config, _class_name: schedule._class_name },
      request.steps,
      request.sigmas,
    );
    const told = (sigma: number) => Math.fround(sigma * schedule.num_train_timesteps);
    const steps = Array.from({ length: request.steps }, (_, k) =>
      eulerStep(told(sigmas[k]!), sigmas[k]!, sigmas[k + 1]!),
    );
    return { name, steps };
  }
  // With DDIM's name: other schedulers keep the last ᾱ of zero terminal SNR just above 0 for the sake of their own σ.
  const table = noiseSchedule({ ...schedule, _class_name: 'DDIMScheduler' });
  const model = { table, limit: clips(config) ? config.clip_sample_range : Number.POSITIVE_INFINITY };
  const steps = name === 'lcm' ? lcmSteps(model, config, request) : ddimSteps(model, config, request);
  return { name, steps };
}

interface Model {
  table: NoiseSchedule;
  /** x̂0 is kept within ± this. */
  limit: number;
}

/** `x + (σ_next − σ) · u`. */
function eulerStep(told: number, sigma: number, next: number): SamplingStep {
  const change = Math.fround(next - sigma);
  return {
    told,
    takesNoise: false,
    advance(sample, prediction) {
      for (let i = 0; i < sample.length; i++) sample[i] = sample[i]! + Math.fround(change * prediction[i]!);
    },
  };
}

/** Song et al. 2021, formulas 12 and 16: `DDIMScheduler.step(prediction, t, x, eta=eta)`. */
function ddimSteps(model: Model, config: SamplingConfig, { steps, eta }: SamplingRequest): SamplingStep[] {
  const { timesteps: total, alphasCumprod } = model.table;
  const stride = Math.floor(total / steps);
  const final = config.set_alpha_to_one ? 1 : alphasCumprod[0]!;
  return ddimTimesteps(config, total, steps).map((timestep) => {
    const bar = alphasCumprod[timestep]!;
    const before = timestep - stride >= 0 ? alphasCumprod[timestep - stride]! : final;
    const variance = ((1 - before) / (1 - bar)) * (1 - bar / before);
    const drawn = eta * Math.sqrt(variance);
    const signal = Math.sqrt(before);
    // Rounding may leave less than nothing, of which diffusers takes the root.
    const direction = Math.sqrt(Math.max(0, 1 - before - drawn ** 2));
    const split = splitter(model, timestep);
    return {
      told: timestep,
      takesNoise: eta > 0,
      advance(sample, prediction, noise) {
        for (let i = 0; i < sample.length; i++) {
          const { clean, noisy } = split(sample[i]!, prediction[i]!);
          sample[i] = signal * clean + direction * noisy + (noise ? drawn * noise[i]! : 0);
        }
      },
    };
  });
}

/** σ of the data in LCM's boundary conditions. */
const SIGMA_DATA = 0.5;

/** Luo et al. 2023: `LCMScheduler.step(prediction, t, x)`. */
function lcmSteps(model: Model, config: SamplingConfig, { steps }: SamplingRequest): SamplingStep[] {
  const { timesteps: total, alphasCumprod } = model.table;
  const times = lcmTimesteps(config, total, steps);
  return times.map((timestep, k) => {
    const scaled = timestep * config.timestep_scaling;
    const keep = SIGMA_DATA ** 2 / (scaled ** 2 + SIGMA_DATA ** 2);
    const take = scaled / Math.sqrt(scaled ** 2 + SIGMA_DATA ** 2);
    const next = times[k + 1];
    const bar = next === undefined ? 1 : alphasCumprod[next]!;
    const [signal, spread] = [Math.sqrt(bar), Math.sqrt(1 - bar)];
    const split = splitter(model, timestep);
    return {
      told: timestep,
      takesNoise: next !== undefined,
      advance(sample, prediction, noise) {
        for (let i = 0; i < sample.length; i++) {
          const clean = take * split(sample[i]!, prediction[i]!).clean + keep * sample[i]!;
          sample[i] = signal * clean + (noise ? spread * noise[i]! : 0);
        }
      },
    };
  });
}

/**
 * What a prediction says of one value of x_t: its share of the clean latent, clipped, and of the noise, as DDIM takes it.
 * @throws UsageError for ε where the latent is all noise.
 */
function splitter({ table, limit }: Model, timestep: number) {
  const bar = table.alphasCumprod[timestep]!;
  const [signal, spread] = [Math.sqrt(bar), Math.sqrt(1 - bar)];
  if (table.prediction === 'epsilon' && signal === 0) {
    throw new UsageError({
      what: `the latent is all noise at timestep ${timestep}, so a model that predicts the noise cannot begin there`,
      where: 'scheduler_config.json',
      fix: 'Such a schedule (rescale_betas_zero_snr) needs prediction_type v_prediction, or a timestep_spacing that leaves the last timestep out.',
    });
  }
  const clip = (value: number) => Math.min(limit, Math.max(-limit, value));
  const result = { clean: 0, noisy: 0 };
  return (sample: number, prediction: number) => {
    if (table.prediction === 'epsilon') {
      result.clean = clip((sample - spread * prediction) / signal);
      result.noisy = prediction;
    } else if (table.prediction === 'sample') {
      result.clean = clip(prediction);
      result.noisy = (sample - signal * prediction) / spread;
    } else {
      result.clean = clip(signal * sample - spread * prediction);
      result.noisy = signal * prediction + spread * sample;
    }
    return result;
  };
}
