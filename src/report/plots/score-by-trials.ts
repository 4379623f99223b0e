/** How scores settle as trials come in. */

import type { Markup } from '../html/markup.ts';
import { dashOf, type Pen, seriesColor } from './pen.ts';

/** A scorer's score on one metric when the first so many trials are read. Fractions. */
export interface TrialsRow {
  scorer: string;
  trials: number;
  score: number;
  low: number;
  high: number;
}

const SIZE = { width: 330, height: 230 };

/** A panel of one metric: percent right against trials per pair, with 95 % bands. */
export function scoreByTrials(
  pen: Pen,
  {
    rows,
    scorers,
    chance,
    metric,
  }: { rows: readonly TrialsRow[]; scorers: readonly string[]; chance: number; metric: string },
): Markup {
  const { plot: Plot } = pen;
  const own = [...new Set(rows.map(({ scorer }) => scorer))];
  const least = Math.min(...rows.map(({ trials }) => trials));
  const most = Math.max(...rows.map(({ trials }) => trials));
  return pen.draw(`${metric} score against the number of trials per pair, with 95 % bands, beside chance.`, {
    ...SIZE,
    marginLeft: 36,
    marginBottom: 38,
    marginTop: 26,
    marginRight: 14,
    x: {
      label: 'trials per pair',
      labelArrow: 'none',
      type: most / least > 4 ? 'log' : 'linear',
      ticks: ticksOf(least, most),
      tickFormat: (value: number) => `${value}`,
    },
    y: { domain: [0, 100], label: `${metric}, percent`, labelArrow: 'none', ticks: 5 },
    marks: [
      Plot.gridY({ stroke: 'var(--grid)', strokeOpacity: 1, ticks: 5 }),
      Plot.ruleY([100 * chance], { stroke: 'var(--muted)', strokeDasharray: '3 3' }),
      ...own.flatMap((scorer) => {
        const k = scorers.indexOf(scorer);
        const mine = rows.filter((row) => row.scorer === scorer);
        return [
          Plot.areaY(mine, {
            x: 'trials',
            y1: ({ low }: TrialsRow) => 100 * low,
            y2: ({ high }: TrialsRow) => 100 * high,
            fill: seriesColor(k),
            fillOpacity: 0.18,
          }),
          Plot.lineY(mine, {
            x: 'trials',
            y: ({ score }: TrialsRow) => 100 * score,
            stroke: seriesColor(k),
            strokeWidth: 1.75,
            ...(dashOf(k) && own.length > 1 && { strokeDasharray: dashOf(k) }),
          }),
        ];
      }),
    ],
  });
}

/** Doublings from the first count to the last. */
function ticksOf(least: number, most: number): number[] {
  const ticks = [least];
  while (ticks.at(-1)! * 2 <= most) ticks.push(ticks.at(-1)! * 2);
  const step = Math.ceil(ticks.length / 7);
  return ticks.filter((_, k) => k % step === 0);
}
