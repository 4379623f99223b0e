import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type NoiseSchedule, noiseSchedule, scheduleSchema } from '../../src/diffusion/noise-schedule.ts';
import { UsageError } from '../../src/errors.ts';
import { errorFactor } from '../../src/scoring/error-space.ts';

type Prediction = Exclude<NoiseSchedule['prediction'], 'flow'>;
const PREDICTIONS = ['epsilon', 'v_prediction', 'sample'] as const;

const scheduleOf = (prediction_type: Prediction, rescale_betas_zero_snr = false) =>
  noiseSchedule(
    scheduleSchema.parse({
      beta_schedule: 'scaled_linear',
      beta_start: 0.00085,
      beta_end: 0.012,
      prediction_type,
      rescale_betas_zero_snr,
    }),
  );

/** Mean squared and mean absolute difference. */
function errors(a: readonly number[], b: readonly number[]): { mse: number; mae: number } {
  const differences = a.map((value, k) => value - b[k]!);
  const mean = (values: number[]) => values.reduce((x, y) => x + y, 0) / values.length;
  return { mse: mean(differences.map((d) => d * d)), mae: mean(differences.map(Math.abs)) };
}

/** What a prediction says of ε and of z, given the noisy latent x_t = signal · z + spread · ε. */
function implied(prediction: Prediction, answer: readonly number[], noisy: readonly number[], bar: number) {
  const [signal, spread] = [Math.sqrt(bar), Math.sqrt(1 - bar)];
  const each = (rule: (answer: number, x: number) => number) =>
    answer.map((value, k) => rule(value, noisy[k]!));
  switch (prediction) {
    case 'epsilon':
      return { epsilon: [...answer], x0: each((e, x) => (x - spread * e) / signal) };
    case 'sample':
      return { epsilon: each((z, x) => (x - signal * z) / spread), x0: [...answer] };
    case 'v_prediction':
      return {
        epsilon: each((v, x) => signal * v + spread * x),
        x0: each((v, x) => signal * x - spread * v),
      };
  }
}

/** The true answer of each target. */
function truth(
  prediction: Prediction,
  latent: readonly number[],
  noise: readonly number[],
  bar: number,
): number[] {
  if (prediction === 'epsilon') return [...noise];
  if (prediction === 'sample') return [...latent];
  return noise.map((e, k) => Math.sqrt(bar) * e - Math.sqrt(1 - bar) * latent[k]!);
}

const tensor = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 6, maxLength: 6 });

describe.each(PREDICTIONS)('errors of a model that predicts %s', (prediction) => {
  const schedule = scheduleOf(prediction);

  test.each(['epsilon', 'x0'] as const)('as errors of %s equal those computed directly', (space) => {
    fc.assert(
      fc.property(tensor, tensor, tensor, fc.nat(999), (latent, noise, answer, timestep) => {
        const bar = schedule.alphasCumprod[timestep]!;
        const noisy = latent.map((z, k) => Math.sqrt(bar) * z + Math.sqrt(1 - bar) * noise[k]!);
        const native = errors(answer, truth(prediction, latent, noise, bar));
        const direct = errors(
          implied(prediction, answer, noisy, bar)[space],
          space === 'epsilon' ? noise : latent,
        );
        for (const loss of ['mse', 'mae'] as const) {
          const converted = native[loss] * errorFactor(schedule, space, loss)(timestep);
          // Undoing the noise in float64 loses some 1e-16 / ᾱ, which is 0.0047 at the last timestep.
          expect(Math.abs(converted - direct[loss])).toBeLessThanOrEqual(1e-9 * direct[loss] + 1e-11);
        }
      }),
    );
  });

  test('stay as they are in the native space, whatever the loss', () => {
    for (const loss of ['mse', 'mae', 'huber'] as const) {
      expect([0, 500, 999].map(errorFactor(schedule, 'native', loss))).toEqual([1, 1, 1]);
    }
  });

  test.each(['epsilon', 'x0'] as const)('Huber cannot be converted to %s', (space) => {
    expect(() => errorFactor(schedule, space, 'huber')).toThrow(UsageError);
    expect(() => errorFactor(schedule, space, 'huber')).toThrow(`--loss huber --error-space ${space}`);
  });
});

test('at the last timestep an error of v counts for little in ε: a factor of 1 / ᾱ', () => {
  const schedule = scheduleOf('v_prediction');
  expect(1 / errorFactor(schedule, 'epsilon', 'mse')(999)).toBeCloseTo(1 / schedule.alphasCumprod[999]!, 9);
  expect(Math.round(1 / errorFactor(schedule, 'epsilon', 'mse')(999))).toBe(215);
});

describe('where the last latent is noise alone (zero terminal SNR)', () => {
  const factor = (prediction: Prediction, space: 'epsilon' | 'x0', loss: 'mse' | 'mae' = 'mse') =>
    errorFactor(scheduleOf(prediction, true), space, loss);

  test('the schedule ends at 0', () => expect(scheduleOf('epsilon', true).alphasCumprod[999]).toBe(0));

  test.each([
    ['epsilon', 'epsilon', 1],
    ['v_prediction', 'epsilon', 0],
    ['sample', 'epsilon', 0],
    ['v_prediction', 'x0', 1],
    ['sample', 'x0', 1],
  ] as const)('an error of %s in %s counts %i', (prediction, space, value) => {
    expect(factor(prediction, space)(999)).toBe(value);
    expect(factor(prediction, space, 'mae')(999)).toBe(value);
  });

  test.each(['mse', 'mae'] as const)(
    'one of ε says nothing of z: refused, naming the timestep (%s)',
    (loss) => {
      const toLatent = factor('epsilon', 'x0', loss);
      expect(() => toLatent(999)).toThrow(UsageError);
      expect(() => toLatent(999)).toThrow(/timestep 999 says nothing of x0.*--error-space x0/);
      expect(toLatent(998)).toBeGreaterThan(1);
    },
  );
});

test('where a latent has no noise, an error of z says nothing of ε', () => {
  const schedule: NoiseSchedule = {
    timesteps: 2,
    alphasCumprod: Float32Array.of(1, 0.5),
    prediction: 'sample',
  };
  const toNoise = errorFactor(schedule, 'epsilon', 'mse');
  expect(() => toNoise(0)).toThrow(UsageError);
  expect(() => toNoise(0)).toThrow(/timestep 0 says nothing of epsilon/);
  expect(toNoise(1)).toBe(1);
  expect(errorFactor(schedule, 'x0', 'mse')(0)).toBe(1);
  expect(errorFactor({ ...schedule, prediction: 'epsilon' }, 'x0', 'mse')(0)).toBe(0);
});

test('of a flow, an error of the velocity is worth 1 − σ of it in ε and σ of it in z', () => {
  const schedule = noiseSchedule(
    scheduleSchema.parse({ _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 3 }),
  );
  for (const t of [0, 333, 999]) {
    const sigma = schedule.sigmas![t]!;
    // x_σ is known, so z = x − σ u and ε = x + (1 − σ) u: an error of u moves them by so much.
    expect(errorFactor(schedule, 'epsilon', 'mse')(t)).toBeCloseTo((1 - sigma) ** 2, 12);
    expect(errorFactor(schedule, 'epsilon', 'mae')(t)).toBeCloseTo(1 - sigma, 12);
    expect(errorFactor(schedule, 'x0', 'mse')(t)).toBeCloseTo(sigma ** 2, 12);
    expect(errorFactor(schedule, 'native', 'huber')(t)).toBe(1);
  }
});
