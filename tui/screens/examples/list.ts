/** Which examples are listed and in what order: pure, and remembered until results come in. */

import type { MetricName } from '../../../src/metrics/evaluate.ts';
import { differs, disagreement } from '../../../src/report/disagreement.ts';
import { memoize } from '../../../src/report/memoize.ts';
import type { RunModel } from '../../../src/report/run-model.ts';

export const SORTS = ['id', 'margin', 'disagreement'] as const;
export type Sort = (typeof SORTS)[number];

export const VERDICTS = ['all', 'wrong', 'right', 'undecided', 'open'] as const;
/** `open`: not done yet by the scorer. */
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
  if (verdict === 'open') return judged === undefined;
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

/** All tags with their numbers of examples, in order of first appearance. */
export const tagsOf = memoize((model: RunModel): readonly (readonly [tag: string, count: number])[] => {
  const counts = new Map<string, number>();
  for (const { tags } of model.examples)
    for (const tag of new Set(tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts];
});
