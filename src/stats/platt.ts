import { InputError } from '../errors.ts';

/** p(x) = 1 / (1 + exp(−(intercept + slope · x))) */
export interface LogisticCurve {
  intercept: number;
  slope: number;
}

/** Steps of Newton's method; it takes about six. */
const MOST_STEPS = 100;

/**
 * Platt scaling (Platt 1999, with the pseudo-code of Lin, Lin and Weng 2007): the logistic curve of an outcome on one
 * number, fitted to the smoothed targets (n₁ + 1) / (n₁ + 2) for what happened and 1 / (n₀ + 2) for what did not, so
 * that it stays finite where the number separates the two.
 *
 * @param values finite
 * @param outcomes as many; both kinds may be missing
 * @throws InputError where there is no value, one is not finite, or the lists differ in length.
 */
export function plattScaling(values: readonly number[], outcomes: readonly boolean[]): LogisticCurve {
  if (values.length === 0 || values.length !== outcomes.length || !values.every(Number.isFinite)) {
    throw new InputError({
      what: 'no logistic curve can be fitted',
      expected: 'as many outcomes as finite values, at least one',
      got: `${values.length} values, ${outcomes.length} outcomes`,
    });
  }
  const yes = outcomes.filter(Boolean).length;
  const [high, low] = [(yes + 1) / (yes + 2), 1 / (values.length - yes + 2)];
  const targets = outcomes.map((happened) => (happened ? high : low));
  // Standardized, so that the steps do not depend on the values' unit.
  const center = values.reduce((sum, value) => sum + value, 0) / values.length;
  const scale = Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / values.length);
  if (scale === 0) {
    const mean = targets.reduce((sum, target) => sum + target, 0) / targets.length;
    return { intercept: Math.log(mean / (1 - mean)), slope: 0 };
  }
  const xs = values.map((value) => (value - center) / scale);
  let [a, b] = [0, 0];
  let loss = logLoss(xs, targets, [a, b]);
  for (let step = 0; step < MOST_STEPS; step++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 0, 0, 0];
    for (const [k, x] of xs.entries()) {
      const p = logistic(a + b * x);
      const [residual, weight] = [p - targets[k]!, p * (1 - p)];
      ga += residual;
      gb += residual * x;
      haa += weight;
      hab += weight * x;
      hbb += weight * x * x;
    }
    const determinant = haa * hbb - hab * hab;
    const [da, db] = [(hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant];
    // Far from the optimum a whole step may overshoot; the loss is convex, so some part of it is better.
    let part = 1;
    let next = logLoss(xs, targets, [a - da, b - db]);
    while (next > loss && part > 1e-10) {
      part /= 2;
      next = logLoss(xs, targets, [a - part * da, b - part * db]);
    }
    if (!(next < loss)) break;
    [a, b, loss] = [a - part * da, b - part * db, next];
  }
  return { intercept: a - (b * center) / scale, slope: b / scale };
}

/** The probability that a curve gives to a value. */
export function curveAt({ intercept, slope }: LogisticCurve, value: number): number {
  return logistic(intercept + slope * value);
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function logLoss(xs: readonly number[], targets: readonly number[], [a, b]: [number, number]): number {
  return xs.reduce((sum, x, k) => {
    const z = a + b * x;
    return sum + softplus(z) - targets[k]! * z;
  }, 0);
}

/** ln(1 + eˣ) without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
