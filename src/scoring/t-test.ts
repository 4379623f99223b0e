/**
 * Stopping by paired t-tests (Clark and Jaini 2023, algorithm 1): from a least number of trials on, after every trial,
 * whatever differs at a fixed level is settled. Its level is that of a single test: looking again and again errs more
 * often, see `docs/stopping.md`.
 */

import { studentTIsf } from '../stats/student-t.ts';
import type { Contest } from './contests.ts';
import type {
  Decision,
  Follower,
  PairErrors,
  Ruling,
  Settled,
  StoppingPlan,
  TTestRule,
} from './stop-rule.ts';
import { ENTRANTS_METRIC, type Entrant, leaving, type Subject } from './subject.ts';

/** The rule applied to a plan. */
export class TTestPlan implements StoppingPlan {
  readonly rule: TTestRule;
  readonly trials: number;
  readonly lookAt: readonly number[];
  readonly #quantiles = new Map<number, number>();

  /** The sizes of which are looked at: after every trial, or after every couple where noises come with their negatives. */
  readonly unit: 1 | 2;

  /** @param trials of the whole plan */
  constructor(trials: number, rule: TTestRule, unit: 1 | 2 = 1) {
    this.rule = rule;
    this.trials = trials;
    this.unit = unit;
    this.lookAt = Array.from({ length: Math.max(0, trials - rule.least) }, (_, k) => rule.least + k).filter(
      (look) => look % unit === 0,
    );
  }

  /** A race where one true caption (or image) competes with others, as in the paper; else contest by contest. */
  follow(subject: Subject): Follower {
    const entrants = subject.entrants?.filter(({ slot }) => !subject.skipped.has(slot)) ?? [];
    const truths = subject.entrants?.filter(({ isTrue }) => isTrue).length;
    return truths === 1 && entrants.length > 1
      ? new Race(this, subject, entrants)
      : new ContestTests(this, subject);
  }

  /** Calls back with the difference of every unit among trials `from` to `to`: the mean of a couple's two. */
  forUnits(from: number, to: number, differenceAt: (trial: number) => number, take: (value: number) => void) {
    for (let k = from; k < to; k += this.unit)
      take(this.unit === 1 ? differenceAt(k) : (differenceAt(k) + differenceAt(k + 1)) / 2);
  }

  /** 1, −1 or 0: whether the mean of `count` differences is above 0, below it, or not told from it. Two-sided. */
  sign(count: number, sum: number, squares: number): -1 | 0 | 1 {
    const variance = Math.max(0, squares - sum ** 2 / count) / (count - 1);
    const known = this.#quantiles.get(count) ?? studentTIsf(this.rule.alpha / 2, count - 1);
    this.#quantiles.set(count, known);
    const bound = known * Math.sqrt(count * variance);
    return sum > bound ? 1 : sum < -bound ? -1 : 0;
  }
}

/** Running sums of differences, unit by unit. */
class Moments {
  readonly #plan: TTestPlan;
  #trials = 0;
  #count = 0;
  #sum = 0;
  #squares = 0;

  constructor(plan: TTestPlan) {
    this.#plan = plan;
  }

  /** Goes on to the first `trials` trials. */
  extend(trials: number, differenceAt: (trial: number) => number): void {
    this.#plan.forUnits(this.#trials, trials, differenceAt, (value) => {
      this.#count++;
      this.#sum += value;
      this.#squares += value ** 2;
    });
    this.#trials = trials;
  }

  sign(): -1 | 0 | 1 {
    return this.#plan.sign(this.#count, this.#sum, this.#squares);
  }
}

/** Entrants leave as soon as the best one so far is told from them; the truth is not looked at before the end. */
class Race implements Follower {
  readonly #plan: TTestPlan;
  readonly #subject: Subject;
  #left: readonly Entrant[];

  constructor(plan: TTestPlan, subject: Subject, entrants: readonly Entrant[]) {
    this.#plan = plan;
    this.#subject = subject;
    this.#left = entrants;
  }

  look(trials: number, errors: PairErrors): Ruling {
    const series = new Map(this.#left.map((entrant) => [entrant, seriesOf(entrant, errors)]));
    const sums = new Map(this.#left.map((entrant) => [entrant, sumOf(trials, series.get(entrant)!)]));
    const best = this.#left.reduce((a, b) => (sums.get(b)! < sums.get(a)! ? b : a));
    const leader = series.get(best)!;
    this.#left = this.#left.filter((entrant) => {
      if (entrant === best) return true;
      const own = series.get(entrant)!;
      const moments = new Moments(this.#plan);
      moments.extend(trials, (k) => own(k) - leader(k));
      return moments.sign() <= 0;
    });
    const leave = leaving(
      this.#subject,
      this.#left.flatMap(({ slot, base }) => (base === undefined ? [slot] : [slot, base])),
    );
    if (this.#left.length > 1) return { leave };
    const metrics = { [ENTRANTS_METRIC]: best.isTrue ? 'right' : 'wrong' } as Decision['metrics'];
    return { leave, decision: { trials, level: this.#plan.rule.alpha, metrics } };
  }
}

/** An entrant's error at a trial, minus that of the empty caption where images compete. */
function seriesOf({ slot, base }: Entrant, errors: PairErrors): (trial: number) => number {
  const own = errors(slot);
  if (base === undefined) return (k) => own[k]!;
  const empty = errors(base);
  return (k) => own[k]! - empty[k]!;
}

function sumOf(trials: number, value: (trial: number) => number): number {
  let sum = 0;
  for (let k = 0; k < trials; k++) sum += value(k);
  return sum;
}

/** Every contest of an example on its own; running sums, since there is a look at every trial. */
class ContestTests implements Follower {
  readonly #plan: TTestPlan;
  readonly #subject: Subject;
  readonly #sums: { contest: Contest; moments: Moments; state: Settled | undefined }[];

  constructor(plan: TTestPlan, subject: Subject) {
    this.#plan = plan;
    this.#subject = subject;
    this.#sums = subject.contests.map((contest) => {
      const { sign } = contest.terms.find(({ slot }) => subject.skipped.has(slot)) ?? {};
      const state = sign === undefined ? undefined : sign === 1 ? 'right' : 'wrong';
      return { contest, moments: new Moments(plan), state };
    });
  }

  look(trials: number, errors: PairErrors): Ruling | undefined {
    if (this.#sums.length === 0) return undefined;
    for (const entry of this.#sums) {
      if (entry.state) continue;
      const terms = entry.contest.terms.map(({ slot, sign }) => ({ values: errors(slot), sign }));
      entry.moments.extend(trials, (k) =>
        terms.reduce((sum, { values, sign }) => sum + sign * values[k]!, 0),
      );
      const sign = entry.moments.sign();
      if (sign !== 0) entry.state = sign > 0 ? 'right' : 'wrong';
    }
    const metrics: Decision['metrics'] = {};
    for (const { contest, state } of this.#sums) {
      if (metrics[contest.metric] !== 'wrong')
        metrics[contest.metric] = state === 'wrong' ? 'wrong' : 'right';
    }
    const open = this.#sums.filter(({ contest, state }) => !state && metrics[contest.metric] !== 'wrong');
    const slots = open.flatMap(({ contest }) => contest.terms.map(({ slot }) => slot));
    const leave = this.#subject.entrants ? leaving(this.#subject, slots) : [];
    if (open.length > 0) return { leave };
    return { leave, decision: { trials, level: this.#plan.rule.alpha, metrics } };
  }
}
