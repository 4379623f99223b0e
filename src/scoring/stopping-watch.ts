import type { Contest } from './contests.ts';
import { type Decision, type SequentialPlan, SequentialTest } from './sequential.ts';

/** One example's errors as they come, watched by a stopping rule. Trials come in the plan's order. */
export class StoppingWatch {
  readonly #test: SequentialTest;
  /** `[pair][trial]` */
  readonly #errors: Float64Array[];

  /** @param pairs number of pairs that every trial evaluates, the empty caption's included */
  constructor(shared: SequentialPlan, contests: readonly Contest[], pairs: number) {
    this.#test = new SequentialTest(shared, contests);
    this.#errors = Array.from({ length: pairs }, () => new Float64Array(shared.trials));
  }

  /** Notes the mean squared error of a pair at a trial. */
  note(slot: number, trial: number, error: number): void {
    this.#errors[slot]![trial] = error;
  }

  /** Called when the first `trials` trials are complete for all pairs, for every such number in turn. */
  after(trials: number): Decision | undefined {
    return this.#test.look(trials, (slot) => this.#errors[slot]!);
  }
}

/**
 * The decision that a rule comes to within the first `done` trials of stored errors, or undefined. It depends on those
 * alone, so that it need not be stored itself.
 */
export function decisionWithin(
  shared: SequentialPlan,
  contests: readonly Contest[],
  errors: (slot: number) => ArrayLike<number>,
  done: number,
): Decision | undefined {
  const test = new SequentialTest(shared, contests);
  for (const trials of shared.looks.keys()) {
    if (trials > done) return undefined;
    const decision = test.look(trials, errors);
    if (decision) return decision;
  }
  return undefined;
}
