/** The layout of plots with a band per metric and a row per scorer within it. */

import type { Pen } from './pen.ts';

/** Heights of a scorer's row and of the gap between metrics, in pixels. */
export const ROW = 20;
export const BETWEEN = 18;
export const MARGINS = { top: 22, bottom: 34, left: 96, right: 18 };

/** The names of the metrics, left of their bands. */
export function metricNamesMark({ plot: Plot }: Pen, metrics: readonly string[]) {
  return Plot.text(metrics, {
    fy: (metric: string) => metric,
    text: (metric: string) => metric,
    frameAnchor: 'left',
    textAnchor: 'start',
    dx: -MARGINS.left,
    fontWeight: 600,
    fill: 'var(--ink)',
  });
}
