/** The parts of a summary that tell how examples ran: stopping, pruning, several noise banks, trials to a decision. */

import { verdict } from '../metrics/evaluate.ts';
import { type MetricName, metricNames } from '../metrics/score-matrix.ts';
import { scoreExample } from '../scoring/aggregate.ts';
import type { PruneRule } from '../scoring/diffusion-scorer.ts';
import type { Example } from '../scoring/example.ts';
import { seedsOf } from '../scoring/plan.ts';
import type { StopRule } from '../scoring/stop-rule.ts';
import { readingOf } from '../scoring/weighting.ts';
import { fitSampleConfidence, racesOf } from './samples-to-decide.ts';
import { type DiffusionView, toMatrix } from './scorer-view.ts';
import type { Analysis, NoiseBanks, Pruning, ScorerSummary, Stopping } from './summary-schema.ts';

/** What a diffusion scorer's settings add to its summary; nothing where it evaluated everything with one bank. */
export function summarizeCourse(
  view: DiffusionView,
  examples: readonly Example[],
  analysis: Analysis,
): Pick<ScorerSummary, 'stopping' | 'pruning' | 'noiseBanks' | 'samplesToDecide'> {
  const done = [...examples.keys()].filter((index) => view.results.isDone(index));
  const samplesToDecide = fitSampleConfidence(racesOf(view, examples));
  const noiseBanks = summarizeBanks(view, examples, { done, analysis });
  return {
    ...(view.stop && { stopping: summarizeStopping(view, view.stop, done) }),
    ...(view.prune && { pruning: summarizePruning(view, view.prune, { examples, done }) }),
    ...(noiseBanks && { noiseBanks }),
    ...(samplesToDecide && { samplesToDecide }),
  };
}

/** What a stopping rule did to the examples done. */
function summarizeStopping(
  { results, plan }: DiffusionView,
  rule: StopRule,
  done: readonly number[],
): Stopping {
  const decisions = done.map((index) => results.decision(index));
  const sum = (value: (index: number) => number) => done.reduce((total, index) => total + value(index), 0);
  const total = plan.trials.length;
  const trials = done.map((index) => results.trialsOf(index).filter((own) => own > 0));
  return {
    rule: rule.rule,
    ...(rule.rule !== 'stages' && { alpha: rule.alpha }),
    ...(rule.rule !== 'sequential' && rule.reads && { reads: rule.reads }),
    stopped: decisions.filter((decision) => decision && decision.trials < total).length,
    undecided: decisions.filter((decision) => Object.values(decision?.metrics ?? {}).includes('undecided'))
      .length,
    left: trials.reduce((count, own) => count + own.filter((value) => value < Math.max(...own)).length, 0),
    evaluations: sum((index) => results.evaluations(index)),
    fullPlan: trials.reduce((count, own) => count + own.length * total, 0),
  };
}

function summarizePruning(
  { results }: DiffusionView,
  { by, keep }: PruneRule,
  { examples, done }: { examples: readonly Example[]; done: readonly number[] },
): Pruning {
  let [pruned, truthsPruned] = [0, 0];
  for (const index of done) {
    const pairs = results.store.pairs(index);
    const gone = pairs.filter((_, slot) => results.trialsOf(index)[slot] === 0);
    pruned += gone.length;
    const isTrue = ({ image, caption }: (typeof pairs)[number]) =>
      examples[index]!.truth.some(([i, c]) => i === image && c === caption);
    if (gone.some(isTrue)) truthsPruned++;
  }
  return { by, keep, pruned, truthsPruned };
}

/**
 * Each bank's scores over the examples that have the whole plan for all pairs; undefined where there is one bank, or a
 * rule stopped examples: those that went on are not like the others.
 */
function summarizeBanks(
  { plan, schedule, results, stop }: DiffusionView,
  examples: readonly Example[],
  { done, analysis }: { done: readonly number[]; analysis: Analysis },
): NoiseBanks | undefined {
  const seeds = seedsOf(plan);
  if (seeds.length < 2 || stop) return undefined;
  const whole = done.filter((index) => results.store.done(index) === plan.trials.length);
  const reading = readingOf(schedule, analysis);
  const banks = seeds.map((seed, bank) => {
    const counts = new Map<MetricName, { correct: number; count: number }>();
    for (const index of whole) {
      const errors = results.errors(index, analysis.loss);
      const scores = scoreExample(plan, errors, { ...reading, bank });
      for (const [metric, isRight] of Object.entries(verdict(toMatrix(scores, examples[index]!)))) {
        const tally = counts.get(metric as MetricName) ?? { correct: 0, count: 0 };
        counts.set(metric as MetricName, {
          correct: tally.correct + Number(isRight),
          count: tally.count + 1,
        });
      }
    }
    const metrics = Object.fromEntries(
      [...counts].map(([metric, tally]) => [metric, { score: tally.correct / tally.count, ...tally }]),
    );
    return { seed, metrics };
  });
  const spread: NoiseBanks['spread'] = {};
  for (const metric of metricNames) {
    const scores = banks.flatMap(({ metrics }) => metrics[metric]?.score ?? []);
    if (scores.length === banks.length) spread[metric] = deviation(scores);
  }
  return { banks, spread };
}

/** Standard deviation, with n − 1. */
function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
