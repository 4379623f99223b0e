import { type Plan, unitOf } from './plan.ts';
import { SequentialPlan } from './sequential.ts';
import { StagesPlan } from './stages.ts';
import type { StoppingPlan, StopRule } from './stop-rule.ts';
import { TTestPlan } from './t-test.ts';

/** A rule applied to a plan. */
export function applyRule(plan: Plan, rule: StopRule): StoppingPlan {
  switch (rule.rule) {
    case 'sequential':
      return new SequentialPlan(plan, rule);
    case 'ttest':
      return new TTestPlan(plan.trials.length, rule, unitOf(plan));
    case 'stages':
      return new StagesPlan(plan, rule);
  }
}
