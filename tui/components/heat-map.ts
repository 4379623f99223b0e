/** What the colours of a heat map mean: its scale with numbers. */

import { counted } from '../../src/errors.ts';
import type { Heat } from '../../src/report/heat.ts';
import { foreground } from '../images/cells.ts';
import { FIRST, type HeatMode, mix, SECOND } from '../images/heat.ts';
import type { Rgb } from '../images/palette.ts';
import { cut, width } from '../text.ts';
import type { Theme } from '../theme.ts';
import { signed } from './error-plot.ts';

const NEUTRAL: Rgb = [110, 110, 114];

/**
 * One line of at most `columns`: which end is which caption, its numbers, and how many trials were averaged; of these as
 * much as there is room for, the ends last.
 */
export function heatLegend(
  { extent, trials }: Heat,
  { theme, columns, mode, scorer }: { theme: Theme; columns: number; mode: HeatMode | 'off'; scorer: string },
): string {
  if (mode === 'off') return theme.paint('muted', cut('heat map off; m shows it', columns));
  const count = `mean of ${counted(trials, 'trial')}`;
  const isColored = theme.level === '256' || theme.level === 'truecolor';
  const forms = isColored
    ? coloredForms(extent, theme, [`${count}, ${scorer}`, count])
    : [
        `++ + A better by ${signed((2 * extent) / 3)}, ${signed(extent / 4)}  . less  - -- B better; ${count}, ${scorer}`,
        `++ A better by ${signed((2 * extent) / 3)}, -- B; ${trials} trials`,
        '++ A better, -- B',
        '++ A, -- B',
      ];
  return forms.find((form) => width(form) <= columns) ?? '';
}

/** The scale in colours, the longest form first. */
function coloredForms(extent: number, theme: Theme, counts: readonly string[]): string[] {
  const scale = (left: string, steps: number, right: string) => {
    const bar = Array.from({ length: steps }, (_, k) => {
      const share = 1 - (2 * k) / (steps - 1);
      const color = mix(NEUTRAL, share < 0 ? SECOND : FIRST, Math.abs(share));
      return `\u001b[${foreground(color, theme.level as '256' | 'truecolor')}m█`;
    }).join('');
    return `${theme.paint('first', `${left} `)}${bar}\u001b[0m${theme.paint('second', ` ${right}`)}`;
  };
  const [most, least] = [signed(extent), signed(-extent)];
  const named = (steps: number) => scale(`A better ${most}`, steps, `${least} B better`);
  return [
    ...counts.map((count) => `${named(12)}  ${theme.paint('muted', count)}`),
    named(12),
    named(8),
    scale(`A ${most}`, 6, `${least} B`),
    scale('A', 4, `B ${most.replace('+', '±')}`),
    scale('A', 2, 'B'),
  ];
}
