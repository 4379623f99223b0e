import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lossOf } from '../../src/diffusion/denoising-error.ts';
import { noiseSchedule } from '../../src/diffusion/noise-schedule.ts';
import { addNoise } from '../../src/diffusion/prediction-target.ts';
import { boundTerms, reverseSteps } from '../../src/diffusion/variational-bound.ts';

interface Term {
  timestep: number;
  mse: number;
  kl: number;
  nll: number;
  latent: number[];
  noise: number[];
  noiseHat: number[];
  width: number[];
}

const { terms } = JSON.parse(
  readFileSync(new URL('../../fixtures/golden/bound/bound.json', import.meta.url), 'utf8'),
) as { terms: Term[] };
const config = {
  num_train_timesteps: 1000,
  beta_start: 0.0001,
  beta_end: 0.02,
  beta_schedule: 'linear',
  rescale_betas_zero_snr: false,
  prediction_type: 'epsilon',
} as const;
const schedule = noiseSchedule(config);
const steps = reverseSteps(config);

describe("the parts of the variational bound equal the PyTorch port of DiT's", () => {
  it.each(terms)('at timestep $timestep', (term) => {
    const latent = Float32Array.from(term.latent);
    const noisy = new Float32Array(latent.length);
    addNoise(schedule, term.timestep, { latent, noise: Float32Array.from(term.noise), out: noisy });
    const prediction = Float32Array.from(term.noiseHat);
    const width = Float32Array.from(term.width);
    const { kl, nll } = boundTerms({ schedule, steps }, term.timestep, { latent, noisy, prediction, width });
    expect(Math.abs(kl - term.kl)).toBeLessThan(1e-4 * Math.max(Math.abs(term.kl), 0.01));
    expect(Math.abs(nll - term.nll)).toBeLessThan(1e-4 * Math.abs(term.nll));
  });
});

describe('the loss vlb', () => {
  const errors = { mse: 4, mae: 1, huber: 2, kl: 0.25, nll: 8 };
  const elements = 16;

  it('is the divergence at every timestep but 0, and there the likelihood', () => {
    expect(lossOf(errors, 'vlb', { timestep: 1, elements })).toBe(0.25);
    expect(lossOf(errors, 'vlb', { timestep: 0, elements })).toBe(8);
    expect(lossOf(errors, 'mse+vlb', { timestep: 1, elements })).toBe(4.25);
  });

  it('is no number where a model has no such parts', () => {
    expect(lossOf({ mse: 4, mae: 1, huber: 2 }, 'vlb', { timestep: 1, elements })).toBeNaN();
    expect(lossOf({ mse: 4, mae: 1, huber: 2 }, 'l2norm', { timestep: 1, elements })).toBe(8);
  });
});
