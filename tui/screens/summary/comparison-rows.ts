import { METRIC_TITLES, pValue } from '../../../src/report/format.ts';
import { cut, shown, sized, width as widthOf } from '../../text.ts';
import type { ScreenContext } from '../screen.ts';

const METRIC = 12;
const COUNTS = 12;
const POINTS = 8;
const P = 10;

/** Every two scorers on every metric: who is right alone how often, by how much, and whether that may be chance. */
export function comparisonRows({ summary, theme, width }: ScreenContext): string[] {
  if (summary.comparisons.length === 0) return [];
  const pairs = summary.comparisons.map(({ a, b }) => `${shown(a)} − ${shown(b)}`);
  const isOne = new Set(pairs).size === 1;
  const most = Math.min(Math.max(18, Math.floor(width / 4)), Math.max(...pairs.map(widthOf)) + 2);
  const left = isOne ? 0 : most;
  const space = Math.max(0, width - left - METRIC - POINTS - COUNTS - P - 2);
  const rows = summary.comparisons.map((comparison, k) => {
    const { metric, aOnly, bOnly, difference, pHolm } = comparison;
    const isClear = pHolm < 0.05;
    const better = shown(aOnly > bOnly ? comparison.a : comparison.b);
    const by = difference ? points(difference.estimate) : '';
    const verdict = isClear ? `${better} is better` : 'may be chance';
    const text = `${sized(pairs[k]!, left)}${sized(METRIC_TITLES[metric], METRIC)}${sized(by, POINTS)}${sized(`${aOnly} : ${bOnly}`, COUNTS)}${sized(pValue(pHolm), P)}`;
    return ` ${text}${theme.paint(isClear ? 'good' : 'muted', cut(verdict, space))}`;
  });
  const head = `${sized('', left + METRIC)}${sized('points', POINTS)}${sized('right alone', COUNTS)}${sized('p (Holm)', P)}`;
  const title = cut(`Scorers compared${isOne ? `: ${pairs[0]}` : ''}`, width - 2);
  return [` ${theme.paint('title', title)}`, theme.paint('muted', sized(` ${head}`, width)), ...rows];
}

/** A difference of fractions in points with its sign. */
export function points(fraction: number): string {
  const text = (100 * fraction).toFixed(1);
  return Number(text) > 0 ? `+${text}` : text.replace('-', '−');
}
