/** A trial's part of the variational bound, for models that also learn how wide the reverse step is. */

import { cleanEstimate } from './clean-estimate.ts';
import { betasOf, type DiffusionScheduleConfig, type NoiseSchedule } from './noise-schedule.ts';

/** One trial's part of the bound, both in bits per latent number. */
export interface BoundTerms {
  /** Divergence of the model's reverse step from the true one: the bound's term of every t above 0. */
  kl: number;
  /** Negative log likelihood of the latent under the reverse step, read as bins of 2/255: the bound's term at t = 0. */
  nll: number;
}

/**
 * The reverse step q(x_{t−1} | x_t, z) of a schedule, float64 `[T]`: the tables of OpenAI's `GaussianDiffusion`, which
 * DiT uses. The learned width v lies between the two logarithms of the variance: −1 is the lower, 1 the upper one.
 */
export interface ReverseSteps {
  /** Posterior variance β̃_t; at t = 0, where it is 0, the next one's (`posterior_log_variance_clipped`). */
  logLower: Float64Array;
  /** log β_t. */
  logUpper: Float64Array;
  /** Share of z in the mean (`posterior_mean_coef1`). */
  ofClean: Float64Array;
  /** Share of x_t in the mean (`posterior_mean_coef2`). */
  ofNoisy: Float64Array;
}

/** The tables of a schedule. */
export function reverseSteps(config: DiffusionScheduleConfig): ReverseSteps {
  const betas = Float64Array.from(betasOf(config));
  const count = betas.length;
  const variances = new Float64Array(count);
  const ofClean = new Float64Array(count);
  const ofNoisy = new Float64Array(count);
  let before = 1;
  for (const [t, beta] of betas.entries()) {
    const total = before * (1 - beta);
    variances[t] = (beta * (1 - before)) / (1 - total);
    ofClean[t] = (beta * Math.sqrt(before)) / (1 - total);
    ofNoisy[t] = ((1 - before) * Math.sqrt(1 - beta)) / (1 - total);
    before = total;
  }
  variances[0] = variances[1] ?? betas[0]!;
  return { logLower: variances.map(Math.log), logUpper: betas.map(Math.log), ofClean, ofNoisy };
}

/** What the terms of one row are computed from; each `[C · H · W]`. */
export interface BoundRow {
  /** z */
  latent: Float32Array;
  /** x_t */
  noisy: Float32Array;
  /** The model's answer in its native target. */
  prediction: Float32Array;
  /** The learned v of every number. */
  width: Float32Array;
}

/**
 * The terms of one trial. Equals `mean_flat(normal_kl(...)) / log 2` and `-mean_flat(discretized_gaussian_log_likelihood
 * (...)) / log 2` of DiT's `diffusion`, which `eval_prob_dit.py --save_vb` of Li et al. stores, computed in float64: in
 * float32, as there, the likelihood of a number far from the mean is rounding noise.
 */
export function boundTerms(
  { schedule, steps }: { schedule: NoiseSchedule; steps: ReverseSteps },
  timestep: number,
  { latent, noisy, prediction, width }: BoundRow,
): BoundTerms {
  const clean = new Float32Array(latent.length);
  cleanEstimate(schedule, timestep, { noisy, prediction, out: clean });
  const [lower, upper] = [steps.logLower[timestep]!, steps.logUpper[timestep]!];
  const [ofClean, ofNoisy] = [steps.ofClean[timestep]!, steps.ofNoisy[timestep]!];
  let kl = 0;
  let likelihood = 0;
  for (let i = 0; i < latent.length; i++) {
    const share = (width[i]! + 1) / 2;
    const logVariance = share * upper + (1 - share) * lower;
    const mean = ofClean * clean[i]! + ofNoisy * noisy[i]!;
    const difference = ofClean * (latent[i]! - clean[i]!); // of the two means: x_t's share is the same
    kl +=
      0.5 *
      (logVariance - lower - 1 + Math.exp(lower - logVariance) + difference ** 2 * Math.exp(-logVariance));
    likelihood += logLikelihood(latent[i]!, mean, 0.5 * logVariance);
  }
  return { kl: kl / latent.length / Math.LN2, nll: -likelihood / latent.length / Math.LN2 };
}

/** Half a bin of 8-bit pixels in [−1, 1]; the reference reads latents so as well. */
const HALF_BIN = 1 / 255;
const EDGE = 0.999;
const LEAST = 1e-12;

/** `discretized_gaussian_log_likelihood` of one number. */
function logLikelihood(x: number, mean: number, logScale: number): number {
  const inverse = Math.exp(-logScale);
  const above = normalCdf(inverse * (x - mean + HALF_BIN));
  if (x < -EDGE) return Math.log(Math.max(above, LEAST));
  const below = normalCdf(inverse * (x - mean - HALF_BIN));
  return Math.log(Math.max(x > EDGE ? 1 - below : above - below, LEAST));
}

/** The reference's `approx_standard_normal_cdf`; the exact one would give other numbers than it. */
function normalCdf(x: number): number {
  return 0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}
