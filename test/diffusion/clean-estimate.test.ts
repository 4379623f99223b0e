import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cleanEstimate } from '../../src/diffusion/clean-estimate.ts';
import { type NoiseSchedule, noiseSchedule, scheduleSchema } from '../../src/diffusion/noise-schedule.ts';
import { addNoise, predictionTarget } from '../../src/diffusion/prediction-target.ts';
import { UsageError } from '../../src/errors.ts';

interface Formula {
  prediction: NoiseSchedule['prediction'];
  timestep: number;
  noisy: number[];
  output: number[];
  clean: number[];
}

const file = new URL('../../fixtures/golden/reconstruction/reconstruction.json', import.meta.url);
const { formulas }: { formulas: Formula[] } = JSON.parse(readFileSync(file, 'utf8'));

const scheduleOf = (prediction: NoiseSchedule['prediction'], zeroSnr = false) =>
  noiseSchedule(
    scheduleSchema.parse({
      beta_start: 0.00085,
      beta_end: 0.012,
      beta_schedule: 'scaled_linear',
      prediction_type: prediction,
      rescale_betas_zero_snr: zeroSnr,
    }),
  );

describe('the clean estimate', () => {
  test('golden values cover every prediction type', () => {
    expect([...new Set(formulas.map(({ prediction }) => prediction))]).toEqual([
      'epsilon',
      'v_prediction',
      'sample',
    ]);
  });

  test.each(formulas)('equals pred_original_sample of diffusers: $prediction at $timestep', (row) => {
    const out = new Float32Array(row.noisy.length);
    const noisy = Float32Array.from(row.noisy);
    cleanEstimate(scheduleOf(row.prediction), row.timestep, {
      noisy,
      prediction: Float32Array.from(row.output),
      out,
    });
    for (const [k, value] of row.clean.entries()) {
      expect(Math.abs(out[k]! - value)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(value)));
    }
  });

  test.each(['epsilon', 'v_prediction', 'sample'] as const)('gives the latent back for a perfect %s', (p) => {
    const schedule = scheduleOf(p);
    const latent = Float32Array.from([-1.5, 0, 0.25, 2]);
    const noise = Float32Array.from([0.3, -1, 2, 0]);
    const noisy = new Float32Array(4);
    addNoise(schedule, 600, { latent, noise, out: noisy });
    const prediction = predictionTarget(schedule, 600, { latent, noise });
    const out = new Float32Array(4);
    cleanEstimate(schedule, 600, { noisy, prediction, out });
    for (const k of latent.keys()) expect(out[k]).toBeCloseTo(latent[k]!, 5);
  });

  test('is refused for ε where the latent is all noise, and defined there for v', () => {
    const parts = { noisy: new Float32Array(2), prediction: new Float32Array(2), out: new Float32Array(2) };
    expect(() => cleanEstimate(scheduleOf('epsilon', true), 999, parts)).toThrow(UsageError);
    expect(() => cleanEstimate(scheduleOf('v_prediction', true), 999, parts)).not.toThrow();
  });
});
