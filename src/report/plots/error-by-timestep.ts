/** At which timesteps a denoiser prefers the right caption: mean error differences with their bands. */

import type { Markup } from '../html/markup.ts';
import { dashOf, type Pen, seriesColor } from './pen.ts';

/** err(wrong caption) − err(right one) at one timestep, over examples. */
export interface TimestepRow {
  scorer: string;
  timestep: number;
  mean: number;
  low: number;
  high: number;
}

/** Lines with bands; above 0 the right caption explains the image better. */
export function errorByTimestep(
  pen: Pen,
  { rows, scorers }: { rows: readonly TimestepRow[]; scorers: readonly string[] },
  width: number,
): Markup {
  const { plot: Plot } = pen;
  const own = [...new Set(rows.map(({ scorer }) => scorer))];
  return pen.draw(
    'Mean denoising error of wrong captions minus that of right ones by timestep, with 95 % bands. Above 0 the right caption explains images better.',
    {
      width,
      height: Math.round(Math.min(300, 180 + width / 6)),
      marginLeft: 58,
      marginBottom: 38,
      marginTop: 24,
      x: { label: 'timestep (noise →)', labelArrow: 'none', ticks: width < 400 ? 5 : 10 },
      y: { label: '↑ error(wrong) − error(right)', labelArrow: 'none', ticks: 5, tickFormat: shortNumber },
      marks: [
        Plot.gridY({ stroke: 'var(--grid)', strokeOpacity: 1, ticks: 5 }),
        Plot.ruleY([0], { stroke: 'var(--muted)' }),
        ...own.flatMap((scorer) => {
          const k = scorers.indexOf(scorer);
          const mine = rows.filter((row) => row.scorer === scorer);
          return [
            Plot.areaY(mine, {
              x: 'timestep',
              y1: 'low',
              y2: 'high',
              fill: seriesColor(k),
              fillOpacity: 0.18,
            }),
            Plot.lineY(mine, {
              x: 'timestep',
              y: 'mean',
              stroke: seriesColor(k),
              strokeWidth: 1.75,
              ...(dashOf(k) && own.length > 1 && { strokeDasharray: dashOf(k) }),
            }),
          ];
        }),
      ],
    },
  );
}

/** `0.002`, `1.5`, `2e-5`: as short as a tick can say it. */
export function shortNumber(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size >= 1e-3 && size < 1e4 ? `${Number(value.toPrecision(3))}` : value.toExponential(0);
  return text.replace('-', '−');
}
