import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import {
  brierScore,
  expectedCalibrationError,
  logLoss,
  maximumCalibrationError,
  reliability,
} from '../../src/stats/calibration.ts';
import { Random } from '../../src/stats/random.ts';
import { type Choice, fitTemperature, softmax, temperatureLoss } from '../../src/stats/temperature.ts';
import { golden, near } from './golden.ts';
import { normal } from './simulation.ts';

describe('calibration equals NumPy', () => {
  for (const [
    index,
    { p, y, brier, clipped_log_loss, reliability: tables },
  ] of golden.calibration.entries()) {
    const predictions = { probabilities: p, outcomes: y };
    test(`Brier score and log loss ${index}`, () => {
      near(brierScore(predictions), brier);
      const clipped = p.map((value) => Math.min(1 - 1e-3, Math.max(1e-3, value)));
      near(logLoss({ probabilities: clipped, outcomes: y }), clipped_log_loss);
    });
    test.each(tables)(`$bins bins of equal $binning ${index}`, ({ bins, binning, rows, ece, mce }) => {
      const got = reliability(predictions, bins, binning);
      expect(got.map(({ count }) => count)).toEqual(rows.map(([count]) => count));
      for (const [bin, [, confidence, accuracy]] of rows.entries()) {
        near(got[bin]!.confidence, confidence);
        near(got[bin]!.accuracy, accuracy);
      }
      near(expectedCalibrationError(got), ece);
      near(maximumCalibrationError(got), mce);
    });
  }
});

describe('calibration', () => {
  const predictions = fc
    .array(fc.tuple(fc.constantFrom(0, 0.1, 0.3, 0.5, 0.77, 1), fc.boolean()), {
      minLength: 1,
      maxLength: 40,
    })
    .map((rows) => ({ probabilities: rows.map(([p]) => p), outcomes: rows.map(([, y]) => y) }));

  test('bins hold every example once, within their bounds and in any order of examples', () => {
    fc.assert(
      fc.property(
        predictions,
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom('width', 'count'),
        (all, size, by) => {
          const bins = reliability(all, size, by as 'width' | 'count');
          expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(all.outcomes.length);
          expect(bins.length).toBeLessThanOrEqual(size);
          for (const { lo, hi, confidence } of bins) {
            expect(confidence).toBeGreaterThanOrEqual(lo - 1e-12);
            expect(confidence).toBeLessThanOrEqual(hi + 1e-12);
          }
          const reversed = {
            probabilities: all.probabilities.toReversed(),
            outcomes: all.outcomes.toReversed(),
          };
          for (const [k, bin] of reliability(reversed, size, by as 'width' | 'count').entries()) {
            near(bin.accuracy, bins[k]!.accuracy);
            near(bin.confidence, bins[k]!.confidence);
          }
          expect(expectedCalibrationError(bins)).toBeLessThanOrEqual(maximumCalibrationError(bins) + 1e-12);
        },
      ),
    );
  });

  test('certain and right is perfect, certain and wrong is infinite', () => {
    const right = { probabilities: [1, 0], outcomes: [true, false] };
    expect([brierScore(right), logLoss(right), expectedCalibrationError(reliability(right))]).toEqual([
      0, 0, 0,
    ]);
    expect(logLoss({ probabilities: [0], outcomes: [true] })).toBe(Infinity);
    near(logLoss({ probabilities: [0.5], outcomes: [true] }), Math.LN2);
    expect(brierScore({ probabilities: [0.5], outcomes: [false] })).toBe(0.25);
  });
});

describe('temperature', () => {
  test.each(golden.temperature)('equals SciPy’s %#', ({ scores, truth, prior, temperature, log_loss }) => {
    const choices = scores.map(
      (row, k): Choice => ({ scores: row, truth: truth[k]!, ...(prior && { prior }) }),
    );
    const fit = fitTemperature(choices);
    expect(fit.limit).toBeUndefined();
    near(fit.temperature, temperature, 1e-9, 0);
    near(fit.logLoss, log_loss);
  });

  test('finds the temperature that the truth was drawn with, in any unit', () => {
    for (const unit of [1e-5, 1, 1e6]) {
      const random = new Random(5);
      const choices = Array.from({ length: 4000 }, (): Choice => {
        const scores = Array.from({ length: 3 }, () => unit * normal(random));
        const shares = softmax(scores, 0.7 * unit);
        const drawn = random.uniform();
        const truth = drawn < shares[0]! ? 0 : drawn < shares[0]! + shares[1]! ? 1 : 2;
        return { scores, truth };
      });
      expect(Math.abs(fitTemperature(choices).temperature / (0.7 * unit) - 1)).toBeLessThan(0.06);
    }
  });

  test('is not beaten by its neighbours', () => {
    const { scores, truth } = golden.temperature[0]!;
    const choices = scores.map((row, k): Choice => ({ scores: row, truth: truth[k]! }));
    const { temperature, logLoss: least } = fitTemperature(choices);
    for (const factor of [0.5, 0.99, 1.01, 2, 1e9]) {
      expect(temperatureLoss(choices, temperature * factor)).toBeGreaterThan(least);
    }
  });

  test('says where there is no best one', () => {
    expect(fitTemperature([{ scores: [2, 1], truth: 0 }])).toEqual({
      temperature: 0,
      logLoss: 0,
      limit: 'zero',
    });
    const wrong = fitTemperature([{ scores: [2, 1], truth: 1, prior: [1, 3] }]);
    expect(wrong).toMatchObject({ temperature: Infinity, limit: 'infinity' });
    near(wrong.logLoss, -Math.log(3 / 4));
    const flat = fitTemperature([{ scores: [2, 2, 2], truth: 1 }]);
    expect(flat).toMatchObject({ temperature: 1, limit: 'any' });
    near(flat.logLoss, Math.log(3));
  });

  test('softmax at the ends, and without overflow', () => {
    expect(softmax([3, 3, 1], 0)).toEqual([0.5, 0.5, 0]);
    expect(softmax([3, 3, 1], 0, [2, 2, 9])).toEqual([0.5, 0.5, 0]);
    expect(softmax([3, 1], Infinity, [1, 4])).toEqual([0.2, 0.8]);
    expect(softmax([1e300, -1e300], 1e-3)).toEqual([1, 0]);
    near(softmax([Math.log(3), 0], 1)[0]!, 0.75);
    near(softmax([3, 3, 1], 0, [3, 1, 9])[0]!, 0.75);
  });
});

test('what is out of range is refused', () => {
  const good = { probabilities: [0.5], outcomes: [true] };
  expect(() => reliability(good, 0)).toThrow('bin');
  expect(() => reliability({ ...good, probabilities: [1.5] })).toThrow('1.5');
  expect(() => brierScore({ probabilities: [], outcomes: [] })).toThrow(InputError);
  expect(() => logLoss({ ...good, outcomes: [] })).toThrow('1 and 0');
  expect(() => fitTemperature([])).toThrow('none');
  expect(() => fitTemperature([{ scores: [1, 2], truth: 2 }])).toThrow('right candidate');
  expect(() => softmax([1, Number.NaN], 1)).toThrow('finite');
  expect(() => softmax([1, 2], -1)).toThrow('temperature');
  expect(() => softmax([1, 2], 1, [1])).toThrow('prior');
});
