/** How far scorers are apart on an example: margins have units of their own, so each is measured by its scorer's spread. */

import type { MetricName } from '../metrics/evaluate.ts';
import { memoize } from './memoize.ts';
import type { RunModel } from './run-model.ts';

/** Root mean square of a scorer's margins on a metric over the examples done; 1 where all are zero. */
export const spreadOf = memoize((model: RunModel, scorer: string, metric: MetricName): number => {
  let [sum, count] = [0, 0];
  for (const index of model.examples.keys()) {
    const margin = model.judge(scorer, index)?.margins[metric];
    if (margin === undefined || !Number.isFinite(margin)) continue;
    sum += margin * margin;
    count++;
  }
  return sum > 0 ? Math.sqrt(sum / count) : 1;
});

/** A margin in units of its scorer's spread: comparable between scorers. */
export function standardMargin(
  model: RunModel,
  scorer: string,
  { index, metric }: { index: number; metric: MetricName },
): number | undefined {
  const margin = model.judge(scorer, index)?.margins[metric];
  return margin === undefined ? undefined : margin / spreadOf(model, scorer, metric);
}

/**
 * The largest difference of standard margins between any two scorers; undefined where fewer than two have judged.
 */
export function disagreement(model: RunModel, index: number, metric: MetricName): number | undefined {
  const margins = model.scorers.flatMap(({ name }) => standardMargin(model, name, { index, metric }) ?? []);
  return margins.length < 2 ? undefined : Math.max(...margins) - Math.min(...margins);
}

/** Whether two scorers that have judged an example differ in the verdict. */
export function differs(model: RunModel, index: number, metric: MetricName): boolean {
  const verdicts = model.scorers.flatMap(({ name }) => model.judge(name, index)?.verdict[metric] ?? []);
  return verdicts.includes(true) && verdicts.includes(false);
}
