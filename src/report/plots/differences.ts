/** Differences between two runs with their intervals, beside nothing at all. */

import type { Markup } from '../html/markup.ts';
import { BETWEEN, MARGINS, metricNamesMark, ROW } from './metric-rows.ts';
import { type Pen, seriesColor, symbolOf } from './pen.ts';

/** A minus B of one scorer on one metric, in points. */
export interface DifferenceRow {
  scorer: string;
  /** Of its colour. */
  place: number;
  metric: string;
  value: number;
  low: number;
  high: number;
}

/** Axes reach so many points to either side at least. */
const LEAST = 5;

/** Dots with whiskers around 0. @param width in pixels */
export function differences(
  pen: Pen,
  { rows, a, b }: { rows: readonly DifferenceRow[]; a: string; b: string },
  width: number,
): Markup {
  const { plot: Plot } = pen;
  const metrics = [...new Set(rows.map(({ metric }) => metric))];
  const scorers = [...new Set(rows.map(({ scorer }) => scorer))];
  const reach = Math.max(LEAST, ...rows.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)])) * 1.08;
  return pen.draw(
    `Score of ${a} minus score of ${b} in points, with 95 % intervals, a row per metric and scorer, beside 0. The table has the numbers.`,
    {
      width,
      height: metrics.length * (scorers.length * ROW + BETWEEN) + MARGINS.top + MARGINS.bottom,
      marginTop: MARGINS.top,
      marginBottom: MARGINS.bottom,
      marginLeft: MARGINS.left,
      marginRight: MARGINS.right,
      x: {
        domain: [-reach, reach],
        label: 'points',
        labelArrow: 'none',
        ticks: width < 400 ? 5 : 9,
        tickFormat: (value: number) => (value > 0 ? `+${value}` : `${value}`.replace('-', '−')),
      },
      y: { domain: scorers, axis: null, padding: 0.7 },
      fy: { domain: metrics, axis: null, padding: 0 },
      marks: [
        Plot.gridX({ stroke: 'var(--grid)', strokeOpacity: 1, ticks: width < 400 ? 5 : 9 }),
        Plot.ruleX([0], { stroke: 'var(--muted)' }),
        metricNamesMark(pen, metrics),
        Plot.ruleY(rows, {
          x1: 'low',
          x2: 'high',
          y: 'scorer',
          fy: 'metric',
          stroke: ({ place }: DifferenceRow) => seriesColor(place),
          strokeWidth: 2.5,
          strokeOpacity: 0.55,
        }),
        ...rows.map((row) =>
          Plot.dot([row], {
            x: 'value',
            y: 'scorer',
            fy: 'metric',
            r: 4.5,
            fill: seriesColor(row.place),
            symbol: symbolOf(row.place),
          }),
        ),
      ],
    },
  );
}
