/** Schedules and steps against diffusers' schedulers; fixtures/golden/sampling/make_sampling.py writes what they must equal. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { flowSigmas, type SigmaSource } from '../../src/diffusion/flow-sigmas.ts';
import { scheduleSchema } from '../../src/diffusion/noise-schedule.ts';
import { samplingSteps } from '../../src/diffusion/sample.ts';
import { samplerOf, samplingSchema } from '../../src/diffusion/sampling-config.ts';
import { ddimTimesteps, lcmTimesteps } from '../../src/diffusion/sampling-timesteps.ts';
import { UsageError } from '../../src/errors.ts';

interface Golden {
  times: {
    sampler: 'ddim' | 'lcm';
    spacing?: string;
    total: number;
    steps: number;
    offset?: number;
    count: number;
    first: number[];
    last: number[];
  }[];
  sigmas: { config: Record<string, unknown>; source: SigmaSource; steps: number; sigmas: number[] }[];
  steps: {
    config: Record<string, unknown>;
    eta: number;
    steps: number;
    timestep: number;
    x: number[];
    prediction: number[];
    noise: number[];
    after: number[];
  }[];
}

const { schedules } = JSON.parse(
  readFileSync(new URL('../../fixtures/golden/sampling/sampling.json', import.meta.url), 'utf8'),
) as { schedules: Golden };

function close(got: ArrayLike<number>, wanted: readonly number[], tolerance: number, where: string): void {
  expect(got.length, where).toBe(wanted.length);
  for (const [k, value] of wanted.entries())
    expect(Math.abs(got[k]! - value), `${where}, value ${k}`).toBeLessThanOrEqual(tolerance);
}

const request = { steps: 10, eta: 0, sigmas: 'scheduler' } as const;

describe('timesteps', () => {
  test.each(
    schedules.times.map(
      (row) => [`${row.sampler} ${row.spacing ?? ''} ${row.steps}/${row.total}`, row] as const,
    ),
  )('%s are those of diffusers', (_, { sampler, spacing, total, steps, offset, count, first, last }) => {
    const config = samplingSchema.parse({ timestep_spacing: spacing, steps_offset: offset });
    const times =
      sampler === 'lcm' ? lcmTimesteps(config, total, steps) : ddimTimesteps(config, total, steps);
    expect(times.length).toBe(count);
    expect(times.slice(0, 12)).toEqual(first);
    expect(times.slice(-12)).toEqual(last);
  });

  test('more steps than there are timesteps are refused', () => {
    const config = samplingSchema.parse({});
    expect(() => ddimTimesteps(config, 60, 61)).toThrow(UsageError);
    expect(() => lcmTimesteps(config, 1000, 51)).toThrow(/with so many steps.*expected 1 to 50, got 51/);
  });

  test('an offset that leads beyond the schedule is refused', () => {
    const config = samplingSchema.parse({ steps_offset: 1 });
    expect(() => ddimTimesteps(config, 1000, 1000)).toThrow(/1000 steps do not fit the schedule/);
  });
});

describe('flow sigmas', () => {
  test.each(
    schedules.sigmas.map((row) => [`${JSON.stringify(row.config)} ${row.source} ${row.steps}`, row] as const),
  )('%s', (where, { config, source, steps, sigmas }) => {
    const raw = { _class_name: 'FlowMatchEulerDiscreteScheduler', ...config };
    const schedule = scheduleSchema.parse(raw);
    const own = samplingSchema.parse(raw);
    const got = flowSigmas({ ...own, ...schedule } as Parameters<typeof flowSigmas>[0], steps, source);
    close(got, sigmas, 1e-6, where);
  });
});

describe('steps of DDIM', () => {
  test.each(
    schedules.steps.map(
      (row) => [`${row.config.prediction_type} eta ${row.eta} at ${row.timestep}`, row] as const,
    ),
  )('%s', (where, { config, eta, steps, timestep, x, prediction, noise, after }) => {
    const raw = { _class_name: 'DDIMScheduler', ...config };
    const sampler = samplingSteps(scheduleSchema.parse(raw), samplingSchema.parse(raw), {
      ...request,
      steps,
      eta,
    });
    const step = sampler.steps.find(({ told }) => told === timestep)!;
    expect(step.takesNoise).toBe(eta > 0);
    const sample = Float32Array.from(x);
    step.advance(sample, Float32Array.from(prediction), eta > 0 ? Float32Array.from(noise) : undefined);
    close(sample, after, 2e-5, where);
  });
});

describe('which sampler', () => {
  const named = (name: string, more: object = {}) => samplingSchema.parse({ _class_name: name, ...more });

  test('flows and LCM have their own, all others DDIM', () => {
    expect(samplerOf(named('FlowMatchEulerDiscreteScheduler'))).toBe('flow-euler');
    expect(samplerOf(named('LCMScheduler'))).toBe('lcm');
    for (const name of ['PNDMScheduler', 'EulerDiscreteScheduler', 'DDIMScheduler', 'DDPMScheduler'])
      expect(samplerOf(named(name))).toBe('ddim');
  });

  test('what cannot be sampled is refused, not sampled otherwise', () => {
    const flow = { _class_name: 'FlowMatchEulerDiscreteScheduler', use_karras_sigmas: true };
    expect(samplingSchema.safeParse(flow).error?.issues[0]?.path).toEqual(['use_karras_sigmas']);
    expect(samplingSchema.safeParse({ thresholding: true }).success).toBe(false);
    // DDIM stands in for Euler, whose own sigmas mean nothing to it.
    expect(named('EulerDiscreteScheduler', { use_karras_sigmas: true }).use_karras_sigmas).toBe(true);
  });

  test('eta is DDIM’s alone', () => {
    const raw = { _class_name: 'FlowMatchEulerDiscreteScheduler' };
    expect(() =>
      samplingSteps(scheduleSchema.parse(raw), samplingSchema.parse(raw), { ...request, eta: 0.5 }),
    ).toThrow(/only DDIM draws noise anew/);
  });

  test('an ε model cannot begin where there is nothing but noise', () => {
    const raw = {
      _class_name: 'DDIMScheduler',
      rescale_betas_zero_snr: true,
      timestep_spacing: 'trailing',
      prediction_type: 'epsilon',
    };
    expect(() => samplingSteps(scheduleSchema.parse(raw), samplingSchema.parse(raw), request)).toThrow(
      /all noise at timestep 999/,
    );
  });
});
