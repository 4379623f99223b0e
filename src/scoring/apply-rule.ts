import type { NoiseSchedule } from '../diffusion/noise-schedule.ts';
import { type Plan, unitOf } from './plan.ts';
import { SequentialPlan } from './sequential.ts';
import { StagesPlan } from './stages.ts';
import type { PairErrors, RuleReads, StoppingPlan, StopRule } from './stop-rule.ts';
import { TTestPlan } from './t-test.ts';
import { readingOf } from './weighting.ts';

/**
 * A rule applied to a plan.
 * @param schedule of the model; needed where the rule looks at other errors than the model's own.
 * @throws UsageError where those errors say nothing at a timestep of the plan.
 */
export function applyRule(plan: Plan, rule: StopRule, schedule?: NoiseSchedule): StoppingPlan {
  switch (rule.rule) {
    case 'sequential':
      return new SequentialPlan(plan, rule);
    case 'ttest':
      return reading(new TTestPlan(plan.trials.length, rule, unitOf(plan)), plan, {
        reads: rule.reads,
        schedule,
      });
    case 'stages':
      return reading(new StagesPlan(plan, rule), plan, { reads: rule.reads, schedule });
  }
}

/** The rule, shown the errors that it reads instead of the stored ones. */
function reading(
  inner: StoppingPlan,
  plan: Plan,
  { reads, schedule }: { reads: RuleReads | undefined; schedule: NoiseSchedule | undefined },
): StoppingPlan {
  if (!reads) return inner;
  if (!schedule) throw new Error('a rule that weighs errors needs the noise schedule');
  const { factor } = readingOf(schedule, reads);
  const factors = Float64Array.from(plan.trials, ({ timestep }) => factor(timestep));
  return {
    rule: inner.rule,
    trials: inner.trials,
    lookAt: inner.lookAt,
    follow(subject) {
      const follower = inner.follow(subject);
      const scaled = new ScaledErrors(factors);
      return { look: (trials, errors) => follower.look(trials, scaled.upTo(trials, errors)) };
    },
  };
}

/** Errors times a factor per trial; each is multiplied once, when a look first reaches it. */
class ScaledErrors {
  readonly #factors: Float64Array;
  readonly #values = new Map<number, { values: Float64Array; done: number }>();

  constructor(factors: Float64Array) {
    this.#factors = factors;
  }

  upTo(trials: number, errors: PairErrors): PairErrors {
    return (slot) => {
      const known = this.#values.get(slot) ?? { values: new Float64Array(this.#factors.length), done: 0 };
      this.#values.set(slot, known);
      const own = errors(slot);
      for (; known.done < trials; known.done++)
        known.values[known.done] = own[known.done]! * this.#factors[known.done]!;
      return known.values;
    };
  }
}
