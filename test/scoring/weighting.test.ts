import { describe, expect, test } from 'vitest';
import { noiseSchedule, scheduleSchema } from '../../src/diffusion/noise-schedule.ts';
import { InputError, UsageError } from '../../src/errors.ts';
import {
  type FittedWeights,
  parseWeights,
  readingOf,
  weightAt,
  weightingName,
} from '../../src/scoring/weighting.ts';

const schedule = noiseSchedule(scheduleSchema.parse({ prediction_type: 'epsilon' }));
const fitted: FittedWeights = {
  format: 1,
  kind: 'timestep-weights',
  loss: 'mse',
  errorSpace: 'native',
  points: [
    [100, 2],
    [500, 0],
    [900, 1],
  ],
  from: { task: 'made up', examples: 20, folds: 5, ridge: 1, heldOut: { uniform: {}, fitted: {} } },
};

describe('the factor of a timestep', () => {
  test('is 1 for equal weights in the native space', () => {
    const { factor } = readingOf(schedule, { loss: 'mse', errorSpace: 'native' });
    expect([0, 500, 999].map(factor)).toEqual([1, 1, 1]);
  });

  test('of Clark and Jaini is exp(−7 t/T) of the x0 error', () => {
    const { factor } = readingOf(schedule, { loss: 'mse', errorSpace: 'x0', weighting: 'clark2023' });
    const plain = readingOf(schedule, { loss: 'mse', errorSpace: 'x0' });
    for (const t of [1, 300, 999])
      expect(factor(t)).toBeCloseTo(plain.factor(t) * Math.exp((-7 * t) / 1000), 14);
  });

  test('of fitted weights is that of the nearest point', () => {
    expect([0, 299, 301, 699, 701, 999].map((t) => weightAt(fitted, t))).toEqual([2, 2, 0, 0, 1, 1]);
    const { factor } = readingOf(schedule, { loss: 'mse', errorSpace: 'native', weighting: fitted });
    expect(factor(10)).toBe(2);
  });
});

test('weights of other errors are refused, with the flags that they need', () => {
  expect(() => readingOf(schedule, { loss: 'mse', errorSpace: 'native', weighting: 'clark2023' })).toThrow(
    /made for other errors.*expected --loss mse --error-space x0/,
  );
  expect(() => readingOf(schedule, { loss: 'mae', errorSpace: 'native', weighting: fitted })).toThrow(
    UsageError,
  );
});

test.each<[string, unknown, RegExp]>([
  ['no JSON', undefined, /cannot be read/],
  ['another kind', { ...fitted, kind: 'error-spread' }, /field "kind"/],
  [
    'timesteps that fall',
    {
      ...fitted,
      points: [
        [5, 1],
        [4, 1],
      ],
    },
    /must ascend/,
  ],
  ['nothing but zeros', { ...fitted, points: [[5, 0]] }, /above 0/],
  ['a negative weight', { ...fitted, points: [[5, -1]] }, /field "points/],
])('a file with %s is refused by its name', (_, value, message) => {
  const text = value === undefined ? 'no' : JSON.stringify(value);
  expect(() => parseWeights(text, 'w.json')).toThrow(InputError);
  expect(() => parseWeights(text, 'w.json')).toThrow(message);
  expect(() => parseWeights(text, 'w.json')).toThrow(/w\.json/);
});

test('a whole file is read as it was written', () => {
  expect(parseWeights(JSON.stringify(fitted), 'w.json')).toEqual(fitted);
  expect([weightingName(undefined), weightingName('clark2023'), weightingName(fitted)]).toEqual([
    'uniform',
    'clark2023',
    'fitted on made up',
  ]);
});
