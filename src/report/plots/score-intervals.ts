/** Scores with their intervals, metric below metric, beside chance and what people reach. */

import type { Markup } from '../html/markup.ts';
import { BETWEEN, MARGINS, metricNamesMark, ROW } from './metric-rows.ts';
import { type Pen, seriesColor, symbolOf } from './pen.ts';

/** One scorer on one metric, as fractions. */
export interface ScoreRow {
  scorer: string;
  metric: string;
  score: number;
  low: number;
  high: number;
}

/** A line to hold scores against, as a fraction. */
export interface ReferenceRow {
  metric: string;
  label: string;
  value: number;
}

/** Longer names are cut in the drawing; the table has them whole. */
const LONGEST = 14;

/**
 * Dots with whiskers in percent.
 * @param scorers in the order of their colours @param width in pixels
 */
export function scoreIntervals(
  pen: Pen,
  { rows, references, scorers }: { rows: ScoreRow[]; references: ReferenceRow[]; scorers: string[] },
  width: number,
): Markup {
  const { plot: Plot } = pen;
  const metrics = [...new Set(rows.map(({ metric }) => metric))];
  const place = (row: ScoreRow) => scorers.indexOf(row.scorer);
  const band = scorers.length * ROW + BETWEEN;
  return pen.draw(
    'Scores in percent with 95 % intervals, a row per metric and scorer, beside chance. The table has the numbers.',
    {
      width,
      height: metrics.length * band + MARGINS.top + MARGINS.bottom,
      marginTop: MARGINS.top,
      marginBottom: MARGINS.bottom,
      marginLeft: MARGINS.left,
      marginRight: MARGINS.right,
      x: {
        domain: [0, 100],
        label: 'percent right',
        labelAnchor: 'right',
        labelArrow: 'none',
        ticks: width < 400 ? 5 : 10,
      },
      y: { domain: scorers, axis: null, padding: 0.7 },
      fy: { domain: metrics, axis: null, padding: 0 },
      marks: [
        Plot.gridX({ stroke: 'var(--grid)', strokeOpacity: 1, ticks: width < 400 ? 5 : 10 }),
        metricNamesMark(pen, metrics),
        Plot.tickX(references, {
          x: ({ value }: ReferenceRow) => 100 * value,
          fy: 'metric',
          stroke: 'var(--muted)',
          strokeDasharray: '3 3',
          strokeWidth: 1.25,
        }),
        Plot.text(
          references.filter(({ metric }) => metric === metrics[0]),
          {
            x: ({ value }: ReferenceRow) => 100 * value,
            fy: 'metric',
            text: 'label',
            frameAnchor: 'top',
            dy: -10,
            fill: 'var(--muted)',
          },
        ),
        Plot.ruleY(rows, {
          x1: ({ low }: ScoreRow) => 100 * low,
          x2: ({ high }: ScoreRow) => 100 * high,
          y: 'scorer',
          fy: 'metric',
          stroke: (row: ScoreRow) => seriesColor(place(row)),
          strokeWidth: 2.5,
          strokeLinecap: 'round',
          strokeOpacity: 0.55,
        }),
        ...scorers.map((scorer, k) =>
          Plot.dot(
            rows.filter((row) => row.scorer === scorer),
            {
              x: ({ score }: ScoreRow) => 100 * score,
              y: 'scorer',
              fy: 'metric',
              fill: seriesColor(k),
              symbol: symbolOf(k),
              r: 4.5,
              title: ({ score, low, high, metric }: ScoreRow) =>
                `${scorer}, ${metric}: ${[score, low, high].map((value) => (100 * value).toFixed(1)).join(' – ')}`,
            },
          ),
        ),
        Plot.axisX({ ticks: width < 400 ? 5 : 10, tickSize: 0, label: 'percent right', labelArrow: 'none' }),
      ],
    },
  );
}

/** A name that fits beside a plot. */
export function shortName(name: string): string {
  return name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name;
}
