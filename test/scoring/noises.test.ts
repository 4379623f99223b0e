import { expect, test } from 'vitest';
import { NoiseBank } from '../../src/diffusion/noise-bank.ts';
import { noisesOf } from '../../src/scoring/noises.ts';
import { makePlan, meansOfUnits, type PlanSpec, planOfUnits, trialsOf } from '../../src/scoring/plan.ts';

const SHAPE = [2, 4, 4] as const;
const spec: PlanSpec = { timesteps: [5, 200, 700], repeats: 2, seed: 3 };

test('one seed is one bank, whatever the sha256 of it was', () => {
  const noises = noisesOf(spec, SHAPE);
  const bank = new NoiseBank({ seed: 3, count: 6, shape: SHAPE });
  for (let k = 0; k < 6; k++) expect(noises.get(k)).toEqual(bank.get(k));
  expect(noises.sha256()).toBe(bank.sha256());
});

test('several seeds are banks one after the other, each as if it were alone', () => {
  const noises = noisesOf({ ...spec, moreSeeds: [9, 4] }, SHAPE);
  for (const [bank, seed] of [3, 9, 4].entries()) {
    const alone = new NoiseBank({ seed, count: 6, shape: SHAPE });
    for (let k = 0; k < 6; k++) expect(noises.get(bank * 6 + k)).toEqual(alone.get(k));
  }
  expect(noises.sha256().split(' ')).toHaveLength(3);
});

test('the plan of several seeds walks its grid once for each, and a noise belongs to one trial', () => {
  const plan = makePlan({ ...spec, moreSeeds: [9, 4] });
  expect(plan.trials).toHaveLength(trialsOf(plan));
  expect(new Set(plan.trials.map(({ noise }) => noise)).size).toBe(18);
  for (const { timestep, noise } of plan.trials) expect(spec.timesteps[noise % 3]).toBe(timestep);
  expect(plan.trials.slice(0, 6).map(({ noise }) => noise)).toEqual(
    makePlan(spec).trials.map(({ noise }) => noise),
  );
});

test('antithetic repeats are each other’s negatives and follow each other', () => {
  const antithetic: PlanSpec = { ...spec, repeats: 4, antithetic: true };
  const noises = noisesOf(antithetic, SHAPE);
  const bank = new NoiseBank({ seed: 3, count: 6, shape: SHAPE });
  const plan = makePlan(antithetic);
  expect(plan.trials).toHaveLength(12);
  for (let k = 0; k < plan.trials.length; k += 2) {
    const [first, second] = [plan.trials[k]!, plan.trials[k + 1]!];
    expect(second.timestep).toBe(first.timestep);
    expect(noises.get(second.noise)).toEqual(noises.get(first.noise).map((value) => -value));
  }
  // The noises themselves are those of a plan with half the repeats.
  const drawn = new Set(plan.trials.filter((_, k) => k % 2 === 0).map(({ noise }) => noises.get(noise)[0]));
  expect(drawn).toEqual(new Set([0, 1, 2, 3, 4, 5].map((k) => bank.get(k)[0])));
});

test('a couple counts as one unit, with the mean of its two values', () => {
  const plan = makePlan({ ...spec, repeats: 4, antithetic: true });
  const units = planOfUnits(plan);
  expect(units.trials.map(({ timestep }) => timestep)).toEqual(
    makePlan(spec).trials.map(({ timestep }) => timestep),
  );
  expect(meansOfUnits(plan, Float64Array.of(1, 3, 10, 20, 7))).toEqual(Float64Array.of(2, 15));
  const plain = makePlan(spec);
  expect(planOfUnits(plain)).toBe(plain);
});
