/** Made-up contests and errors, for the rules that look at them. */

import { metricNames } from '../../src/metrics/score-matrix.ts';
import type { Contest } from '../../src/scoring/contests.ts';
import type { ErrorSpread, SequentialRule } from '../../src/scoring/error-spread.ts';
import type { Plan } from '../../src/scoring/plan.ts';
import type { Subject } from '../../src/scoring/subject.ts';
import type { Random } from '../../src/stats/random.ts';
import { normal } from '../stats/simulation.ts';

/** A rule with one spread for all sorts of contest. */
export function ruleOf(spread: ErrorSpread, alpha = 0.05): SequentialRule {
  return { rule: 'sequential', alpha, spread: { captions: spread, images: spread, matchings: spread } };
}

/** `count` contests of a metric each, so that a decision tells of each; slot `k` holds the k-th one's difference. */
export function separateContests(count: number): Contest[] {
  return metricNames
    .slice(0, count)
    .map((metric, slot) => ({ metric, over: 'captions', terms: [{ slot, sign: 1 }] }));
}

/** Contests as a rule sees them, without entrants that could leave one by one. */
export function subjectWith(contests: readonly Contest[], pairs = contests.length): Subject {
  return { pairs, skipped: new Set(), contests, always: new Set() };
}

/** Chi-squared with `dof` degrees of freedom, an even number. */
export function chiSquared(random: Random, dof: number): number {
  let sum = 0;
  for (let k = 0; k < dof; k += 2) sum -= 2 * Math.log(1 - random.uniform());
  return sum;
}

/** Differences at every trial of a plan: a mean, and independent noise of a deviation by timestep. */
export function differencesOf(
  random: Random,
  plan: Plan,
  { mean, sigma }: { mean: number; sigma: (timestep: number) => number },
): Float64Array {
  return Float64Array.from(plan.trials, ({ timestep }) => mean + sigma(timestep) * normal(random));
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k]!;
  return sum / values.length;
}
