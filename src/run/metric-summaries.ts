/** Totals with what they are worth: intervals, chance, thresholds. */

import type { Tallies } from '../metrics/by-tag.ts';
import { metricNames } from '../metrics/score-matrix.ts';
import { aboveChance } from '../stats/above-chance.ts';
import { leastRight } from '../stats/least-right.ts';
import { wilsonInterval } from '../stats/wilson.ts';
import type { MetricSummaries } from './summary-schema.ts';

/** Every metric that was counted, with its interval. */
export function withIntervals(tallies: Tallies): MetricSummaries {
  const summaries: MetricSummaries = {};
  for (const metric of metricNames) {
    const { correct, count, score, chance, chances } = tallies[metric];
    if (count === 0) continue;
    summaries[metric] = {
      score,
      correct,
      count,
      chance,
      pAboveChance: aboveChance(correct, chances),
      ci95: wilsonInterval(correct, count),
      interval: 'wilson',
    };
  }
  return summaries;
}

/** `withIntervals` with the least number right that is above chance, which takes longer. */
export function withThresholds(tallies: Tallies): MetricSummaries {
  const summaries = withIntervals(tallies);
  for (const metric of metricNames) {
    const least = leastRight(tallies[metric].chances);
    if (least !== undefined) summaries[metric]!.leastAboveChance = least;
  }
  return summaries;
}
