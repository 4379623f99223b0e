/** What a stopping rule would have done on a stored run: its verdicts, and the evaluations that it would have needed. */

import { UsageError } from '../errors.ts';
import { verdict } from '../metrics/evaluate.ts';
import type { MetricName } from '../metrics/score-matrix.ts';
import { scoreExample } from '../scoring/aggregate.ts';
import { applyRule } from '../scoring/apply-rule.ts';
import type { UncondMode } from '../scoring/conditions.ts';
import { Course } from '../scoring/course.ts';
import { type ErrorSpace, errorFactor } from '../scoring/error-space.ts';
import { makePlan, type Plan } from '../scoring/plan.ts';
import type { StopRule } from '../scoring/stop-rule.ts';
import { subjectOf } from '../scoring/subject.ts';
import { readingOf } from '../scoring/weighting.ts';
import { diffusionScorerOf } from './diffusion-scorer-of.ts';
import type { StoredRun } from './open-run.ts';
import { prunedSlots } from './prune.ts';
import { type DiffusionView, scoresOf, toMatrix } from './scorer-view.ts';

/** One rule as it would have run. */
export interface Replayed {
  correct: number;
  count: number;
  /** Model evaluations per example, the mean. */
  evaluations: number;
  /** Examples that the whole plan gets right and the rule does not, and the other way round. */
  lost: number;
  gained: number;
}

/** Li et al.'s elimination: timesteps of each stage, and the captions that go on after it. */
export interface StageSetting {
  samples: readonly number[];
  keep: readonly number[];
}

/** What is replayed on a stored run. */
export interface ReplayOptions {
  /** Which diffusion scorer of the run; by default the only one. */
  scorer?: string;
  metric: MetricName;
  stages?: StageSetting;
  rule?: StopRule;
  /** What the rule and the scores read. @default 'native' */
  errorSpace?: ErrorSpace;
  /** Only the captions that another scorer of the run ranks highest, before the first trial (`--prune`). */
  prune?: { by: string; keep: number };
}

/**
 * A rule replayed on the first noise of every timestep of a stored run that has the whole plan. The order of evaluation
 * is the rule's own; stages take the timesteps that Li et al.'s code would have taken from the run's grid.
 * @throws UsageError where the run stopped early itself, or the last stage is not the run's whole grid.
 */
export function replay(run: StoredRun, options: ReplayOptions): Replayed {
  const { stages, metric, prune, errorSpace = 'native' } = options;
  const [name, view] = diffusionScorerOf(run, options.scorer);
  const identity = run.manifest.identity.scorers[name]!;
  const uncond = identity.kind === 'diffusion' ? identity.uncond : 'auto';
  const { results, schedule } = view;
  const plan = planFor(run, view, stages);
  const rule: StopRule | undefined = stages ? { rule: 'stages', keep: [...stages.keep] } : options.rule;
  const stopping = rule && applyRule(plan, rule, schedule);
  const places = new Map(view.plan.trials.map(({ noise }, k) => [noise, k]));
  const order = plan.trials.map(({ noise }) => places.get(noise)!);
  // Converted before the rule sees them, so what is read afterwards is native.
  const factor = errorFactor(schedule, errorSpace, 'mse');
  const factors = plan.trials.map(({ timestep }) => factor(timestep));
  const reading = readingOf(schedule, { loss: 'mse', errorSpace: 'native' });
  const total = { correct: 0, count: 0, evaluations: 0, lost: 0, gained: 0 };
  for (const [index, example] of run.examples.entries()) {
    if (results.store.done(index) < view.plan.trials.length) continue;
    const errors = results.store.pairs(index).map((_, slot) => {
      const values = results.store.values(index, slot, 'mse');
      return Float64Array.from(order, (k, place) => values[k]! * factors[place]!);
    });
    const skipped = prune && skippedBy(run, { index, uncond, ...prune });
    const subject = subjectOf(example, uncond, skipped);
    const course = new Course(stopping, subject, plan.trials.length);
    course.advance(
      () => plan.trials.length,
      (slot) => errors[slot]!,
    );
    const full = results.store.byPair(index, (slot) => errors[slot]!);
    const left = results.store.byPair(index, (slot) => course.leaves[slot]!);
    const done = Math.max(...course.leaves);
    const judged = (early: boolean) =>
      verdict(
        toMatrix(
          scoreExample(
            plan,
            early ? { ...full, done, left } : { ...full, done: plan.trials.length },
            reading,
          ),
          example,
        ),
      )[metric];
    const isRight = judged(true);
    if (isRight === undefined) continue;
    total.count++;
    if (isRight) total.correct++;
    const wasRight = judged(false);
    if (wasRight && !isRight) total.lost++;
    if (isRight && !wasRight) total.gained++;
    total.evaluations += course.leaves.reduce((sum, trials) => sum + trials, 0);
  }
  return { ...total, evaluations: total.evaluations / Math.max(1, total.count) };
}

/** Slots that pruning leaves out. @throws UsageError where the run has no such scorer, or it lacks the example. */
function skippedBy(
  run: StoredRun,
  { index, uncond, by, keep }: { index: number; uncond: UncondMode; by: string; keep: number },
): number[] {
  const view = run.views.get(by);
  const scores = view && scoresOf(view, index, { loss: 'mse', errorSpace: 'native' })?.raw;
  const example = run.examples[index]!;
  const skipped = prunedSlots(example, uncond, { scores, keep });
  if (skipped) return skipped;
  throw new UsageError({
    what: `the run has no scores by "${by}" for example "${example.id}" to prune by`,
    where: run.folder.path,
  });
}

/** The rule's plan over the first noises of the run. */
function planFor(run: StoredRun, view: DiffusionView, stages: StageSetting | undefined): Plan {
  const { timesteps, seed, stages: own, antithetic, moreSeeds } = view.plan;
  if (view.stop || own || antithetic || moreSeeds) {
    throw new UsageError({
      what: 'a rule can be replayed on a plain run only',
      where: run.folder.path,
      expected: 'one scored with --stop none, without --antithetic and further seeds',
    });
  }
  if (!stages) return makePlan({ timesteps, repeats: 1, seed });
  const last = stages.samples.at(-1);
  const isGrid = last === timesteps.length;
  if (!isGrid) {
    throw new UsageError({
      what: 'the last stage must take the whole grid of the run',
      where: run.folder.path,
      expected: `${timesteps.length} timesteps`,
      got: `${last}`,
    });
  }
  return makePlan({ timesteps, repeats: 1, seed, stages: stages.samples, prefix: 'plain' });
}
