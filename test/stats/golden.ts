/** The expected values of `fixtures/golden/stats`, and how near is equal. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Alternative } from '../../src/stats/binomial.ts';
import type { Binning } from '../../src/stats/calibration.ts';

export interface Golden {
  ppf: [number, number][];
  cdf: [number, number][];
  wilson: [number, number, number, number, number][];
  log_choose: [number, number, number][];
  pmf: [number, number, number, number][];
  binom_cdf: [number, number, number, number][];
  binom_sf: [number, number, number, number][];
  binomtest: [number, number, number, Alternative, number][];
  /** aOnly, bOnly, exact, mid-p. */
  mcnemar: [number, number, number, number][];
  mcnemar_statsmodels: [number, number, number][];
  holm: { p: number[]; adjusted: number[] }[];
  xoshiro: { published: number[]; seeded: [number, number[]][] };
  bootstrap: GoldenBootstrap[];
  /** Chances, probabilities of 0 … n. */
  poisson_binomial: [number[], number[]][];
  /** Number right, chances, p. */
  above_chance: [number, number[], number][];
  /** Counts, z, p, Fisher's p two-sided, less and greater, Newcombe's interval. */
  two_proportions: [number, number, number, number, number, number, number, number, number, number, number][];
  /** a, b, aCount, bCount, alpha, power. */
  two_proportion_power: [number, number, number, number, number, number][];
  /** base, count, alpha, power, difference. */
  detectable: [number, number, number, number, number][];
  /** difference, discordant, count, alpha, power. */
  mcnemar_power: [number, number, number, number, number][];
  /** discordant, count, alpha, power, difference. */
  detectable_paired: [number, number, number, number, number][];
  /** aCorrect, bCorrect, count, alpha, least and most discordant, least and greatest p, range of significance. */
  pairings: [number, number, number, number, number, number, number, number, [number, number] | null][];
  repeats: { values: number[][]; weights: number[]; error: number }[];
  /** Standard deviations by noise, by examples, by both. */
  spread: { p: number[]; sd: [number, number, number] }[];
  calibration: GoldenCalibration[];
  temperature: {
    scores: number[][];
    truth: number[];
    prior?: number[];
    temperature: number;
    log_loss: number;
  }[];
}

export interface GoldenBootstrap {
  kind: 'mean' | 'paired' | 'deviation' | 'median';
  values: number[];
  other?: number[];
  clusters?: number[];
  seed: number;
  resamples: number;
  level: number;
  estimate: number;
  standard_error: number;
  percentile: [number, number];
  bca: [number, number];
}

interface GoldenCalibration {
  p: number[];
  y: boolean[];
  brier: number;
  /** With probabilities between 0.001 and 0.999. */
  clipped_log_loss: number;
  /** Rows: count, confidence, accuracy. */
  reliability: {
    bins: number;
    binning: Binning;
    rows: [number, number, number][];
    ece: number;
    mce: number;
  }[];
}

const file = new URL('../../fixtures/golden/stats/golden.json', import.meta.url);
export const golden: Golden = JSON.parse(readFileSync(file, 'utf8'));

/** Relative, so that a tail of 1e-200 is held to as many digits as a half; `slack` is absolute. */
export function near(got: number, want: number, tolerance = 1e-9, slack = 1e-15): void {
  expect(Math.abs(got - want), `${got} for ${want}`).toBeLessThanOrEqual(Math.abs(want) * tolerance + slack);
}
