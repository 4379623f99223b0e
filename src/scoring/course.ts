/** How far the pairs of one example run: to the plan's end, or as long as a stopping rule wants them. */

import type { Decision, Follower, PairErrors, StoppingPlan } from './stop-rule.ts';
import type { Subject } from './subject.ts';

/**
 * Replays a rule on an example's errors as they come in. It depends on those alone, so it need not be stored: the same
 * errors give the same course, whoever computed them and however often that was interrupted.
 */
export class Course {
  readonly #plan: StoppingPlan | undefined;
  readonly #follower: Follower | undefined;
  readonly #total: number;
  #next = 0;
  #decision: Decision | undefined;
  /** Trials that each pair runs, by slot: as far as is known, those of the whole plan. 0 for a pair that is skipped. */
  readonly leaves: Int32Array;

  /** @param total trials of the whole plan */
  constructor(plan: StoppingPlan | undefined, subject: Subject, total: number) {
    this.#plan = plan;
    this.#total = total;
    this.#follower = plan?.follow(subject);
    this.leaves = new Int32Array(subject.pairs).fill(total);
    for (const slot of subject.skipped) this.leaves[slot] = 0;
  }

  /** What the rule came to; undefined where there is none or the example goes on. */
  get decision(): Decision | undefined {
    return this.#decision;
  }

  /** Trials of the pairs that run longest, as far as is known. */
  get end(): number {
    return this.#decision?.trials ?? this.#total;
  }

  /** Whether a pair takes part in trial number `trial`, from 0. */
  runs(slot: number, trial: number): boolean {
    return this.leaves[slot]! > trial;
  }

  /**
   * Looks at all that can be looked at.
   * @param done trials that are complete for a pair, by slot: those of the plan's order without a gap.
   */
  advance(done: (slot: number) => number, errors: PairErrors): void {
    if (!this.#plan || !this.#follower) return;
    const { lookAt } = this.#plan;
    for (; this.#next < lookAt.length && !this.#decision; this.#next++) {
      const trials = lookAt[this.#next]!;
      if (this.leaves.some((leaves, slot) => leaves >= trials && done(slot) < trials)) return;
      const ruling = this.#follower.look(trials, errors);
      if (!ruling) continue;
      for (const slot of ruling.leave) if (this.runs(slot, trials)) this.leaves[slot] = trials;
      if (!ruling.decision) continue;
      this.#decision = ruling.decision;
      for (const slot of this.leaves.keys()) if (this.runs(slot, trials)) this.leaves[slot] = trials;
    }
  }

  /**
   * Trials of the plan's order that are complete for all pairs that take part in them; `end` where nothing is left.
   * @param done as for `advance`
   */
  progress(done: (slot: number) => number): number {
    let least = this.end;
    for (const [slot, leaves] of this.leaves.entries()) {
      const own = done(slot);
      if (own < leaves) least = Math.min(least, own);
    }
    return least;
  }
}

/** The decision of a rule within the first `done` trials of an example's errors, or undefined. */
export function decisionWithin(
  plan: StoppingPlan,
  subject: Subject,
  { errors, done }: { errors: PairErrors; done: number },
): Decision | undefined {
  const course = new Course(plan, subject, plan.trials);
  course.advance(() => done, errors);
  return course.decision;
}
