/** By how much two runs differ, scorer by scorer. */

import type { MetricName } from '../../../metrics/evaluate.ts';
import { holm } from '../../../stats/holm.ts';
import { type Contest, contest } from '../../contest.ts';
import { METRIC_TITLES, percent, pValue, signed } from '../../format.ts';
import { type DifferenceRow, differences } from '../../plots/differences.ts';
import type { Pen } from '../../plots/pen.ts';
import type { Column } from '../columns.ts';
import { html, type Markup } from '../markup.ts';
import { figure, section, sentences, table, twoWidths } from '../parts.ts';

/** A scorer of run A beside one of run B. */
export interface Match {
  a: Column;
  b: Column;
  /** What both are called. */
  label: string;
}

/** What a match comes to on one metric. */
interface Outcome {
  match: Match;
  place: number;
  metric: MetricName;
  found: Contest;
}

/** The figure and the table: paired differences over the examples that both runs have. */
export function differenceSection(
  pen: Pen,
  matches: readonly Match[],
  metrics: readonly MetricName[],
): Markup | false {
  const outcomes = matches.flatMap((match, place) =>
    metrics.flatMap((metric): Outcome[] => {
      const [a, b] = [match.a, match.b].map(({ run, scorer }) => ({ model: run.model, scorer }));
      const found = contest(b!, a!, metric);
      return countOf(found) > 0 ? [{ match, place, metric, found }] : [];
    }),
  );
  if (outcomes.length === 0) return false;
  const [a, b] = [matches[0]!.a.run.name, matches[0]!.b.run.name];
  const rows = outcomes.flatMap(({ match, place, metric, found: { difference } }): DifferenceRow[] =>
    difference
      ? [
          {
            scorer: match.label,
            place,
            metric: METRIC_TITLES[metric],
            value: 100 * difference.estimate,
            low: 100 * difference.ci95[0],
            high: 100 * difference.ci95[1],
          },
        ]
      : [],
  );
  return section(
    'differences',
    'Differences',
    html`<p>${b} minus ${a}, in points, over the examples that both have scored. Examples are paired: what both have right, or both wrong, tells nothing of the difference.</p>
${
  rows.length > 0 &&
  figure({
    panels: [twoWidths((width) => differences(pen, { rows, a, b }, width))],
    legend: matches.length > 1 ? matches.map(({ label }, place) => ({ label, place })) : [],
    caption: `Right of 0 ${b} is better. Bars are 95 % intervals of paired differences over examples; there is none below six examples that only one of the two has right.`,
    numbers: outcomeTable(outcomes, { a, b }),
  })
}
${rows.length === 0 && outcomeTable(outcomes, { a, b })}
${verdicts(outcomes, { a, b })}`,
  );
}

function countOf({ both, aOnly, bOnly, neither }: Contest): number {
  return both + aOnly + bOnly + neither;
}

/** What is more than chance, a sentence each; or that nothing is. */
function verdicts(outcomes: readonly Outcome[], names: { a: string; b: string }): Markup | false {
  const corrected = holm(outcomes.map(({ found }) => found.p));
  const lines = outcomes.flatMap((outcome, k) =>
    corrected[k]! < 0.05 ? [sentence(outcome, corrected[k]!, names)] : [],
  );
  return sentences(
    lines.length > 0
      ? lines
      : [
          `No difference is more than chance: all p of exact McNemar tests, Holm-corrected, are at least 0.05.`,
        ],
  );
}

function sentence(
  { match, metric, found }: Outcome,
  corrected: number,
  { a, b }: { a: string; b: string },
): string {
  // The contest's first side is B: its difference is B minus A.
  const { aOnly: bOnly, bOnly: aOnly, difference } = found;
  const by = difference
    ? `${signed(difference.estimate)} [${difference.ci95.map(signed).join(', ')}] points; `
    : '';
  const p = pValue(corrected);
  return `${match.label}, ${METRIC_TITLES[metric]}: ${by}only ${b} right ${bOnly}, only ${a} right ${aOnly}; exact McNemar, Holm-corrected p ${p.startsWith('<') ? p : `= ${p}`}: ${bOnly > aOnly ? b : a} is better.`;
}

function outcomeTable(outcomes: readonly Outcome[], { a, b }: { a: string; b: string }): Markup {
  return table({
    caption: `${b} minus ${a}, in points, with 95 % intervals`,
    head: ['scorer, metric', 'examples', a, b, `${b} − ${a}`, 'from', 'to', `only ${a}`, `only ${b}`, 'p'],
    rows: outcomes.map(({ match, metric, found }) => {
      const { both, aOnly: bOnly, bOnly: aOnly, difference, p } = found;
      const count = countOf(found);
      return [
        `${match.label}, ${METRIC_TITLES[metric]}`,
        count,
        percent((both + aOnly) / count),
        percent((both + bOnly) / count),
        signed((bOnly - aOnly) / count),
        ...(difference ? difference.ci95.map(signed) : ['', '']),
        aOnly,
        bOnly,
        pValue(p),
      ];
    }),
  });
}
