/**
 * Li et al.'s elimination in stages (2023, algorithm 2; `eval_prob_adaptive.py`): after each stage the captions of an
 * image with the smallest mean error over all trials so far go on. Examples of another shape run the whole plan.
 */

import type { Plan } from './plan.ts';
import type { Decision, Follower, PairErrors, Ruling, StagesRule, StoppingPlan } from './stop-rule.ts';
import { ENTRANTS_METRIC, type Entrant, leaving, type Subject } from './subject.ts';

/** The rule applied to a plan with stages. */
export class StagesPlan implements StoppingPlan {
  readonly rule: StagesRule;
  readonly trials: number;
  /** Trials at the end of every stage; the last one ends with the plan. */
  readonly lookAt: readonly number[];

  /** @param plan one with as many stages as the rule keeps captions after */
  constructor(plan: Plan, rule: StagesRule) {
    this.rule = rule;
    this.trials = plan.trials.length;
    this.lookAt = plan.stageEnds ?? [];
  }

  /** Captions of one image compete; images of one caption, and I × C examples, do not. */
  follow(subject: Subject): Follower {
    const entrants = subject.entrants?.filter(({ slot }) => !subject.skipped.has(slot)) ?? [];
    const isChoice = entrants.length > 1 && entrants.every(({ base }) => base === undefined);
    return isChoice && subject.entrants!.some(({ isTrue }) => isTrue)
      ? new Elimination(this, subject, entrants)
      : { look: () => undefined };
  }

  /** How many captions go on after `trials` trials. */
  keptAfter(trials: number): number {
    return this.rule.keep[this.lookAt.indexOf(trials)]!;
  }
}

class Elimination implements Follower {
  readonly #plan: StagesPlan;
  readonly #subject: Subject;
  #left: readonly Entrant[];

  constructor(plan: StagesPlan, subject: Subject, entrants: readonly Entrant[]) {
    this.#plan = plan;
    this.#subject = subject;
    this.#left = entrants;
  }

  look(trials: number, errors: PairErrors): Ruling {
    const ranked = this.#left
      .map((entrant) => ({ entrant, sum: sumOf(errors(entrant.slot), trials) }))
      .sort((a, b) => (a.sum < b.sum ? -1 : a.sum > b.sum ? 1 : 0))
      .map(({ entrant }) => entrant);
    this.#left = ranked.slice(0, this.#plan.keptAfter(trials));
    const leave = leaving(
      this.#subject,
      this.#left.map(({ slot }) => slot),
    );
    if (this.#left.length > 1) return { leave };
    const isRight = this.#left[0]!.isTrue;
    const metrics = { [ENTRANTS_METRIC]: isRight ? 'right' : 'wrong' } as Decision['metrics'];
    return { leave, decision: { trials, metrics } };
  }
}

/** A NaN ranks last: it says nothing for its caption. */
function sumOf(values: ArrayLike<number>, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += values[k]!;
  return Number.isNaN(sum) ? Number.POSITIVE_INFINITY : sum;
}
