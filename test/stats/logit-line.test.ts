import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  effectiveRobustness,
  fitLogitLine,
  logistic,
  logit,
  onLogitScale,
  predictShifted,
} from '../../src/stats/logit-line.ts';
import { Random } from '../../src/stats/random.ts';

interface Golden {
  nId: number;
  nShifted: number;
  kId: number[];
  kShifted: number[];
  slope: number;
  intercept: number;
  slopeError: number;
  interceptError: number;
  r2: number;
  residual: number;
  rows: { predicted: number; effective: number; lo: number; hi: number }[];
}
const GOLDEN = new URL('../../fixtures/golden/robustness/golden.json', import.meta.url);
const golden: Golden[] = JSON.parse(readFileSync(GOLDEN, 'utf8'));

describe.each(golden.map((one) => [`${one.kId.length} models`, one] as const))('%s', (_, one) => {
  const models = one.kId.map((k, index) => ({
    id: { accuracy: k / one.nId, count: one.nId },
    shifted: { accuracy: one.kShifted[index]! / one.nShifted, count: one.nShifted },
  }));
  const line = fitLogitLine(models);

  test("the line is SciPy's", () => {
    for (const name of ['slope', 'intercept', 'slopeError', 'interceptError', 'r2', 'residual'] as const)
      expect(line[name], name).toBeCloseTo(one[name], 9);
    expect(line.count).toBe(models.length);
  });

  test('effective robustness and its interval are as written out in Python', () => {
    for (const [index, model] of models.entries()) {
      const found = effectiveRobustness(line, model)!;
      const { predicted, effective, lo, hi } = one.rows[index]!;
      expect(found.predicted.shifted).toBeCloseTo(predicted, 9);
      expect(found.effective).toBeCloseTo(effective, 9);
      expect(found.ci95[0]).toBeCloseTo(lo, 8);
      expect(found.ci95[1]).toBeCloseTo(hi, 8);
    }
  });
});

test('accuracies of 0 and 1 count as half an example, and have no place where their number is not known', () => {
  expect(onLogitScale({ accuracy: 1, count: 50 })).toBe(0.99);
  expect(onLogitScale({ accuracy: 0, count: 50 })).toBe(0.01);
  expect(onLogitScale({ accuracy: 1 })).toBeUndefined();
  expect(onLogitScale({ accuracy: 0.4 })).toBe(0.4);
  const line = fitLogitLine(
    golden[1]!.kId.map((k, i) => ({
      id: { accuracy: k / 1e4 },
      shifted: { accuracy: golden[1]!.kShifted[i]! / 2e3 },
    })),
  );
  expect(effectiveRobustness(line, { id: { accuracy: 1 }, shifted: { accuracy: 0.9 } })).toBeUndefined();
});

test('two models, or models all alike, have no line', () => {
  const at = (accuracy: number) => ({ id: { accuracy }, shifted: { accuracy: accuracy / 2 } });
  expect(() => fitLogitLine([at(0.4), at(0.6)])).toThrow(/no line can be fitted.*2 with a place/);
  expect(() => fitLogitLine([at(0.4), at(0.4), at(0.4)])).toThrow(/all alike/);
});

test('models on a line are predicted without error, and a band is wider than the interval of its line', () => {
  const exact = [0.2, 0.5, 0.8, 0.9].map((p) => ({
    id: { accuracy: p },
    shifted: { accuracy: logistic(0.7 * logit(p) - 1) },
  }));
  const line = fitLogitLine(exact);
  expect(predictShifted(line, 0.6).shifted).toBeCloseTo(logistic(0.7 * logit(0.6) - 1), 12);
  const noisy = predictShifted(
    fitLogitLine(
      golden[0]!.kId.map((k, i) => ({
        id: { accuracy: k / 400 },
        shifted: { accuracy: golden[0]!.kShifted[i]! / 200 },
      })),
    ),
    0.6,
  );
  expect(noisy.band95[1] - noisy.band95[0]).toBeGreaterThan(noisy.ci95[1] - noisy.ci95[0]);
});

test('95 % intervals hold the truth in about 95 % of simulations', () => {
  const random = new Random(11);
  const normal = () =>
    Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
  const share = (p: number, n: number) => {
    let right = 0;
    for (let k = 0; k < n; k++) right += Number(random.uniform() < p);
    return { accuracy: right / n, count: n };
  };
  const [intercept, slope, runs] = [-0.8, 0.9, 600];
  const truth = { id: 0.75, shifted: 0.7 };
  let held = 0;
  for (let run = 0; run < runs; run++) {
    const line = fitLogitLine(
      Array.from({ length: 15 }, () => {
        const x = 4 * random.uniform() - 1;
        return {
          id: { accuracy: logistic(x) },
          shifted: { accuracy: logistic(intercept + slope * x + 0.2 * normal()) },
        };
      }),
    );
    const { ci95 } = effectiveRobustness(line, {
      id: share(truth.id, 300),
      shifted: share(truth.shifted, 200),
    })!;
    const own = truth.shifted - logistic(intercept + slope * logit(truth.id));
    held += Number(ci95[0] <= own && own <= ci95[1]);
  }
  expect(held / runs).toBeGreaterThan(0.93);
  expect(held / runs).toBeLessThan(0.985);
});
