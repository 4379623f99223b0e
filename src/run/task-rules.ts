/** What a task asks of a summary: only the metrics it chose, and the numbers it expects beside those that came out. */

import type { MetricName } from '../metrics/score-matrix.ts';
import type { Manifest } from '../results/manifest.ts';
import { holm } from '../stats/holm.ts';
import type { MetricSummaries, ScorerSummary, Summary } from './summary-schema.ts';

/** The summary as the task wants it; as it is where the task wants nothing. */
export function withTaskRules(summary: Summary, { task, scorers }: Manifest['about']): Summary {
  const chosen = task.metrics ? onlyChosen(summary, task.metrics) : summary;
  if (!task.expected || !summary.complete) return chosen;
  const expected = task.expected.flatMap(({ scorer, metric, percent, tolerance, source }) =>
    Object.entries(summary.scorers).flatMap(([name, { metrics }]) => {
      const isMeant = scorer === undefined || scorer === name || scorer === scorers[name]?.ref;
      const got = metrics[metric]?.score;
      if (!isMeant || got === undefined) return [];
      // Half a millionth of a point: percentages are not exact in binary.
      const agrees = Math.abs(100 * got - percent) <= tolerance + 1e-6;
      return [
        {
          scorer: name,
          metric,
          expected: percent / 100,
          tolerance: tolerance / 100,
          ...(source !== undefined && { source }),
          got,
          agrees,
        },
      ];
    }),
  );
  return { ...chosen, expected };
}

/** Comparisons are corrected for those that remain alone. */
function onlyChosen(summary: Summary, metrics: readonly MetricName[]): Summary {
  const comparisons = summary.comparisons.filter(({ metric }) => metrics.includes(metric));
  const adjusted = holm(comparisons.map(({ p }) => p));
  const scorers = Object.entries(summary.scorers).map(([name, scorer]): [string, ScorerSummary] => [
    name,
    {
      ...scorer,
      metrics: pickMetrics(scorer.metrics, metrics),
      raw: pickMetrics(scorer.raw, metrics),
      byTag: Object.fromEntries(
        Object.entries(scorer.byTag).map(([tag, summaries]) => [tag, pickMetrics(summaries, metrics)]),
      ),
    },
  ]);
  return {
    ...summary,
    scorers: Object.fromEntries(scorers),
    comparisons: comparisons.map((comparison, k) => ({ ...comparison, pHolm: adjusted[k]! })),
  };
}

/** Those of the given metrics alone. */
export function pickMetrics(summaries: MetricSummaries, metrics: readonly MetricName[]): MetricSummaries {
  const kept = Object.entries(summaries).filter(([metric]) => metrics.includes(metric as MetricName));
  return Object.fromEntries(kept) as MetricSummaries;
}
