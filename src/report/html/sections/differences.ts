/** By how much two runs differ, scorer by scorer. */

import type { ComparedScorers, RunComparison } from '../../../run/compare-runs.ts';
import { comparisonParts } from '../../comparison-parts.ts';
import { FEWEST_DISCORDANT, METRIC_TITLES, pValue, signed } from '../../format.ts';
import { type DifferenceRow, differences } from '../../plots/differences.ts';
import type { Pen } from '../../plots/pen.ts';
import { html } from '../markup.ts';
import { figure, partMarkup, type Section, section, sentences, twoWidths } from '../parts.ts';

/** What the runs are called. */
export interface Names {
  a: string;
  b: string;
}

/** The figure, what is more than chance, and the tables that the other forms have: of scores, settings, and tags. */
export function differenceSection(pen: Pen, comparison: RunComparison, names: Names): Section {
  const { pairs } = comparison;
  const { a, b } = names;
  const rows = pairs.flatMap((pair, place) => rowsOf(pair, place));
  const [scores, ...others] = comparisonParts(comparison, { names, most: 0 });
  // The last parts list examples, a part for each pair: the gallery has them.
  const settings = others.slice(0, others.length - pairs.length);
  return section(
    'differences',
    'Differences',
    html`<p>${a} minus ${b}, in points, over the examples that both have scored. Examples are paired: what both have right, or both wrong, tells nothing of the difference.</p>
${
  rows.length > 0 &&
  figure({
    panels: [twoWidths((width) => differences(pen, { rows, a, b }, width))],
    legend: pairs.length > 1 ? pairs.map((pair, place) => ({ label: pairName(pair), place })) : [],
    caption: `Right of 0 ${a} is better, left of it ${b}. Bars are 95 % bootstrap intervals of paired differences over examples; there is none where fewer than ${FEWEST_DISCORDANT} examples came out differently.`,
    numbers: partMarkup(scores!),
  })
}
${sentences(verdicts(pairs, names))}
${settings.map((part) => partMarkup(part))}`,
  );
}

/** What a pair of scorers is called. */
export function pairName({ a, b }: Pick<ComparedScorers, 'a' | 'b'>): string {
  return a === b ? a : `${a} and ${b}`;
}

function rowsOf(pair: ComparedScorers, place: number): DifferenceRow[] {
  return pair.comparisons.flatMap(({ metric, difference, aOnly, bOnly }) => {
    if (!difference) return [];
    const value = 100 * difference.estimate;
    // As in the table: of so few examples an interval would feign precision.
    const [low, high] =
      aOnly + bOnly < FEWEST_DISCORDANT ? [value, value] : difference.ci95.map((one) => 100 * one);
    return [{ scorer: pairName(pair), place, metric: METRIC_TITLES[metric], value, low: low!, high: high! }];
  });
}

/** What is more than chance, a sentence each; or that nothing is. */
function verdicts(pairs: readonly ComparedScorers[], { a, b }: Names): string[] {
  const lines = pairs.flatMap((pair) =>
    pair.comparisons
      .filter(({ pHolm }) => pHolm < 0.05)
      .map(({ metric, aOnly, bOnly, pHolm, difference }) => {
        const p = pValue(pHolm);
        const by = difference ? `${signed(difference.estimate)} points; ` : '';
        return `${pairName(pair)}, ${METRIC_TITLES[metric]}: ${by}only ${a} right ${aOnly}, only ${b} right ${bOnly}; exact McNemar, Holm-corrected p ${p.startsWith('<') ? p : `= ${p}`}: ${aOnly > bOnly ? a : b} is better.`;
      }),
  );
  const nothing =
    'No difference is more than chance could make: Holm-corrected, no exact McNemar test is below 0.05.';
  return lines.length > 0 ? lines : [nothing];
}
