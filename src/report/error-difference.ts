/** How much better one caption explains an image than another: per timestep, and as trials come in. */

import type { ErrorsByTimestep } from '../results/errors-by-timestep.ts';
import { prefixWeights } from '../scoring/plan.ts';
import { studentTIsf } from '../stats/student-t.ts';

/** Which image, and which two captions. */
export interface Contrast {
  image: number;
  first: number;
  second: number;
}

/** err(second) − err(first): above 0 where the first caption explains the image better. */
export interface DifferencePoint {
  /** A timestep, or a number of trials. */
  x: number;
  value: number;
  /** 95 % band; absent where there is too little to tell. */
  low?: number;
  high?: number;
}

export interface DifferenceCurve {
  points: DifferencePoint[];
  /** What the band is made of: the spread between noises of a timestep, or between neighbouring timesteps. */
  band: 'repeats' | 'neighbours' | 'none';
}

/** Timesteps to either side that are averaged or pooled. */
const REACH = { smooth: 2, spread: 3, pool: 1 };
/** Fewer values than this say nothing of their spread. */
const FEWEST = 4;
/** Points of a running curve: more than a terminal has columns of dots. */
const MOST_POINTS = 240;
const TAIL = 0.025;

/**
 * The difference per timestep, mean over its noises. The band is of the mean curve: with two or more noises everywhere
 * ± t · s / √n, s pooled over three neighbouring timesteps; otherwise around a moving mean of five timesteps, s from
 * successive differences, (d_{i+1} − d_i)² / 2, over eight neighbours. Pointwise, and for other noises, not other images.
 */
export function differenceByTimestep(all: ErrorsByTimestep, contrast: Contrast): DifferenceCurve | undefined {
  const errors = shared(all, contrast);
  const values = differences(errors, contrast);
  if (!values || values.length === 0) return undefined;
  const means = values.map(meanOf);
  const points = (band: (k: number) => Pick<DifferencePoint, 'low' | 'high'>) =>
    errors.timesteps.map((x, k) => ({ x, value: means[k]!, ...band(k) }));
  if (values.every((noises) => noises.length > 1)) {
    const sums = values.map((noises, k) => noises.reduce((sum, v) => sum + (v - means[k]!) ** 2, 0));
    const pooled = (k: number) => {
      const near = window(k, REACH.pool, values.length);
      const dof = near.reduce((sum, j) => sum + values[j]!.length - 1, 0);
      const variance = near.reduce((sum, j) => sum + sums[j]!, 0) / dof;
      return around(means[k]!, Math.sqrt(variance / values[k]!.length), dof);
    };
    return { points: points(pooled), band: 'repeats' };
  }
  if (means.length < FEWEST) return { points: points(() => ({})), band: 'none' };
  const smoothed = (k: number) => {
    const near = window(k, REACH.smooth, means.length);
    const spread = spreadAt(means, k);
    return around(meanOf(near.map((j) => means[j]!)), Math.sqrt(spread.variance / near.length), spread.dof);
  };
  return { points: points(smoothed), band: 'neighbours' };
}

/**
 * The score difference s(first) − s(second) read off the first n trials for n = 1 … done, with the weights that scores of
 * a prefix have. The band is ± t · √(Σ w² σ²_t), σ²_t from successive differences of those trials by timestep.
 */
export function runningDifference(all: ErrorsByTimestep, contrast: Contrast): DifferenceCurve | undefined {
  const errors = shared(all, contrast);
  const grouped = differences(errors, contrast);
  if (!grouped || errors.done === 0) return undefined;
  const { plan, done } = errors;
  const place = new Map(errors.timesteps.map((timestep, k) => [timestep, k]));
  const next = new Array<number>(grouped.length).fill(0);
  const trials = plan.trials.slice(0, done).map(({ timestep }) => {
    const k = place.get(timestep)!;
    return { timestep, value: grouped[k]![next[k]!++]! };
  });
  const counts = Math.min(done, MOST_POINTS);
  const points: DifferencePoint[] = [];
  for (let k = 1; k <= counts; k++)
    points.push(runningPoint(errors, trials, Math.round((k * done) / counts)));
  return { points, band: points.some(({ low }) => low !== undefined) ? 'neighbours' : 'none' };
}

function runningPoint(
  { plan }: ErrorsByTimestep,
  trials: readonly { timestep: number; value: number }[],
  n: number,
): DifferencePoint {
  const weights = prefixWeights(plan, n);
  let value = 0;
  for (let k = 0; k < n; k++) value += weights[k]! * trials[k]!.value;
  if (n < FEWEST) return { x: n, value };
  const order = Array.from({ length: n }, (_, k) => k).sort(
    (i, j) => trials[i]!.timestep - trials[j]!.timestep,
  );
  const sorted = order.map((k) => trials[k]!.value);
  let variance = 0;
  for (const [k, trial] of order.entries()) variance += weights[trial]! ** 2 * spreadAt(sorted, k).variance;
  return { x: n, value, ...around(value, Math.sqrt(variance), n - 1) };
}

/** The trials that both captions have: where one left early, the first so many. */
function shared(all: ErrorsByTimestep, { image, first, second }: Contrast): ErrorsByTimestep {
  const counts = [first, second].map((caption) =>
    (all.errors[image]?.[caption] ?? []).reduce((sum, noises) => sum + noises.length, 0),
  );
  const done = Math.min(all.done, ...counts);
  if (done === all.done) return all;
  const seen = new Map<number, number>();
  for (const { timestep } of all.plan.trials.slice(0, done))
    seen.set(timestep, (seen.get(timestep) ?? 0) + 1);
  const cut = (grouped: readonly (readonly number[])[]) =>
    grouped
      .map((noises, t) => noises.slice(0, seen.get(all.timesteps[t]!) ?? 0))
      .filter((_, t) => seen.has(all.timesteps[t]!));
  return {
    plan: all.plan,
    done,
    timesteps: all.timesteps.filter((timestep) => seen.has(timestep)),
    errors: all.errors.map((captions) => captions.map(cut)),
  };
}

/** `[timestep][noise]`, or undefined where a caption was not evaluated. */
function differences(
  { errors }: ErrorsByTimestep,
  { image, first, second }: Contrast,
): number[][] | undefined {
  const [a, b] = [errors[image]?.[first], errors[image]?.[second]];
  return a && b && a.map((noises, t) => noises.map((value, k) => b[t]![k]! - value));
}

/** Variance of single values near place `k`, by successive differences: a trend hardly enters it. */
function spreadAt(values: readonly number[], k: number): { variance: number; dof: number } {
  const from = Math.max(0, Math.min(k - REACH.spread - 1, values.length - 2 * REACH.spread - 3));
  const to = Math.min(values.length - 1, Math.max(k + REACH.spread + 1, 2 * REACH.spread + 2));
  let sum = 0;
  for (let j = from; j < to; j++) sum += (values[j + 1]! - values[j]!) ** 2 / 2;
  return { variance: sum / (to - from), dof: to - from };
}

function around(center: number, error: number, dof: number): { low: number; high: number } {
  const reach = quantile(dof) * error;
  return { low: center - reach, high: center + reach };
}

const quantiles = new Map<number, number>();

function quantile(dof: number): number {
  const known = quantiles.get(dof) ?? studentTIsf(TAIL, dof);
  quantiles.set(dof, known);
  return known;
}

function window(k: number, reach: number, count: number): number[] {
  const from = Math.max(0, k - reach);
  return Array.from({ length: Math.min(count - 1, k + reach) - from + 1 }, (_, j) => from + j);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
