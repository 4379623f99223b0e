import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { noiseSchedule, scheduleSchema } from '../../src/diffusion/noise-schedule.ts';
import { addNoise, predictionTarget, timestepInput } from '../../src/diffusion/prediction-target.ts';

interface Golden {
  scheduler_config: Record<string, unknown> & { num_train_timesteps: number };
  image_seq_len: number;
  indices: number[];
  sigmas: number[];
  timesteps: number[];
}

const file = new URL('../../fixtures/golden/schedules/schedules.json', import.meta.url);
const { flows }: { flows: Golden[] } = JSON.parse(readFileSync(file, 'utf8'));

/** Relative: a few roundings of float32. */
const TOLERANCE = 2 ** -21;

const scheduleOf = ({
  scheduler_config,
  image_seq_len,
}: Pick<Golden, 'scheduler_config' | 'image_seq_len'>) =>
  noiseSchedule(scheduleSchema.parse({ ...scheduler_config, image_seq_len }));

describe('flow matching equals diffusers', () => {
  test.each(flows)('$scheduler_config for $image_seq_len patches', (golden) => {
    const schedule = scheduleOf(golden);
    expect([schedule.prediction, schedule.timesteps]).toEqual([
      'flow',
      golden.scheduler_config.num_train_timesteps,
    ]);
    expect(schedule.sigmas).toHaveLength(schedule.timesteps);
    for (const [k, t] of golden.indices.entries()) {
      const [sigma, timestep] = [golden.sigmas[k]!, golden.timesteps[k]!];
      expect(Math.abs(schedule.sigmas![t]! / sigma - 1), `sigma at ${t}`).toBeLessThanOrEqual(TOLERANCE);
      expect(Math.abs(timestepInput(schedule, t) / timestep - 1), `time at ${t}`).toBeLessThanOrEqual(
        TOLERANCE,
      );
    }
    expect(schedule.sigmas!.at(-1)).toBe(1);
  });

  test('the latent fades into the noise, and the target leads from one to the other', () => {
    const schedule = scheduleOf(flows[1]!);
    const given = { latent: Float32Array.of(1, -2, 3), noise: Float32Array.of(0.5, 0.25, -1) };
    const out = new Float32Array(3);
    addNoise(schedule, schedule.timesteps - 1, { ...given, out });
    expect(out).toEqual(given.noise);
    const target = predictionTarget(schedule, 400, given);
    expect([...target]).toEqual([-0.5, 2.25, -4]);
    addNoise(schedule, 400, { ...given, out });
    const sigma = schedule.sigmas![400]!;
    for (const [k, x] of out.entries()) {
      expect(x - sigma * target[k]!).toBeCloseTo(given.latent[k]!, 5);
      expect(x + (1 - sigma) * target[k]!).toBeCloseTo(given.noise[k]!, 5);
    }
  });

  test('other timesteps are told to the model as they are', () => {
    expect(timestepInput(noiseSchedule(scheduleSchema.parse({})), 417)).toBe(417);
  });

  test('inverted sigmas are refused by name', () => {
    const { issues } = scheduleSchema.safeParse({
      _class_name: 'FlowMatchEulerDiscreteScheduler',
      invert_sigmas: true,
    }).error!;
    expect(issues.map(({ path }) => path)).toEqual([['invert_sigmas']]);
  });
});
