import { type Verdict, verdict } from '../metrics/evaluate.ts';
import { margins } from '../metrics/margin.ts';
import type { MetricName } from '../metrics/score-matrix.ts';
import type { ExampleScores } from '../scoring/aggregate.ts';
import type { Example } from '../scoring/example.ts';
import { toMatrix } from './scorer-view.ts';
import { isClose } from './summary.ts';

/** What one scorer makes of one example. */
export interface Judgement {
  scores: ExampleScores;
  verdict: Verdict;
  /** By how much each metric is won, in the scorer's own unit; see `margins`. */
  margins: Partial<Record<MetricName, number>>;
  /** Given up by a stopping rule, or within the numeric floor. */
  undecided: boolean;
  /** Trials evaluated, for diffusion. */
  trials?: number;
}

/** Judges scores. @param gaveUp whether a stopping rule left a metric undecided. */
export function judgementOf(scores: ExampleScores, example: Example, gaveUp = false): Judgement {
  const matrix = toMatrix(scores, example);
  return {
    scores,
    verdict: verdict(matrix),
    margins: margins(matrix),
    undecided: gaveUp || isClose(matrix),
  };
}
