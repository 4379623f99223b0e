/** Two lists of verdicts on the same examples against each other: exact tests and intervals of the difference. */

import type { Verdict } from '../metrics/evaluate.ts';
import { type MetricName, metricNames } from '../metrics/score-matrix.ts';
import { holm } from '../stats/holm.ts';
import { mcnemarExact } from '../stats/mcnemar.ts';
import { pairedBootstrap } from '../stats/paired-bootstrap.ts';
import type { Comparison } from './summary-schema.ts';

/** Enough for bounds that are steady to about a tenth of their width, in well under a second. */
const RESAMPLES = 2000;

/** By example; undefined where it is not done. */
export type Verdicts = readonly (Verdict | undefined)[];

/** What one comparison is before it is corrected for the others. */
export type Uncorrected = Omit<Comparison, 'pHolm' | 'a' | 'b'>;

/**
 * Every two scorers on every metric they share, paired by example.
 * @param resample whether differences get their bootstrap intervals, by far the longest part. @default true
 */
export function compare(verdicts: ReadonlyMap<string, Verdicts>, resample = true): Comparison[] {
  const names = [...verdicts.keys()];
  const found = names.flatMap((a, k) =>
    names
      .slice(k + 1)
      .flatMap((b) =>
        compareTwo(verdicts.get(a)!, verdicts.get(b)!, resample).map((one) => ({ a, b, ...one })),
      ),
  );
  return corrected(found);
}

/** Two lists on every metric they share, over the examples that both have. */
export function compareTwo(a: Verdicts, b: Verdicts, resample = true): Uncorrected[] {
  return metricNames.flatMap((metric): Uncorrected[] => {
    const both = sharedVerdicts(a, b, metric);
    if (both.length === 0) return [];
    const aOnly = both.filter(([x, y]) => x && !y).length;
    const bOnly = both.filter(([x, y]) => y && !x).length;
    const difference = resample ? differenceOf(both) : undefined;
    return [
      {
        metric,
        aOnly,
        bOnly,
        ...(difference && { difference }),
        test: 'mcnemar-exact',
        p: mcnemarExact(aOnly, bOnly),
      },
    ];
  });
}

/** With Holm's correction over all of them (Holm 1979). */
export function corrected<T extends { p: number }>(found: readonly T[]): (T & { pHolm: number })[] {
  const adjusted = holm(found.map(({ p }) => p));
  return found.map((comparison, k) => ({ ...comparison, pHolm: adjusted[k]! }));
}

function sharedVerdicts(a: Verdicts, b: Verdicts, metric: MetricName): [boolean, boolean][] {
  return a.flatMap((verdict, index): [boolean, boolean][] => {
    const [x, y] = [verdict?.[metric], b[index]?.[metric]];
    return x === undefined || y === undefined ? [] : [[x, y]];
  });
}

/** By how much the first is better, with its interval over examples; undefined below two of them. */
export function differenceOf(both: readonly (readonly [boolean, boolean])[]): Comparison['difference'] {
  if (both.length < 2) return undefined;
  const [a, b] = [both.map(([x]) => Number(x)), both.map(([, y]) => Number(y))];
  const { estimate, lo, hi, method } = pairedBootstrap(a, b, { resamples: RESAMPLES });
  return { estimate, ci95: [lo, hi], interval: method };
}
