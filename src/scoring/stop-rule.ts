/** Rules by which an example may end before its plan does: their stored forms, and what they have in common. */

import { z } from 'zod';
import { SCORE_LOSSES, type ScoreLoss } from '../diffusion/denoising-error.ts';
import type { MetricName } from '../metrics/score-matrix.ts';
import { ERROR_SPACES } from './error-space.ts';
import { sequentialRuleSchema } from './error-spread.ts';
import type { Subject } from './subject.ts';
import { weightingSchema } from './weighting.ts';

/** Which errors a rule looks at; by default mean squares in the model's own target, all timesteps alike. */
export const readsSchema = z.object({
  loss: z.enum(SCORE_LOSSES),
  errorSpace: z.enum(ERROR_SPACES),
  /** Of the timesteps; uniform where absent. */
  weighting: weightingSchema.optional(),
});

/** Clark and Jaini 2023, algorithm 1: after `least` trials, whatever a paired t-test finds at `alpha` is settled. */
const tTestRuleSchema = z.object({
  rule: z.literal('ttest'),
  /** Two-sided, of every single test; theirs is 0.002. */
  alpha: z.number().gt(0).lt(1),
  /** Trials before the first test; theirs is 20. */
  least: z.number().int().min(2),
  reads: readsSchema.optional(),
});

/** Li et al. 2023, algorithm 2: after stage s of `samples[s]` timesteps the `keep[s]` best captions of an image go on. */
const stagesRuleSchema = z.object({
  rule: z.literal('stages'),
  keep: z.array(z.number().int().positive()).min(1),
  reads: readsSchema.optional(),
});

/** What decides when an example may be left; part of a run's identity. */
export const stopRuleSchema = z.discriminatedUnion('rule', [
  sequentialRuleSchema,
  tTestRuleSchema,
  stagesRuleSchema,
]);

/** Names of the rules, as `--stop` takes them. */
export const STOP_RULES = ['sequential', 'ttest', 'stages'] as const;
export type StopRule = z.infer<typeof stopRuleSchema>;
/** Which errors a rule looks at. */
export type RuleReads = z.infer<typeof readsSchema>;
export type TTestRule = z.infer<typeof tTestRuleSchema>;
export type StagesRule = z.infer<typeof stagesRuleSchema>;

/** The loss that a rule looks at, before any factor of its timesteps. */
export function lossRead(rule: StopRule | undefined): ScoreLoss {
  return (rule && 'reads' in rule && rule.reads?.loss) || 'mse';
}

/** How a metric stands: settled right or wrong, or given up because the full plan would not settle it either. */
export type Settled = 'right' | 'wrong' | 'undecided';

/** Why and when an example was left. */
export interface Decision {
  /** Trials evaluated. */
  trials: number;
  /** Error level of every single comparison; absent for rules that test nothing. */
  level?: number;
  metrics: Partial<Record<MetricName, Settled>>;
}

/** What a rule says at one look. */
export interface Ruling {
  /** Slots of the pairs that need no more trials. */
  leave: readonly number[];
  /** Where the whole example is through. */
  decision?: Decision;
}

/** A rule's eyes on one example. */
export interface Follower {
  /**
   * Looks at the first `trials` trials; asked at every look, in order. What is settled stays settled.
   * @param errors of a pair by its slot, per trial of the plan's order: those that the rule looks at. Of pairs
   *   that left, only the trials before that are read.
   */
  look(trials: number, errors: PairErrors): Ruling | undefined;
}

/** Errors of a pair by its slot, per trial of the plan's order. */
export type PairErrors = (slot: number) => ArrayLike<number>;

/** A rule applied to a plan: everything that examples share. */
export interface StoppingPlan {
  readonly rule: StopRule;
  /** Of the whole plan. */
  readonly trials: number;
  /** Numbers of trials after which an example is looked at, ascending. */
  readonly lookAt: readonly number[];
  follow(subject: Subject): Follower;
}
