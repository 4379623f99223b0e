import type { Theme } from '../theme.ts';

/** A share right with its interval and what guessing gives, all fractions 0..1. */
export interface Interval {
  score: number;
  ci95: readonly [number, number];
  chance: number;
}

/** A line from 0 to 100 %: `┊` chance, `●` the score, `━` its interval. Exactly `columns` wide. */
export function intervalBar({ score, ci95, chance }: Interval, columns: number, theme: Theme): string {
  if (columns < 3) return ' '.repeat(Math.max(0, columns));
  const place = (fraction: number) =>
    Math.min(columns - 1, Math.max(0, Math.round(fraction * (columns - 1))));
  const [lo, hi, point, mark] = [place(ci95[0]), place(ci95[1]), place(score), place(chance)];
  const role = ci95[0] > chance ? 'good' : ci95[1] < chance ? 'bad' : 'warn';
  let bar = '';
  for (let k = 0; k < columns; k++) {
    if (k === point) bar += theme.paint(role, '●');
    else if (k === mark) bar += theme.paint('chance', '┊');
    else if (k >= lo && k <= hi) bar += theme.paint(role, '━');
    else bar += ' ';
  }
  return bar;
}

/** How full something is: `█` and `░`, exactly `columns` wide. @param fraction 0..1 */
export function fillBar(fraction: number, columns: number, theme: Theme): string {
  const width = Math.max(0, columns);
  const full = Math.min(width, Math.max(0, Math.round(fraction * width)));
  return theme.paint('accent', '█'.repeat(full)) + theme.paint('muted', '░'.repeat(width - full));
}
