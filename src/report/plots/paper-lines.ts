/** A figure of the paper: shares right along an axis, a line per setting. */

import type { Markup } from '../html/markup.ts';
import type { PaperFigure } from '../paper/paper-report.ts';
import { dashOf, type Pen, seriesColor, symbolOf } from './pen.ts';

interface Point {
  x: number;
  y: number;
}

/** The lines as one drawing, percent right from 0 to 100. */
export function paperLines(pen: Pen, { title, x, isLog, lines }: PaperFigure, width: number): Markup {
  const { plot: Plot } = pen;
  // Ticks of the first line alone: those of all would run into each other.
  const places = (lines[0]?.points ?? []).map((point) => point.x);
  return pen.draw(`${title}: percent right against ${x}.`, {
    width,
    height: Math.round(Math.min(320, width * 0.6)),
    marginLeft: 36,
    marginBottom: 38,
    x: {
      label: x,
      labelArrow: 'none',
      type: isLog ? 'log' : 'linear',
      ...(isLog && { ticks: places }),
      tickFormat: (value: number) => `${value}`,
    },
    y: { domain: [0, 100], label: 'percent right', labelArrow: 'none', ticks: 5 },
    marks: [
      Plot.gridY({ stroke: 'var(--grid)', strokeOpacity: 1, ticks: 5 }),
      ...lines.flatMap(({ points }, k) => {
        const rows: Point[] = points.map((point) => ({ x: point.x, y: (100 * point.correct) / point.count }));
        return [
          Plot.lineY(rows, {
            x: 'x',
            y: 'y',
            stroke: seriesColor(k),
            strokeWidth: 1.75,
            ...(dashOf(k) && { strokeDasharray: dashOf(k) }),
          }),
          Plot.dot(rows, { x: 'x', y: 'y', fill: seriesColor(k), symbol: symbolOf(k), r: 3 }),
        ];
      }),
    ],
  });
}
