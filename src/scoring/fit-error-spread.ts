/** Fits the spread of error differences from trials that have several noises per timestep. */

import { digamma, trigamma, trigammaInverse } from '../stats/polygamma.ts';
import type { ErrorSpread } from './error-spread.ts';

/** Variances of one contest's difference between the noises of a timestep, unbiased, each from `dof + 1` noises. */
export interface ContestVariances {
  timesteps: readonly number[];
  variances: readonly number[];
  dof: number;
}

/** Points of the profile: timesteps are pooled into so many groups at most. */
const MOST_POINTS = 16;
/** Prior degrees of freedom where contests do not differ in scale beyond what chance gives. */
const MOST_DOF = 1000;

/**
 * The profile σ(t) pooled over contests, and how much contests differ from it in scale: Smyth's moment estimators
 * (2004, section 6.2) on the logarithms of the contests' variances in units of the profile.
 * @returns undefined where there is nothing to fit: no contest, or a group of timesteps at which nothing varies.
 */
export function fitErrorSpread(contests: readonly ContestVariances[]): ErrorSpread | undefined {
  const timesteps = contests[0]?.timesteps ?? [];
  const groups = Math.min(MOST_POINTS, timesteps.length);
  const groupOf = (k: number) => Math.floor((k * groups) / timesteps.length);
  const sums = Array.from({ length: groups }, () => ({ time: 0, variance: 0, count: 0 }));
  for (const { variances } of contests) {
    for (const [k, variance] of variances.entries()) {
      const group = sums[groupOf(k)]!;
      group.time += timesteps[k]!;
      group.variance += variance;
      group.count++;
    }
  }
  if (sums.length === 0 || sums.some(({ variance }) => !(variance > 0))) return undefined;
  const profile = sums.map(({ time, variance, count }) => ({ t: time / count, variance: variance / count }));
  const scales = contests
    .map(({ variances, dof }) => ({
      scale: mean(variances.map((variance, k) => variance / profile[groupOf(k)]!.variance)),
      dof: dof * variances.length,
    }))
    .filter(({ scale }) => scale > 0);
  const logs = scales.map(({ scale, dof }) => Math.log(scale) - digamma(dof / 2) + Math.log(dof / 2));
  const center = mean(logs);
  const spread = logs.reduce((sum, value) => sum + (value - center) ** 2, 0) / Math.max(1, logs.length - 1);
  const excess = spread - mean(scales.map(({ dof }) => trigamma(dof / 2)));
  const dof = excess > 0 ? Math.min(MOST_DOF, 2 * trigammaInverse(excess)) : MOST_DOF;
  const typical = Math.exp(center + digamma(dof / 2) - Math.log(dof / 2));
  return {
    points: profile.map(({ t, variance }) => [round(t), round(Math.sqrt(variance * typical))]),
    dof: round(dof),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Six digits: more are noise, and the numbers become part of a run's identity. */
function round(value: number): number {
  return Number(value.toPrecision(6));
}
