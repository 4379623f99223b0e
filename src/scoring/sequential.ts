/** Stopping an example once its answer is known: fixed looks at a growing prefix of the plan. */

import type { MetricName } from '../metrics/score-matrix.ts';
import { studentTIsf } from '../stats/student-t.ts';
import { type Contest, differencesOf } from './contests.ts';
import { deviationAt, type SequentialRule } from './error-spread.ts';
import { type Plan, prefixWeights } from './plan.ts';

/** How a metric stands: settled right or wrong, or given up because the full plan would not settle it either. */
export type Settled = 'right' | 'wrong' | 'undecided';

/** Why and when an example was left. */
export interface Decision {
  /** Trials evaluated. */
  trials: number;
  /** Error bound of every single comparison: alpha shared among all looks and contests. */
  level: number;
  metrics: Partial<Record<MetricName, Settled>>;
}

/** A full plan settles a contest whose mean is this many of its standard errors from 0; less is not worth going on for. */
export const SETTLING_Z = 3;
/** Giving up is not an error in a decision; it has a one-sided level of its own. */
const FUTILITY_LEVEL = 0.05;
/** Share of the plan before which nothing is given up. */
const FUTILITY_FROM = 0.25;

/** Prefix lengths at which the rule looks: 4, 6, 8, 12, 16, 24, … below the full plan. Fixed, so they can be counted. */
export function looksOf(trials: number): number[] {
  const looks: number[] = [];
  for (let base = 4; base < trials; base *= 2) {
    for (const look of [base, base * 1.5]) if (look < trials) looks.push(look);
  }
  return looks;
}

/** What a look at so many trials needs, whatever the example. */
interface Look {
  /** Cell weights of the prefix, and of its first half. */
  weights: Float64Array;
  half: Float64Array;
  /** Places of the prefix's trials by ascending timestep. */
  order: number[];
  /** By sort of contest: variance of the prefix mean around the full plan's, in units of the contest's scale. */
  variance: Record<Contest['over'], number>;
}

/** A rule applied to a plan: everything that examples share. */
export class SequentialPlan {
  readonly rule: SequentialRule;
  readonly looks: ReadonlyMap<number, Look>;
  /** Standard deviation at every trial, by sort of contest. */
  readonly sigma: Record<Contest['over'], Float64Array>;
  /** Variance of the full plan's mean under redrawn noise, in units of the contest's scale. */
  readonly full: Record<Contest['over'], number>;
  readonly trials: number;

  constructor(plan: Plan, rule: SequentialRule) {
    this.rule = rule;
    this.trials = plan.trials.length;
    const each = <T>(value: (over: Contest['over']) => T): Record<Contest['over'], T> => ({
      captions: value('captions'),
      images: value('images'),
      matchings: value('matchings'),
    });
    this.sigma = each((over) =>
      Float64Array.from(plan.trials, ({ timestep }) => deviationAt(rule.spread[over], timestep)),
    );
    const total = this.trials;
    this.full = each((over) => this.sigma[over].reduce((sum, value) => sum + (value / total) ** 2, 0));
    this.looks = new Map(
      looksOf(total).map((seen) => {
        const weights = prefixWeights(plan, seen);
        const order = [...weights.keys()].sort((a, b) => plan.trials[a]!.timestep - plan.trials[b]!.timestep);
        const variance = each((over) =>
          this.sigma[over].reduce((sum, value, k) => {
            const weight = k < seen ? weights[k]! - 1 / total : 1 / total;
            return sum + (weight * value) ** 2;
          }, 0),
        );
        return [seen, { weights, half: prefixWeights(plan, seen / 2), order, variance }];
      }),
    );
  }

  /** Whether there is a look after `before` trials and at most `done`. */
  looksWithin(before: number, done: number): boolean {
    for (const look of this.looks.keys()) if (look > before && look <= done) return true;
    return false;
  }
}

/** The rule for one example: asked at every look, in order. */
export class SequentialTest {
  readonly #shared: SequentialPlan;
  readonly #contests: readonly Contest[];
  readonly #states = new Map<Contest, 'won' | 'lost' | 'futile'>();
  readonly #lost = new Set<MetricName>();
  readonly #level: number;

  constructor(shared: SequentialPlan, contests: readonly Contest[]) {
    this.#shared = shared;
    this.#contests = contests;
    this.#level = shared.rule.alpha / (shared.looks.size * Math.max(1, contests.length));
  }

