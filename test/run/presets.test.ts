/** What presets stand for, and the pieces that they need: draws from the posterior, un-squared norms. */

import { expect, test } from 'vitest';
import { NoiseBank } from '../../src/diffusion/noise-bank.ts';
import { noiseSchedule, scheduleSchema } from '../../src/diffusion/noise-schedule.ts';
import { ModelFileError, UsageError } from '../../src/errors.ts';
import { posteriorDraw } from '../../src/models/posterior.ts';
import { TrialStore } from '../../src/results/trial-store.ts';
import { PRESET_NAMES, PRESETS } from '../../src/run/presets.ts';
import { applyRule } from '../../src/scoring/apply-rule.ts';
import { latentNoise } from '../../src/scoring/latent-draw.ts';
import { makePlan, parseTimesteps } from '../../src/scoring/plan.ts';
import type { RuleReads } from '../../src/scoring/stop-rule.ts';
import type { Subject } from '../../src/scoring/subject.ts';
import { readingOf } from '../../src/scoring/weighting.ts';

const epsilon = noiseSchedule(scheduleSchema.parse({ prediction_type: 'epsilon' }));
const velocity = noiseSchedule(scheduleSchema.parse({ prediction_type: 'v_prediction' }));
const flow = noiseSchedule(
  scheduleSchema.parse({ _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 3 }),
);

test('every preset’s grid lies in 1000 timesteps and its errors can be read from every kind of model', () => {
  const counts = { li2023: 1000, krojer2023: 245, clark2023: 1000, jeong2025: 30 };
  for (const name of PRESET_NAMES) {
    const { timesteps, loss, errorSpace, weighting } = PRESETS[name].settings;
    const grid = parseTimesteps(timesteps, 1000);
    expect(grid).toHaveLength(counts[name]);
    for (const schedule of [epsilon, velocity, flow]) {
      const { factor } = readingOf(schedule, { loss, errorSpace, weighting });
      for (const t of grid) expect(factor(t)).toBeGreaterThanOrEqual(0);
    }
  }
  expect(parseTimesteps(PRESETS.krojer2023.settings.timesteps, 1000).at(-1)).toBe(986);
  expect(parseTimesteps(PRESETS.jeong2025.settings.timesteps, 1000).at(-1)).toBe(989);
});

test('a shorter schedule than the preset’s is refused with a sentence', () => {
  expect(() => parseTimesteps(PRESETS.krojer2023.settings.timesteps, 500)).toThrow(UsageError);
});

test('the noises of li2023 are the first rows of its file of 1024', () => {
  const shape = [4, 8, 8] as const;
  const file = new NoiseBank({ seed: 42, count: 1024, shape });
  const bank = new NoiseBank({ seed: 42, count: 1000, shape });
  for (const k of [0, 1, 500, 999]) expect(bank.get(k)).toEqual(file.get(k));
});

test('a draw is mean + exp(½ logvar) · ε, with the log-variance held within −30 and 20', () => {
  const parameters = Float32Array.of(1, -2, 3, 4, Math.log(4), 0, -1000, 1000);
  const got = posteriorDraw(parameters, Float32Array.of(0.5, 2, 1, 1), 'model.onnx');
  expect([...got.subarray(0, 2)]).toEqual([2, 0]);
  expect(got[2]).toBeCloseTo(3 + Math.exp(-15), 6);
  expect(got[3]! / Math.exp(10)).toBeCloseTo(1 + 4 / Math.exp(10), 6);
});

test('an encoder that gives a single latent has nothing to draw from, and says so', () => {
  const draw = () => posteriorDraw(new Float32Array(4), new Float32Array(4), 'model.onnx');
  expect(draw).toThrow(ModelFileError);
  expect(draw).toThrow(/no posterior to draw from: model\.onnx.*Use --latent mean/);
});

test('an image’s draw depends on its pixels, its size and the seed, and on nothing else', () => {
  const image = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
  const shape = [4, 2, 2] as const;
  const drawn = latentNoise(0, image, shape);
  expect(drawn).toHaveLength(16);
  expect(latentNoise(0, { ...image, data: image.data.slice() }, shape)).toEqual(drawn);
  for (const other of [
    latentNoise(1, image, shape),
    latentNoise(0, { ...image, width: 1, height: 2 }, shape),
    latentNoise(0, { ...image, data: Uint8Array.of(1, 2, 3, 4, 5, 7) }, shape),
  ])
    expect(other).not.toEqual(drawn);
});

