/** Which examples are listed and in what order: pure, and remembered until results come in. */

import type { MetricName } from '../../../src/metrics/evaluate.ts';
import { differs, disagreement } from '../../../src/report/disagreement.ts';
import { memoize } from '../../../src/report/memoize.ts';
import type { RunModel } from '../../../src/report/run-model.ts';

export const SORTS = ['id', 'margin', 'disagreement'] as const;
export type Sort = (typeof SORTS)[number];

export const VERDICTS = ['all', 'wrong', 'right', 'undecided', 'scored', 'not done'] as const;
/** By the chosen scorer. */
export type VerdictFilter = (typeof VERDICTS)[number];

/** What decides a list. */
export interface ListChoice {
  sort: Sort;
  metric: MetricName;
  /** Whose margins and verdicts count. */
  scorer: string;
  verdict: VerdictFilter;
  /** Only examples on whose verdict scorers differ. */
  disagreeing: boolean;
  tag: string | undefined;
  query: string;
}

/** Places of the examples listed, in order. Ascending margins: what is most wrong comes first. */
export const listOf = memoize((model: RunModel, choice: ListChoice): readonly number[] => {
  const { sort, metric, scorer } = choice;
  const words = choice.query.toLowerCase().split(/\s+/).filter(Boolean);
  const texts = words.length > 0 ? searchTexts(model) : [];
  const list = [...model.examples.keys()].filter(
    (index) =>
      (choice.tag === undefined || model.examples[index]!.tags.includes(choice.tag)) &&
      words.every((word) => texts[index]!.includes(word)) &&
      hasVerdict(model, index, choice) &&
      (!choice.disagreeing || differs(model, index, metric)),
  );
  if (sort === 'id') return list;
  const keys = new Map(
    list.map((index) => {
      const value =
        sort === 'margin'
          ? model.judge(scorer, index)?.margins[metric]
          : negated(disagreement(model, index, metric));
      // What is not done, or has no number, comes last.
      return [index, value === undefined || Number.isNaN(value) ? Number.POSITIVE_INFINITY : value];
    }),
  );
  return list.sort((a, b) => compareKeys(keys.get(a)!, keys.get(b)!) || a - b);
});

/** Captions and id of every example in lower case; the run's examples never change. */
const known = new WeakMap<RunModel, string[]>();
function searchTexts(model: RunModel): string[] {
  let texts = known.get(model);
  if (!texts) {
    texts = model.examples.map(({ id, captions }) => [id, ...captions].join('\n').toLowerCase());
    known.set(model, texts);
  }
  return texts;
}

function hasVerdict(model: RunModel, index: number, { verdict, scorer, metric }: ListChoice): boolean {
  if (verdict === 'all') return true;
  const judged = model.judge(scorer, index);
  if (verdict === 'not done') return judged === undefined;
  if (verdict === 'scored') return judged !== undefined;
  if (verdict === 'undecided') return judged?.undecided === true;
  return judged?.verdict[metric] === (verdict === 'right');
}

function negated(value: number | undefined): number | undefined {
  return value === undefined ? undefined : -value;
}

/** Infinity − Infinity is no number. */
function compareKeys(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/** A tag with how many examples have it, and on how many of them the scorer has done its work. */
export interface TagCount {
  tag: string;
  count: number;
  scored: number;
}

/** All tags, in order of first appearance. */
export const tagsOf = memoize((model: RunModel, scorer: string): readonly TagCount[] => {
  const counts = new Map<string, TagCount>();
  for (const [index, { tags }] of model.examples.entries()) {
    const isScored = model.judge(scorer, index) !== undefined;
    for (const tag of new Set(tags)) {
      const found = counts.get(tag) ?? { tag, count: 0, scored: 0 };
      counts.set(tag, found);
      found.count++;
      if (isScored) found.scored++;
    }
  }
  return [...counts.values()];
});

/** Examples that a scorer has done. */
export const scoredBy = memoize(
  (model: RunModel, scorer: string): number =>
    model.examples.filter((_, index) => model.judge(scorer, index) !== undefined).length,
);
