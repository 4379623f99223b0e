/** A scorer's stored results, whatever its kind, and how they are read as scores. */

import type { NoiseSchedule } from '../diffusion/noise-schedule.ts';
import type { ScoreMatrix } from '../metrics/score-matrix.ts';
import type { DiffusionResults } from '../results/diffusion-results.ts';
import type { PairScoreResults } from '../results/pair-score-results.ts';
import { type ExampleScores, scoreExample } from '../scoring/aggregate.ts';
import type { PruneRule } from '../scoring/diffusion-scorer.ts';
import type { Example } from '../scoring/example.ts';
import type { Plan } from '../scoring/plan.ts';
import type { StopRule } from '../scoring/stop-rule.ts';
import { readingOf } from '../scoring/weighting.ts';
import type { Analysis } from './summary-schema.ts';

/** A scorer's stored results with what is needed to read them. */
export type ScorerView = PairScoreView | DiffusionView;

/** Stored results of a scorer that gives every pair one score. */
export interface PairScoreView {
  kind: 'clip' | 'classifier' | 'external' | 'imported';
  results: PairScoreResults;
  seconds: number;
}

/** A diffusion scorer's stored results. */
export interface DiffusionView {
  kind: 'diffusion';
  results: DiffusionResults;
  plan: Plan;
  schedule: NoiseSchedule;
  /** The rule that may have ended examples early. */
  stop: StopRule | undefined;
  /** Which captions were evaluated at all. */
  prune: PruneRule | undefined;
  seconds: number;
}

/** Scores of one complete example, or undefined. */
export function scoresOf(view: ScorerView, index: number, analysis: Analysis): ExampleScores | undefined {
  if (!view.results.isDone(index)) return undefined;
  if (view.kind !== 'diffusion') return { raw: view.results.scores(index)! };
  return scoreExample(
    view.plan,
    view.results.errors(index, analysis.loss),
    readingOf(view.schedule, analysis),
  );
}

/** Text is decided from raw scores, image from normalized ones where there are any; see `ScoreMatrix`. */
export function toMatrix({ raw, normalized }: ExampleScores, { truth }: Example): ScoreMatrix {
  return { scores: raw, truth, ...(normalized && { imageScores: normalized }) };
}
