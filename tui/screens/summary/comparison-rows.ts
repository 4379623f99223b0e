import { METRIC_TITLES, pValue } from '../../../src/report/format.ts';
import { cut, shown, sized } from '../../text.ts';
import type { ScreenContext } from '../screen.ts';

/** Every two scorers on every metric: who is better, by how much, and whether that may be chance. */
export function comparisonRows({ summary, theme, width }: ScreenContext): string[] {
  if (summary.comparisons.length === 0) return [];
  const pairs = summary.comparisons.map(({ a, b }) => `${shown(a)} − ${shown(b)}`);
  const left = Math.min(
    Math.max(18, Math.floor(width / 3)),
    Math.max(...pairs.map((text) => text.length)) + 2,
  );
  const rows = summary.comparisons.map((comparison, k) => {
    const { metric, aOnly, bOnly, difference, p, pHolm } = comparison;
    const isClear = pHolm < 0.05;
    const better = shown(aOnly > bOnly ? comparison.a : comparison.b);
    const by = difference ? `${points(difference.estimate)} points` : '';
    const verdict = isClear ? `${better} is better` : 'may be chance';
    const text = `${sized(pairs[k]!, left)}${sized(METRIC_TITLES[metric], 12)}${sized(by, 14)}${sized(`${aOnly} : ${bOnly}`, 11)}${sized(`p ${pValue(p)}`, 12)}`;
    const space = Math.max(0, width - left - 12 - 14 - 11 - 12 - 2);
    return ` ${text}${theme.paint(isClear ? 'good' : 'muted', cut(verdict, space))}`;
  });
  const title = theme.paint('title', 'Scorers compared');
  const hint = theme.paint(
    'muted',
    cut('  right alone A : B, exact McNemar, verdict Holm-corrected', width - 18),
  );
  return [` ${title}${hint}`, ...rows];
}

/** A difference of fractions in points with its sign. */
export function points(fraction: number): string {
  const text = (100 * fraction).toFixed(1);
  return Number(text) > 0 ? `+${text}` : text.replace('-', '−');
}
