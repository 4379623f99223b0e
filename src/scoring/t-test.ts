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

export class TTestPlan implements StoppingPlan {
  readonly rule: TTestRule;
  readonly trials: number;
  readonly lookAt: readonly number[];
  readonly #quantiles = new Map<number, number>();

  /** @param trials of the whole plan */
  constructor(trials: number, rule: TTestRule) {
    this.rule = rule;
    this.trials = trials;
    this.lookAt = Array.from({ length: Math.max(0, trials - rule.least) }, (_, k) => rule.least + k);
  }

  /** A race where one true caption (or image) competes with others, as in the paper; else contest by contest. */
  follow(subject: Subject): Follower {
    const entrants = subject.entrants?.filter(({ slot }) => !subject.skipped.has(slot)) ?? [];
    const truths = subject.entrants?.filter(({ isTrue }) => isTrue).length;
    return truths === 1 && entrants.length > 1
      ? new Race(this, subject, entrants)
      : new ContestTests(this, subject);
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
      let [sum, squares] = [0, 0];
      for (let k = 0; k < trials; k++) {
        const difference = own(k) - leader(k);
        sum += difference;
        squares += difference ** 2;
      }
      return this.#plan.sign(trials, sum, squares) <= 0;
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
  readonly #sums: { contest: Contest; sum: number; squares: number; state: Settled | undefined }[];
  #seen = 0;

  constructor(plan: TTestPlan, subject: Subject) {
    this.#plan = plan;
    this.#subject = subject;
    this.#sums = subject.contests.map((contest) => {
      const { sign } = contest.terms.find(({ slot }) => subject.skipped.has(slot)) ?? {};
      const state = sign === undefined ? undefined : sign === 1 ? 'right' : 'wrong';
      return { contest, sum: 0, squares: 0, state };
    });
  }

  look(trials: number, errors: PairErrors): Ruling | undefined {
    if (this.#sums.length === 0) return undefined;
    for (const entry of this.#sums) {
      if (entry.state) continue;
      const terms = entry.contest.terms.map(({ slot, sign }) => ({ values: errors(slot), sign }));
      for (let k = this.#seen; k < trials; k++) {
        const difference = terms.reduce((sum, { values, sign }) => sum + sign * values[k]!, 0);
        entry.sum += difference;
        entry.squares += difference ** 2;
      }
      const sign = this.#plan.sign(trials, entry.sum, entry.squares);
      if (sign !== 0) entry.state = sign > 0 ? 'right' : 'wrong';
    }
    this.#seen = trials;
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
