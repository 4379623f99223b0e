/** A summary as tidy rows, one per scorer, reading, tag and metric: the form that data frames want. */

import type { MetricName } from '../metrics/evaluate.ts';
import type { MetricSummaries, MetricSummary, Summary } from '../run/summary-schema.ts';

/** One score. */
export interface ScoreRow {
  /** The run's name in this report. */
  run: string;
  task: string;
  scorer: string;
  kind: string;
  /** Which scores it is from. */
  reading: 'normalized' | 'raw';
  /** Whether that is the scorer's primary reading. */
  primary: boolean;
  /** Empty for all examples. */
  tag: string;
  metric: MetricName;
  score: number;
  correct: number;
  count: number;
  chance: number;
  ciLow: number;
  ciHigh: number;
  pAboveChance: number;
}

/** The columns, in order. */
export const SCORE_COLUMNS = [
  'run',
  'task',
  'scorer',
  'kind',
  'reading',
  'primary',
  'tag',
  'metric',
  'score',
  'correct',
  'count',
  'chance',
  'ciLow',
  'ciHigh',
  'pAboveChance',
] as const satisfies readonly (keyof ScoreRow)[];

/** All scores of a summary: the primary ones over all examples and by tag, then the raw ones where those are others. */
export function scoreRows({ task, scorers }: Summary, run: string): ScoreRow[] {
  return Object.entries(scorers).flatMap(([scorer, { kind, primary, metrics, raw, byTag }]) => {
    const rows = (tag: string, found: MetricSummaries, reading: ScoreRow['reading']) =>
      Object.entries(found).map(
        ([metric, summary]): ScoreRow => ({
          run,
          task: task.name,
          scorer,
          kind,
          reading,
          primary: reading === primary,
          tag,
          metric: metric as MetricName,
          ...scoreColumns(summary),
        }),
      );
    return [
      ...rows('', metrics, primary),
      ...Object.entries(byTag).flatMap(([tag, found]) => rows(tag, found, primary)),
      ...(primary === 'normalized' ? rows('', raw, 'raw') : []),
    ];
  });
}

/** The columns that hold a score. */
export function scoreColumns({ score, correct, count, chance, ci95, pAboveChance }: MetricSummary) {
  return { score, correct, count, chance, ciLow: ci95[0], ciHigh: ci95[1], pAboveChance };
}
