/** Metrics as screens choose among them. */

import type { MetricName } from '../src/metrics/evaluate.ts';
import { METRIC_TITLES, metricsIn } from '../src/report/format.ts';
import type { Summary } from '../src/run/summary-schema.ts';

/** One letter per metric, for cells that have room for no more. */
export const METRIC_LETTERS: Record<MetricName, string> = {
  text: 'T',
  image: 'I',
  group: 'G',
  groupMatch: 'M',
  accuracy: 'A',
};

/** The metrics of a run; those of Winoground before there is any result. */
export function metricsOf(summary: Summary): MetricName[] {
  const found = metricsIn(summary);
  return found.length > 0 ? found : ['text', 'image', 'group', 'groupMatch'];
}

/** The metric that is looked at: the one chosen where the run has it, else group, else the first. */
export function chosenMetric(summary: Summary, chosen: MetricName | undefined): MetricName {
  const metrics = metricsOf(summary);
  if (chosen && metrics.includes(chosen)) return chosen;
  return metrics.includes('group') ? 'group' : metrics[0]!;
}

/** The metric after it. */
export function nextMetric(summary: Summary, chosen: MetricName | undefined): MetricName {
  const metrics = metricsOf(summary);
  return metrics[(metrics.indexOf(chosenMetric(summary, chosen)) + 1) % metrics.length]!;
}

/** `text`, `GroupMatch` … */
export function metricTitle(metric: MetricName): string {
  return METRIC_TITLES[metric];
}
