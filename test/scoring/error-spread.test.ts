import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { deviationAt, type ErrorSpread, parseCalibration } from '../../src/scoring/error-spread.ts';

const spread: ErrorSpread = {
  points: [
    [100, 0.4],
    [200, 0.2],
    [600, 0.1],
  ],
  dof: 12,
};
const calibration = {
  format: 1,
  kind: 'error-spread',
  spread: { captions: spread, images: spread, matchings: spread },
  from: { task: 'small', examples: 40, timesteps: 8, repeats: 4, seed: 0, normalized: true },
};

describe('deviationAt', () => {
  test.each([
    [0, 0.4],
    [100, 0.4],
    [150, 0.3],
    [200, 0.2],
    [300, 0.175],
    [600, 0.1],
    [999, 0.1],
  ])('at %i: linear between the points, constant beyond', (timestep, sigma) => {
    expect(deviationAt(spread, timestep)).toBeCloseTo(sigma, 12);
  });

  test('one point is a constant', () => {
    const constant: ErrorSpread = { points: [[500, 0.3]], dof: 1 };
    for (const timestep of [0, 500, 999]) expect(deviationAt(constant, timestep)).toBe(0.3);
  });
});

describe('parseCalibration', () => {
  const parse = (value: unknown) => parseCalibration(JSON.stringify(value), 'some/calibration.json');
  const withCaptions = (changes: object) => ({
    ...calibration,
    spread: { ...calibration.spread, captions: { ...spread, ...changes } },
  });

  test('reads what was written', () => expect(parse(calibration)).toEqual(calibration));

  test.each<[string, unknown, string]>([
    ['no object', 3, '(root)'],
    ['another format', { ...calibration, format: 2 }, 'format'],
    ['something else', { ...calibration, kind: 'run' }, 'kind'],
    ['no spread', { ...calibration, spread: undefined }, 'spread'],
    [
      'a sort of contest is missing',
      { ...calibration, spread: { ...calibration.spread, images: undefined } },
      'spread.images',
    ],
    ['no points', withCaptions({ points: [] }), 'spread.captions.points'],
    ['a deviation of 0', withCaptions({ points: [[5, 0]] }), 'spread.captions.points.0.1'],
    ['a timestep below 0', withCaptions({ points: [[-5, 1]] }), 'spread.captions.points.0.0'],
    ['a point that is none', withCaptions({ points: [[5, 1], [6]] }), 'spread.captions.points.1'],
    [
      'timesteps that do not ascend',
      withCaptions({
        points: [
          [5, 1],
          [5, 2],
        ],
      }),
      'spread.captions.points',
    ],
    ['no degrees of freedom', withCaptions({ dof: 0 }), 'spread.captions.dof'],
    [
      'a deviation that JSON has no number for',
      withCaptions({ points: [[5, Number.NaN]] }),
      'spread.captions.points.0.1',
    ],
    ['half an example', { ...calibration, from: { ...calibration.from, examples: 1.5 } }, 'from.examples'],
    ['no origin', { ...calibration, from: undefined }, 'from'],
  ])('names the field: %s', (_, value, field) => {
    expect(() => parse(value)).toThrow(InputError);
    expect(() => parse(value)).toThrow(
      `field "${field}" of the calibration is wrong: some/calibration.json (got `,
    );
    expect(() => parse(value)).toThrow(/Make it with `winoscope calibrate RUN`\.$/);
  });

  test('what is no JSON', () => {
    expect(() => parseCalibration('{"format": 1', 'x.json')).toThrow(InputError);
    expect(() => parseCalibration('{"format": 1', 'x.json')).toThrow(
      /^the calibration cannot be read: x\.json \(expected JSON, got [^\n]+\)\.$/,
    );
  });
});