  /**
   * Looks at the first `trials` trials. What is settled stays settled; what was given up may still settle.
   * @param errors of a pair by its slot, per trial of the plan's order: mean squared, in the model's own space.
   * @returns the decision if every metric of the example is settled or given up; undefined too where there is no look.
   */
  look(trials: number, errors: (slot: number) => ArrayLike<number>): Decision | undefined {
    const look = this.#shared.looks.get(trials);
    if (!look || this.#contests.length === 0) return undefined;
    for (const contest of this.#contests) {
      const state = this.#states.get(contest);
      if (state === 'won' || state === 'lost' || this.#lost.has(contest.metric)) continue;
      const found = this.#judge(contest, look, differencesOf(contest, trials, errors));
      if (found) this.#states.set(contest, found);
      else this.#states.delete(contest);
      if (found === 'lost') this.#lost.add(contest.metric);
    }
    const metrics: Decision['metrics'] = {};
    for (const { metric } of this.#contests) metrics[metric] = this.#lost.has(metric) ? 'wrong' : 'right';
    for (const contest of this.#contests) {
      const state = this.#states.get(contest);
      if (state === 'won' || this.#lost.has(contest.metric)) continue;
      if (!state) return undefined;
      metrics[contest.metric] = 'undecided';
    }
    return { trials, level: this.#level, metrics };
  }

  /**
   * One contest at one look. S, the prefix mean by cell weights w, estimates D, the full plan's mean for the same noise
   * bank; what is still to come is random:
   *
   *     Var(S − D) = s² [ Σ_seen (w_k − 1/N)² σ_k² + Σ_unseen σ_k² / N² ]
   *
   * σ is the calibrated profile, s² the contest's own scale against it (see `moderatedScale`). Settled where |S|
   * exceeds the quantile of Student's t, at alpha shared among all looks and contests, plus |S − S of the first half|:
   * what coarse cells miss of a mean that changes with the timestep.
   */
  #judge(contest: Contest, look: Look, differences: Float64Array): 'won' | 'lost' | 'futile' | undefined {
    const { rule, full, sigma, trials } = this.#shared;
    const { scale, dof } = moderatedScale(
      differences,
      look.order,
      sigma[contest.over],
      rule.spread[contest.over].dof,
    );
    const mean = weighted(look.weights, differences);
    const error = Math.sqrt(scale * look.variance[contest.over]);
    const bound = quantile(this.#level / 2, dof) * error + Math.abs(mean - weighted(look.half, differences));
    if (mean > bound) return 'won';
    if (mean < -bound) return 'lost';
    if (differences.length < FUTILITY_FROM * trials) return undefined;
    const reach = Math.abs(mean) + quantile(FUTILITY_LEVEL, dof) * error;
    return reach < SETTLING_Z * Math.sqrt(scale * full[contest.over]) ? 'futile' : undefined;
  }
}

function weighted(weights: Float64Array, values: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) sum += weights[k]! * values[k]!;
  return sum;
}

/**
 * A contest's variance in units of the profile's, from successive differences along the timestep (which a smooth mean
 * hardly moves), moderated towards 1 by the profile's prior degrees of freedom (Smyth 2004).
 */
function moderatedScale(
  differences: Float64Array,
  order: readonly number[],
  sigma: Float64Array,
  prior: number,
): { scale: number; dof: number } {
  let sum = 0;
  for (let k = 1; k < order.length; k++) {
    const [a, b] = [order[k - 1]!, order[k]!];
    sum += (differences[b]! - differences[a]!) ** 2 / (sigma[a]! ** 2 + sigma[b]! ** 2);
  }
  // Neighbouring differences share a term: n of them carry what about 2n/3 independent ones would (von Neumann 1941).
  const own = (2 / 3) * (order.length - 1);
  const measured = sum / (order.length - 1);
  return { scale: (prior + own * measured) / (prior + own), dof: prior + own };
}

const quantiles = new Map<string, number>();

/** `studentTIsf`, remembered: a run asks for few of them, very often. */
function quantile(p: number, dof: number): number {
  const key = `${p} ${dof}`;
  const known = quantiles.get(key) ?? studentTIsf(p, dof);
  quantiles.set(key, known);
  return known;
}
