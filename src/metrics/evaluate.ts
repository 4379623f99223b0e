import { margins } from './margin.ts';
import { type MetricName, metricNames, type ScoreMatrix } from './score-matrix.ts';

export { chance, chances } from './chance.ts';
export type { MetricName } from './score-matrix.ts';

/** Right or wrong by metric; a metric that the example's shape does not have is absent. */
export type Verdict = Partial<Record<MetricName, boolean>>;

/**
 * Judges one example by every metric it has: `text`, `image`, `group` and (perfect matchings up to 8 × 8)
 * `groupMatch` for I × C, `accuracy` for 1 × N and N × 1, nothing where there is nothing to compare. Strict: a tie
 * or NaN is wrong.
 */
export function verdict(matrix: ScoreMatrix): Verdict {
  const leads = margins(matrix);
  const result: Verdict = {};
  for (const metric of metricNames) {
    const lead = leads[metric];
    if (lead !== undefined) result[metric] = lead > 0;
  }
  return result;
}