test('l2norm is √(mse · C · H · W) of every trial, before any mean; a store says what it cannot know', () => {
  const plan = makePlan({ timesteps: [100, 900], repeats: 1, seed: 0 });
  const examples = [{ id: 'a', images: [{ path: 'a.png' }], captions: ['x'], truth: [], tags: [] }];
  const store = new TrialStore({ examples, plan, uncond: 'never', elements: 256 });
  const blind = new TrialStore({ examples, plan, uncond: 'never' });
  for (const [trial, mse] of [0.25, 4].entries()) {
    const row = { pair: { image: 0, caption: 0 }, trial, values: [mse, 0.1, 0.1] };
    store.put(0, 0, row);
    blind.put(0, 0, row);
  }
  expect([...store.errors(0, 'l2norm').pairs[0]![0]!]).toEqual([8, 32]);
  expect([...store.errors(0, 'mse').pairs[0]![0]!]).toEqual([0.25, 4]);
  expect(() => blind.errors(0, 'l2norm')).toThrow('size of the latents');
});

test('an un-squared norm goes to another error space by the root of the factor', () => {
  const squared = readingOf(velocity, { loss: 'mse', errorSpace: 'epsilon' });
  const norm = readingOf(velocity, { loss: 'l2norm', errorSpace: 'epsilon' });
  for (const t of [0, 500, 999]) expect(norm.factor(t) ** 2).toBeCloseTo(squared.factor(t), 12);
});

test('under Stable Diffusion’s schedule clark2023 weighs errors of ε as docs/reproduce.md says', () => {
  const schedule = noiseSchedule(
    scheduleSchema.parse({ beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012 }),
  );
  const { loss, errorSpace, weighting } = PRESETS.clark2023.settings;
  const { factor } = readingOf(schedule, { loss, errorSpace, weighting });
  const weights = [20, 100, 500, 900].map((t) => factor(t).toFixed(3));
  expect(weights).toEqual(['0.017', '0.059', '0.079', '0.128']);
});

/** Two captions of one image, the first of which is true. */
const choice: Subject = {
  pairs: 2,
  skipped: new Set(),
  contests: [],
  entrants: [
    { slot: 0, isTrue: true },
    { slot: 1, isTrue: false },
  ],
  always: new Set(),
};

test('a rule that reads weighted errors decides by them, not by the stored ones', () => {
  const plan = makePlan({ timesteps: [10, 990], repeats: 10, seed: 0, prefix: 'plain' });
  // The true caption is better at t = 10, and by more the worse at t = 990, which the weights all but ignore.
  const errors = [0, 1].map((slot) =>
    Float64Array.from(plan.trials, ({ timestep, noise }) => {
      const worse = slot === (timestep === 10 ? 1 : 0);
      return 1 + (worse ? (timestep === 10 ? 0.1 : 0.3) : 0) + 1e-3 * Math.sin(noise * (slot + 1));
    }),
  );
  const rule = { rule: 'ttest' as const, alpha: 0.01, least: 4 };
  const winner = (reads?: RuleReads) => {
    const schedule = { ...epsilon, prediction: 'sample' as const };
    const follower = applyRule(plan, { ...rule, ...(reads && { reads }) }, schedule).follow(choice);
    for (let trials = 4; trials <= plan.trials.length; trials++) {
      const decision = follower.look(trials, (slot) => errors[slot]!)?.decision;
      if (decision) return decision.metrics.accuracy;
    }
    return 'none';
  };
  expect(winner({ loss: 'mse', errorSpace: 'x0', weighting: 'clark2023' })).toBe('right');
  expect(winner()).not.toBe('right');
});

test('a rule that reads errors which say nothing at a timestep is refused before anything runs', () => {
  const noisy = { ...epsilon, alphasCumprod: epsilon.alphasCumprod.map((bar, t) => (t === 999 ? 0 : bar)) };
  const plan = makePlan({ timesteps: [500, 999], repeats: 1, seed: 0 });
  const rule = {
    rule: 'ttest' as const,
    alpha: 0.01,
    least: 2,
    reads: { loss: 'mse' as const, errorSpace: 'x0' as const },
  };
  expect(() => applyRule(plan, rule, noisy)).toThrow(/says nothing of x0/);
});
