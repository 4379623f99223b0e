/** Two scorers, of one run or of two, against each other example by example. */

import type { MetricName } from '../metrics/evaluate.ts';
import { differenceOf } from '../run/compare-verdicts.ts';
import type { Comparison } from '../run/summary-schema.ts';
import { mcnemarExact } from '../stats/mcnemar.ts';
import { FEWEST_DISCORDANT } from './format.ts';
import { memoize } from './memoize.ts';
import type { RunModel } from './run-model.ts';

/** One side: a scorer of a run. */
export interface Side {
  model: RunModel;
  scorer: string;
}

/** An example that only one side has right. */
export interface Flip {
  /** Places of the example in the runs of A and B. */
  a: number;
  b: number;
  winner: 'a' | 'b';
}

/** The 2 × 2 table of right and wrong on one metric, over the examples that both sides have done. */
export interface Contest {
  both: number;
  aOnly: number;
  bOnly: number;
  neither: number;
  /** Exact McNemar, two-sided. */
  p: number;
  /** A's share right minus B's, with its 95 % interval over examples, as summaries have it. */
  difference?: Comparison['difference'];
  /** In task order. */
  flips: Flip[];
}

/** With more examples an interval takes longer than a screen may wait again and again. */
const MOST_RESAMPLED = 1000;

/**
 * Compares two sides on a metric. Examples are matched by their ids. The difference is absent where there are fewer than
 * six discordant examples, and where many are compared anew with every result.
 * @param grows whether results still come in. @default false
 */
export function contest(a: Side, b: Side, metric: MetricName, grows = false): Contest {
  const places = a.model === b.model ? undefined : placesOf(b.model);
  const rights: { index: [number, number]; right: [boolean, boolean] }[] = [];
  for (const [index, { id }] of a.model.examples.entries()) {
    const other = places ? places.get(id) : index;
    if (other === undefined) continue;
    const right = a.model.judge(a.scorer, index)?.verdict[metric];
    const otherRight = b.model.judge(b.scorer, other)?.verdict[metric];
    if (right === undefined || otherRight === undefined) continue;
    rights.push({ index: [index, other], right: [right, otherRight] });
  }
  const count = (x: boolean, y: boolean) =>
    rights.filter(({ right }) => right[0] === x && right[1] === y).length;
  const [aOnly, bOnly] = [count(true, false), count(false, true)];
  const hasDifference = aOnly + bOnly >= FEWEST_DISCORDANT && (!grows || rights.length <= MOST_RESAMPLED);
  return {
    both: count(true, true),
    aOnly,
    bOnly,
    neither: count(false, false),
    p: mcnemarExact(aOnly, bOnly),
    ...(hasDifference && {
      difference:
        toldDifference(a, b, { metric, aOnly, bOnly }) ?? differenceOf(rights.map(({ right }) => right)),
    }),
    flips: rights
      .filter(({ right }) => right[0] !== right[1])
      .map(({ index, right }) => ({ a: index[0], b: index[1], winner: right[0] ? 'a' : 'b' })),
  };
}

/** The difference that the run's summary has, where it is at hand and of the same examples: thousands take seconds. */
function toldDifference(
  a: Side,
  b: Side,
  { metric, aOnly, bOnly }: Pick<Comparison, 'metric' | 'aOnly' | 'bOnly'>,
): Comparison['difference'] {
  if (a.model !== b.model) return undefined;
  for (const told of a.model.standings().comparisons) {
    if (told.metric !== metric || !told.difference) continue;
    const { estimate, ci95, interval } = told.difference;
    const isSame = (x: string, y: string, xOnly: number, yOnly: number) =>
      told.a === x && told.b === y && told.aOnly === xOnly && told.bOnly === yOnly;
    if (isSame(a.scorer, b.scorer, aOnly, bOnly)) return told.difference;
    if (isSame(b.scorer, a.scorer, bOnly, aOnly))
      return { estimate: -estimate, ci95: [-ci95[1], -ci95[0]], interval };
  }
  return undefined;
}

/** Places of a run's examples by their ids. */
const placesOf = memoize(
  (model: RunModel): ReadonlyMap<string, number> =>
    new Map(model.examples.map(({ id }, index) => [id, index])),
);
