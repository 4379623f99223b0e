/** Two scorers, of one run or of two, against each other example by example. */

import type { MetricName } from '../metrics/evaluate.ts';
import { mcnemarExact } from '../stats/mcnemar.ts';
import { pairedBootstrap } from '../stats/paired-bootstrap.ts';
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
  /** A's share right minus B's, with its 95 % interval over examples; absent below six discordant examples. */
  difference?: { estimate: number; ci95: readonly [number, number] };
  /** In task order. */
  flips: Flip[];
}

/** With fewer discordant examples no difference can be significant at 5 %. */
const FEWEST_DISCORDANT = 6;
const RESAMPLES = 1000;
/** Above this an interval takes longer than a screen may wait; the normal one of paired differences is as good. */
const MOST_RESAMPLED = 1000;

/** Compares two sides on a metric. Examples are matched by their ids. */
export function contest(a: Side, b: Side, metric: MetricName): Contest {
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
  const discordant = aOnly + bOnly;
  return {
    both: count(true, true),
    aOnly,
    bOnly,
    neither: count(false, false),
    p: mcnemarExact(aOnly, bOnly),
    ...(discordant >= FEWEST_DISCORDANT && { difference: differenceOf(rights.map(({ right }) => right)) }),
    flips: rights
      .filter(({ right }) => right[0] !== right[1])
      .map(({ index, right }) => ({ a: index[0], b: index[1], winner: right[0] ? 'a' : 'b' })),
  };
}

function differenceOf(rights: readonly (readonly [boolean, boolean])[]): NonNullable<Contest['difference']> {
  if (rights.length <= MOST_RESAMPLED) {
    const [a, b] = [0, 1].map((side) => rights.map((pair) => Number(pair[side])));
    const { estimate, lo, hi } = pairedBootstrap(a!, b!, { resamples: RESAMPLES });
    return { estimate, ci95: [lo, hi] };
  }
  const n = rights.length;
  const differences = rights.map(([a, b]) => Number(a) - Number(b));
  const estimate = differences.reduce((sum, value) => sum + value, 0) / n;
  const variance = differences.reduce((sum, value) => sum + (value - estimate) ** 2, 0) / (n - 1);
  const half = 1.959963984540054 * Math.sqrt(variance / n);
  return { estimate, ci95: [estimate - half, estimate + half] };
}

/** Places of a run's examples by their ids. */
const placesOf = memoize(
  (model: RunModel): ReadonlyMap<string, number> =>
    new Map(model.examples.map(({ id }, index) => [id, index])),
);
