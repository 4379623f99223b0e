/** Stopping an example once its answer is known: fixed looks at a growing prefix of the plan. */

import type { MetricName } from '../metrics/score-matrix.ts';
import { studentTIsf } from '../stats/student-t.ts';
import { type Contest, differencesOf } from './contests.ts';
import { deviationAt, type SequentialRule } from './error-spread.ts';
import { meansOfUnits, type Plan, planOfUnits, prefixWeights, unitOf } from './plan.ts';
import type { Decision, Follower, PairErrors, Ruling, StoppingPlan } from './stop-rule.ts';
import { leaving, type Subject } from './subject.ts';

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

/**
 * A rule applied to a plan: everything that examples share. Where noises come with their negatives, a couple counts as
 * one observation: its two errors depend on each other, couples do not.
 */
export class SequentialPlan implements StoppingPlan {
  readonly rule: SequentialRule;
  readonly looks: ReadonlyMap<number, Look>;
  readonly lookAt: readonly number[];
  /** Standard deviation at every trial, by sort of contest. */
  readonly sigma: Record<Contest['over'], Float64Array>;
  /** Variance of the full plan's mean under redrawn noise, in units of the contest's scale. */
  readonly full: Record<Contest['over'], number>;
  readonly trials: number;
  /** The plan, and its units as a plan of their own. */
  readonly plan: Plan;
  readonly units: number;

  constructor(whole: Plan, rule: SequentialRule) {
    this.rule = rule;
    this.trials = whole.trials.length;
    this.plan = whole;
    const plan = planOfUnits(whole);
    const each = <T>(value: (over: Contest['over']) => T): Record<Contest['over'], T> => ({
      captions: value('captions'),
      images: value('images'),
      matchings: value('matchings'),
    });
    this.sigma = each((over) =>
      Float64Array.from(plan.trials, ({ timestep }) => deviationAt(rule.spread[over], timestep)),
    );
    const total = plan.trials.length;
    this.units = total;
    const size = unitOf(whole);
    this.lookAt = looksOf(total).map((look) => look * size);
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
        return [seen * size, { weights, half: prefixWeights(plan, seen / 2), order, variance }];
      }),
    );
  }

  follow(subject: Subject): Follower {
    return new SequentialTest(this, subject);
  }
}

/** The rule for one example: asked at every look, in order. */
export class SequentialTest implements Follower {
  readonly #shared: SequentialPlan;
  readonly #subject: Subject;
  readonly #states = new Map<Contest, 'won' | 'lost' | 'futile'>();
  readonly #lost = new Set<MetricName>();
  readonly #level: number;

  constructor(shared: SequentialPlan, subject: Subject) {
    this.#shared = shared;
    this.#subject = subject;
    const { contests, skipped } = subject;
    this.#level = shared.rule.alpha / (shared.looks.size * Math.max(1, contests.length));
    // What was pruned has lost: a false caption against every true one, a true one against every false one.
    for (const contest of contests) {
      const { sign } = contest.terms.find(({ slot }) => skipped.has(slot)) ?? {};
      if (sign !== undefined) this.#settle(contest, sign === 1 ? 'won' : 'lost');
    }
  }

  /**
   * What is settled stays settled; what was given up may still settle. Where there is one image or one caption, those
   * that have lost to every true one need no more trials.
   * @returns undefined where there is no look; a decision if every metric of the example is settled or given up.
   */
  look(trials: number, errors: PairErrors): Ruling | undefined {
    const look = this.#shared.looks.get(trials);
    const { contests } = this.#subject;
    if (!look || contests.length === 0) return undefined;
    for (const contest of contests) {
      if (this.#isSettled(contest)) continue;
      this.#settle(contest, this.#judge(contest, look, this.#differencesOf(contest, trials, errors)));
    }
    const decision = this.#decide(trials);
    return { leave: this.#leaving(), ...(decision && { decision }) };
  }

  #differencesOf(contest: Contest, trials: number, errors: PairErrors): Float64Array {
    return meansOfUnits(this.#shared.plan, differencesOf(contest, trials, errors));
  }

  #isSettled(contest: Contest): boolean {
    const state = this.#states.get(contest);
    return state === 'won' || state === 'lost' || this.#lost.has(contest.metric);
  }

  #settle(contest: Contest, state: 'won' | 'lost' | 'futile' | undefined): void {
    if (state) this.#states.set(contest, state);
    else this.#states.delete(contest);
    if (state === 'lost') this.#lost.add(contest.metric);
  }

  /** The decision if nothing is open any more. */
  #decide(trials: number): Decision | undefined {
    const metrics: Decision['metrics'] = {};
    const { contests } = this.#subject;
    for (const { metric } of contests) metrics[metric] = this.#lost.has(metric) ? 'wrong' : 'right';
    for (const contest of contests) {
      const state = this.#states.get(contest);
      if (state === 'won' || this.#lost.has(contest.metric)) continue;
      if (!state) return undefined;
      metrics[contest.metric] = 'undecided';
    }
    return { trials, level: this.#level, metrics };
  }

  #leaving(): number[] {
    const { contests, entrants } = this.#subject;
    if (!entrants) return []; // the pairs of an I x C example stay together
    const open = contests.filter((contest) => !this.#isSettled(contest));
    return leaving(
      this.#subject,
      open.flatMap(({ terms }) => terms.map(({ slot }) => slot)),
    );
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
    const { rule, full, sigma, units } = this.#shared;
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
    if (differences.length < FUTILITY_FROM * units) return undefined;
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
