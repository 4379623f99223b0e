/** What the colours of a heat map mean: its scale with numbers. */

import type { Heat } from '../../src/report/heat.ts';
import { foreground } from '../images/cells.ts';
import { FIRST, type HeatMode, mix, SECOND } from '../images/heat.ts';
import type { Rgb } from '../images/palette.ts';
import { cut, width } from '../text.ts';
import type { Theme } from '../theme.ts';
import { signed } from './error-plot.ts';

const NEUTRAL: Rgb = [110, 110, 114];
const STEPS = 12;

/** One line of at most `columns`: which end is which caption, its numbers, and how many trials were averaged. */
export function heatLegend(
  { extent, trials }: Heat,
  { theme, columns, mode, scorer }: { theme: Theme; columns: number; mode: HeatMode | 'off'; scorer: string },
): string {
  if (mode === 'off') return theme.paint('muted', cut('heat map off; m shows it', columns));
  const count = `mean of ${trials} ${trials === 1 ? 'trial' : 'trials'}, ${scorer}`;
  if (theme.level === 'none' || theme.level === '16') {
    const [mild, strong] = [signed(extent / 4), signed((2 * extent) / 3)];
    if (columns < 72) return cut(`++ A better by ${strong}, -- B; ${trials} trials`, columns);
    return cut(`++ + A better by ${strong}, ${mild}  . less  - -- B better; ${count}`, columns);
  }
  const ends = { a: `A better ${signed(extent)} `, b: ` ${signed(-extent)} B better` };
  const bar = Array.from({ length: STEPS }, (_, k) => {
    const share = 1 - (2 * k) / (STEPS - 1);
    const color = mix(NEUTRAL, share < 0 ? SECOND : FIRST, Math.abs(share));
    return `\u001b[${foreground(color, theme.level as '256' | 'truecolor')}m█`;
  }).join('');
  const room = columns - width(ends.a) - width(ends.b) - STEPS - 2;
  return `${theme.paint('first', ends.a)}${bar}\u001b[0m${theme.paint('second', ends.b)}  ${theme.paint('muted', cut(count, room))}`;
}
