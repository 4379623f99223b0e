import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { noiseSchedule, scheduleSchema } from '../../src/diffusion/noise-schedule.ts';
import { addNoise, predictionTarget } from '../../src/diffusion/prediction-target.ts';

interface Golden {
  scheduler_config: Record<string, unknown> & { beta_schedule: string; rescale_betas_zero_snr?: boolean };
  latent: number[];
  noise: number[];
  by_timestep: { timestep: number; noised: number[]; velocity: number[] }[];
}

const file = new URL('../../fixtures/golden/schedules/schedules.json', import.meta.url);
const { targets }: { targets: Golden[] } = JSON.parse(readFileSync(file, 'utf8'));

/** Absolute, for values below 4: a few float32 roundings of the coefficients and of the sum. */
const TOLERANCE = 1e-6;

function expectClose(got: Float32Array, wanted: readonly number[]): void {
  expect(got).toHaveLength(wanted.length);
  for (const [k, value] of wanted.entries()) {
    expect(Math.abs(got[k]! - value), `${got[k]} for ${value}`).toBeLessThanOrEqual(TOLERANCE);
  }
}

describe.each(targets)('$scheduler_config', ({ scheduler_config, latent, noise, by_timestep }) => {
  const config = { ...scheduler_config, prediction_type: 'v_prediction' };
  const schedule = noiseSchedule(scheduleSchema.parse(config));
  const given = { latent: Float32Array.from(latent), noise: Float32Array.from(noise) };

  test.each(by_timestep)('t = $timestep: add_noise and get_velocity', ({ timestep, noised, velocity }) => {
    const out = new Float32Array(latent.length);
    addNoise(schedule, timestep, { ...given, out });
    expectClose(out, noised);
    expectClose(predictionTarget(schedule, timestep, given), velocity);
  });
});

describe('predictionTarget', () => {
  const given = { latent: Float32Array.of(1, -2, 3), noise: Float32Array.of(0.5, 0.25, -1) };
  const scheduleOf = (prediction_type: string) => noiseSchedule(scheduleSchema.parse({ prediction_type }));

  test('is the noise for epsilon, the latent for sample', () => {
    expect([...predictionTarget(scheduleOf('epsilon'), 500, given)]).toEqual([...given.noise]);
    expect([...predictionTarget(scheduleOf('sample'), 500, given)]).toEqual([...given.latent]);
  });

  test('v and the noisy latent give the latent and the noise back', () => {
    const schedule = scheduleOf('v_prediction');
    const noisy = new Float32Array(3);
    addNoise(schedule, 400, { ...given, out: noisy });
    const v = predictionTarget(schedule, 400, given);
    const [signal, spread] = [
      Math.sqrt(schedule.alphasCumprod[400]!),
      Math.sqrt(1 - schedule.alphasCumprod[400]!),
    ];
    expectClose(
      v.map((value, k) => signal * noisy[k]! - spread * value),
      [...given.latent],
    );
    expectClose(
      v.map((value, k) => spread * noisy[k]! + signal * value),
      [...given.noise],
    );
  });

  test('leaves what it was given alone', () => {
    predictionTarget(scheduleOf('v_prediction'), 400, given);
    expect([...given.latent, ...given.noise]).toEqual([1, -2, 3, 0.5, 0.25, -1]);
  });
});
