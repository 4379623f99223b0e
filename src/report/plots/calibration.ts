/** Whether probabilities mean what they say: how often the caption with probability p is the right one. */

import type { Markup } from '../html/markup.ts';
import { type Pen, seriesColor } from './pen.ts';

/** One bin of winning captions by their probability. Fractions. */
export interface BinRow {
  confidence: number;
  accuracy: number;
  /** Wilson interval of the accuracy. */
  low: number;
  high: number;
  count: number;
}

const SIZE = { width: 330, height: 300 };

/** A panel of one scorer: share right against mean probability, the diagonal being perfect; areas grow with the bins. */
export function calibration(
  pen: Pen,
  { rows, scorer, place, least }: { rows: readonly BinRow[]; scorer: string; place: number; least: number },
): Markup {
  const { plot: Plot } = pen;
  const most = Math.max(...rows.map(({ count }) => count));
  const axis = { domain: [100 * least, 100], ticks: 5 };
  return pen.draw(
    `Calibration of ${scorer}: share of winning captions that are right against their probability, in ${rows.length} bins, beside the diagonal.`,
    {
      ...SIZE,
      marginLeft: 40,
      marginBottom: 38,
      marginTop: 26,
      marginRight: 14,
      x: { ...axis, label: 'probability, percent', labelArrow: 'none' },
      y: { domain: [0, 100], ticks: 5, label: '↑ right, percent', labelArrow: 'none' },
      marks: [
        Plot.gridX({ stroke: 'var(--grid)', strokeOpacity: 1, ticks: 5 }),
        Plot.gridY({ stroke: 'var(--grid)', strokeOpacity: 1, ticks: 5 }),
        Plot.line(
          [
            [100 * least, 100 * least],
            [100, 100],
          ],
          { stroke: 'var(--muted)', strokeDasharray: '3 3' },
        ),
        Plot.ruleX(rows, {
          x: ({ confidence }: BinRow) => 100 * confidence,
          y1: ({ low }: BinRow) => 100 * low,
          y2: ({ high }: BinRow) => 100 * high,
          stroke: seriesColor(place),
          strokeOpacity: 0.55,
          strokeWidth: 2,
        }),
        Plot.dot(rows, {
          x: ({ confidence }: BinRow) => 100 * confidence,
          y: ({ accuracy }: BinRow) => 100 * accuracy,
          fill: seriesColor(place),
          r: ({ count }: BinRow) => 3 + 5 * Math.sqrt(count / most),
          title: ({ count }: BinRow) => `${count} choices`,
        }),
      ],
      r: { type: 'identity' },
    },
  );
}
