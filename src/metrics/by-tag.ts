import type { Verdict } from './evaluate.ts';
import { type MetricName, metricNames } from './score-matrix.ts';

/** One judged example. */
export interface TaggedVerdict {
  tags: readonly string[];
  verdict: Verdict;
  /** Probability 0..1 of a right verdict by chance, for every metric in `verdict`; see `chances`. */
  chance: Partial<Record<MetricName, number>>;
}

/** How one metric came out over some examples. */
export interface Tally {
  correct: number;
  /** Examples that have this metric. */
  count: number;
  /** correct / count, a fraction 0..1; NaN where nothing was counted. */
  score: number;
  /** Mean chance over the examples counted, 0..1; NaN where one of them came without. */
  chance: number;
  /** Of each example counted, in order. */
  chances: number[];
}

/** All metrics, those that no example has with count 0. */
export type Tallies = Record<MetricName, Tally>;

/** Totals of a run, over everything and by tag. */
export interface Aggregate {
  all: Tallies;
  /** Tags in order of first appearance, which `byTag` cannot promise: objects list integer-like keys first. */
  tags: string[];
  byTag: Record<string, Tallies>;
}

/**
 * Micro averages: every example weighs the same, an example counts once for each of its distinct tags, and for the
 * metrics it has.
 */
export function aggregate(verdicts: readonly TaggedVerdict[]): Aggregate {
  const groups = new Map<string, TaggedVerdict[]>();
  for (const example of verdicts) {
    for (const tag of new Set(example.tags)) {
      const group = groups.get(tag);
      if (group) group.push(example);
      else groups.set(tag, [example]);
    }
  }
  const byTag = Object.fromEntries([...groups].map(([tag, group]) => [tag, tallies(group)]));
  return { all: tallies(verdicts), tags: [...groups.keys()], byTag };
}

function tallies(examples: readonly TaggedVerdict[]): Tallies {
  return Object.fromEntries(metricNames.map((metric) => [metric, tally(examples, metric)])) as Tallies;
}

function tally(examples: readonly TaggedVerdict[], metric: MetricName): Tally {
  let [correct, count] = [0, 0];
  const chances: number[] = [];
  for (const { verdict, chance } of examples) {
    const isRight = verdict[metric];
    if (isRight === undefined) continue;
    count++;
    if (isRight) correct++;
    chances.push(chance[metric] ?? Number.NaN);
  }
  const expected = chances.reduce((sum, value) => sum + value, 0);
  return { correct, count, score: correct / count, chance: expected / count, chances };
}
