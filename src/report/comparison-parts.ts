/** Two runs compared, as tables and as tidy rows. */

import type { MetricName } from '../metrics/evaluate.ts';
import type { ComparedScorers, Disagreement, RunComparison, SettingDifference } from '../run/compare-runs.ts';
import type { Uncorrected } from '../run/compare-verdicts.ts';
import type { MetricSummaries } from '../run/summary-schema.ts';
import { analysisPhrase, METRIC_TITLES, percent, pValue, signed, withInterval } from './format.ts';
import { DIFFERENCES, differenceCell } from './report-parts.ts';
import type { Part } from './tables.ts';

/** Everything of a comparison. @param most disagreements that are listed of each pair of scorers. */
export function comparisonParts(
  comparison: RunComparison,
  { names, most }: { names: { a: string; b: string }; most: number },
): Part[] {
  const { pairs, settings, numerics, task, analysis } = comparison;
  const about = `${task.name}, ${analysisPhrase(analysis)}`;
  return [
    {
      title: `${about}: percent right with 95 % Wilson intervals, on the examples that both runs have done; ${names.a} − ${names.b} in ${DIFFERENCES}, exact McNemar tests, Holm's correction over all of them.`,
      head: [
        'scorer',
        'metric',
        'n',
        names.a,
        names.b,
        'difference',
        `only ${names.a}`,
        `only ${names.b}`,
        'p',
        'p, corrected',
      ],
      rows: pairs.flatMap((pair) =>
        pair.comparisons.map(({ metric, difference, aOnly, bOnly, p, pHolm }) => [
          scorerName(pair),
          METRIC_TITLES[metric],
          `${pair.examples}`,
          cell(pair.metrics.a, metric),
          cell(pair.metrics.b, metric),
          differenceCell(difference, aOnly + bOnly),
          `${aOnly}`,
          `${bOnly}`,
          pValue(p),
          pValue(pHolm),
        ]),
      ),
    },
    ...settingsPart('Settings that differ', settings, names),
    ...settingsPart('Computed under other numeric settings', numerics, names),
    ...pairs.flatMap((pair) => tagPart(pair, names)),
    ...pairs.map((pair) => disagreementPart(pair, names, most)),
  ];
}

function scorerName({ a, b }: { a: string; b: string }): string {
  return a === b ? a : `${a} and ${b}`;
}

function cell(found: MetricSummaries, metric: MetricName): string {
  return found[metric] ? withInterval(found[metric]) : '';
}

function settingsPart(
  title: string,
  differences: readonly SettingDifference[],
  names: { a: string; b: string },
): Part[] {
  if (differences.length === 0)
    return title === 'Settings that differ'
      ? [{ title: 'No setting of the scorers differs.', lines: [] }]
      : [];
  return [
    { title, head: ['setting', names.a, names.b], rows: differences.map(({ path, a, b }) => [path, a, b]) },
  ];
}

/** Only where something differs: the rest would be a page of zeros. */
function tagPart(pair: ComparedScorers, names: { a: string; b: string }): Part[] {
  const rows = Object.entries(pair.byTag).flatMap(([tag, found]) =>
    found.comparisons
      .filter(({ aOnly, bOnly }) => aOnly + bOnly > 0)
      .map(({ metric, aOnly, bOnly, p }) => {
        const [a, b] = [found.a[metric], found.b[metric]];
        return [
          tag,
          METRIC_TITLES[metric],
          `${a?.count ?? 0}`,
          a ? percent(a.score) : '',
          b ? percent(b.score) : '',
          a && b ? signed(a.score - b.score) : '',
          `${aOnly}`,
          `${bOnly}`,
          pValue(p),
        ];
      }),
  );
  if (rows.length === 0) return [];
  return [
    {
      title: `${scorerName(pair)} by tag, where anything differs; these p-values are not corrected for each other.`,
      head: ['tag', 'metric', 'n', names.a, names.b, 'difference', `only ${names.a}`, `only ${names.b}`, 'p'],
      rows,
    },
  ];
}

function disagreementPart(
  { disagreements, ...pair }: ComparedScorers,
  names: { a: string; b: string },
  most: number,
): Part {
  if (disagreements.length === 0)
    return {
      title: `${scorerName(pair)}: no example is right in one run and wrong in the other.`,
      lines: [],
    };
  const left = disagreements.length - most;
  return {
    title: `${scorerName(pair)}: ${disagreements.length} of ${pair.examples} examples are right in one run and wrong in the other${left > 0 ? `; ${left} more in --format json` : ''}.`,
    head: ['example', `only ${names.a} right`, `only ${names.b} right`, 'tags', 'captions'],
    rows: disagreements
      .slice(0, most)
      .map(({ example, aOnly, bOnly, tags, captions }) => [
        example,
        titles(aOnly),
        titles(bOnly),
        tags.join('; '),
        captions?.join(' / ') ?? '',
      ]),
    prose: [4],
  };
}

function titles(metrics: Disagreement['aOnly']): string {
  return metrics.map((metric) => METRIC_TITLES[metric]).join(', ');
}

/** One metric of one pair of scorers, over all examples or a tag. */
export interface ComparisonRow {
  a: string;
  b: string;
  scorerA: string;
  scorerB: string;
  /** Empty for all examples. */
  tag: string;
  metric: MetricName;
  count: number | undefined;
  scoreA: number | undefined;
  scoreB: number | undefined;
  difference: number | undefined;
  /** Of all examples alone. */
  differenceLow: number | undefined;
  differenceHigh: number | undefined;
  aOnly: number;
  bOnly: number;
  p: number;
  pHolm: number | undefined;
}

/** The columns, in order. */
export const COMPARISON_COLUMNS = [
  'a',
  'b',
  'scorerA',
  'scorerB',
  'tag',
  'metric',
  'count',
  'scoreA',
  'scoreB',
  'difference',
  'differenceLow',
  'differenceHigh',
  'aOnly',
  'bOnly',
  'p',
  'pHolm',
] as const satisfies readonly (keyof ComparisonRow)[];

/** All comparisons as tidy rows. */
export function comparisonRows({ pairs }: RunComparison, names: { a: string; b: string }): ComparisonRow[] {
  return pairs.flatMap((pair) => {
    const row = (
      tag: string,
      found: { a: MetricSummaries; b: MetricSummaries },
      test: Uncorrected & { pHolm?: number },
    ): ComparisonRow => {
      const { metric, aOnly, bOnly, p, pHolm, difference } = test;
      const [scoreA, scoreB] = [found.a[metric]?.score, found.b[metric]?.score];
      return {
        ...names,
        scorerA: pair.a,
        scorerB: pair.b,
        tag,
        metric,
        count: found.a[metric]?.count,
        scoreA,
        scoreB,
        difference: scoreA === undefined || scoreB === undefined ? undefined : scoreA - scoreB,
        differenceLow: difference?.ci95[0],
        differenceHigh: difference?.ci95[1],
        aOnly,
        bOnly,
        p,
        pHolm,
      };
    };
    return [
      ...pair.comparisons.map((test) => row('', pair.metrics, test)),
      ...Object.entries(pair.byTag).flatMap(([tag, found]) =>
        found.comparisons.map((test) => row(tag, found, test)),
      ),
    ];
  });
}
