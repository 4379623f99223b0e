import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { noiseSchedule, scheduleSchema } from '../../src/diffusion/noise-schedule.ts';
import { ModelFileError } from '../../src/errors.ts';

interface Golden {
  scheduler_config: Record<string, unknown> & { beta_schedule?: string; num_train_timesteps: number };
  indices: number[];
  alphas_cumprod: number[];
}

const file = new URL('../../fixtures/golden/schedules/schedules.json', import.meta.url);
const { schedules }: { schedules: Golden[] } = JSON.parse(readFileSync(file, 'utf8'));
const isSupported = ({ scheduler_config }: Golden) => scheduleSchema.safeParse(scheduler_config).success;
const supported = schedules.filter(isSupported);
const refused = schedules.filter((golden) => !isSupported(golden));
const name = ({ scheduler_config: { _class_name, ...config } }: Golden) =>
  JSON.stringify({ ...config, trained_betas: config.trained_betas && 'given' });

/** Relative to ᾱ: two units in the last place of a float32. Of all cases, most are equal bit for bit. */
const TOLERANCE = 2 ** -22;
/** Where betas are rescaled, PyTorch itself differs by so much from one CPU to another, or by 4e-7. */
const RESCALED_TOLERANCE = 2 ** -19;

describe('noiseSchedule equals diffusers', () => {
  test.each(supported.map((golden) => [name(golden), golden] as const))('%s', (_, golden) => {
    const { alphasCumprod, timesteps } = noiseSchedule(scheduleSchema.parse(golden.scheduler_config));
    expect(timesteps).toBe(golden.scheduler_config.num_train_timesteps);
    expect(alphasCumprod).toHaveLength(timesteps);
    const rescaled = golden.scheduler_config.rescale_betas_zero_snr === true;
    for (const [k, t] of golden.indices.entries()) {
      const wanted = golden.alphas_cumprod[k]!;
      const error = Math.abs(alphasCumprod[t]! - Math.fround(wanted));
      expect(error, `t = ${t}: ${alphasCumprod[t]} for ${wanted}`).toBeLessThanOrEqual(
        rescaled ? Math.max(wanted * RESCALED_TOLERANCE, 4e-7) : wanted * TOLERANCE,
      );
    }
  });

  test('Stable Diffusion’s own schedule bit for bit', () => {
    const [golden] = supported.filter(
      ({ scheduler_config: config }) =>
        config.beta_schedule === 'scaled_linear' &&
        config.num_train_timesteps === 1000 &&
        !config.rescale_betas_zero_snr,
    );
    const { alphasCumprod } = noiseSchedule(scheduleSchema.parse(golden!.scheduler_config));
    expect(golden!.indices.map((t) => alphasCumprod[t])).toEqual(golden!.alphas_cumprod.map(Math.fround));
  });

  test('all but the two rare beta schedules are supported', () => {
    expect(new Set(refused.map((golden) => golden.scheduler_config.beta_schedule))).toEqual(
      new Set(['sigmoid', 'laplace']),
    );
  });
});

describe('scheduler_config.json', () => {
  test.each(refused.map((golden) => [name(golden), golden] as const))(
    '%s is refused by name',
    (_, golden) => {
      const { issues } = scheduleSchema.safeParse(golden.scheduler_config).error!;
      expect(issues.map((issue) => issue.path.join('.'))).toEqual(['beta_schedule']);
      expect(issues[0]!.message).toContain('scaled_linear');
    },
  );

  test('an empty file means DDPM with diffusers’ defaults', () => {
    const { timesteps, prediction, alphasCumprod } = noiseSchedule(scheduleSchema.parse({}));
    expect([timesteps, prediction]).toEqual([1000, 'epsilon']);
    expect(alphasCumprod[0]).toBeCloseTo(1 - 0.0001, 7);
  });

  test.each(['CMStochasticIterativeConsistencyScheduler', 'EDMEulerScheduler'])(
    '%s is refused: another process',
    (_class_name) => {
      expect(scheduleSchema.safeParse({ _class_name }).error?.issues[0]?.message).toMatch(
        /another forward process/,
      );
      expect(scheduleSchema.safeParse({ _class_name: 'EulerDiscreteScheduler' }).success).toBe(true);
    },
  );

  test('an unknown prediction type is refused', () => {
    expect(scheduleSchema.safeParse({ prediction_type: 'flow_prediction' }).success).toBe(false);
  });

  test('trained_betas must be as many as the timesteps', () => {
    const config = scheduleSchema.parse({ trained_betas: [0.1, 0.2], num_train_timesteps: 3 });
    expect(() => noiseSchedule(config)).toThrow(ModelFileError);
    expect(() => noiseSchedule(config)).toThrow(/trained_betas.*expected 3 values, got 2/);
  });

  test('trained_betas come before a beta schedule', () => {
    const config = scheduleSchema.parse({ trained_betas: [0.5, 0.5], num_train_timesteps: 2 });
    expect([...noiseSchedule(config).alphasCumprod]).toEqual([0.5, 0.25]);
  });
});

test('signal only falls, and ends at nothing where rescaled to zero signal-to-noise', () => {
  for (const rescale_betas_zero_snr of [false, true]) {
    const { alphasCumprod } = noiseSchedule(scheduleSchema.parse({ rescale_betas_zero_snr }));
    expect(alphasCumprod.every((bar, t) => t === 0 || bar <= alphasCumprod[t - 1]!)).toBe(true);
    if (rescale_betas_zero_snr) expect(alphasCumprod.at(-1)).toBe(0);
    else expect(alphasCumprod.at(-1)).toBeGreaterThan(1e-5);
  }
});
