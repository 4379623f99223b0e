import type { Aggregate } from './by-tag.ts';
import { type MetricName, metricNames } from './score-matrix.ts';

/** A mean over tags, each weighing the same. */
export interface MacroAverage {
  /** Mean of the tags' scores, 0..1. */
  score: number;
  /** Mean of the tags' chances, 0..1. */
  chance: number;
  /** Tags in the mean, and those that were left out for having too few examples. */
  tags: number;
  leftOut: number;
}

/** The kind of a tag, what stands before its colon as in `relation: behind`; empty for tags without one. */
export function kindOf(tag: string): string {
  return /^([^:]{1,40}): ./s.exec(tag)?.[1] ?? '';
}

/**
 * Macro averages by kind of tag, over tags that count at least `least` examples, as ARO averages over relations. Kinds
 * with one tag have none: it would be the micro average of that tag.
 */
export function macroAverages(
  { tags, byTag }: Aggregate,
  least = 1,
): Record<string, Partial<Record<MetricName, MacroAverage>>> {
  const kinds = new Map<string, string[]>();
  for (const tag of tags) kinds.set(kindOf(tag), [...(kinds.get(kindOf(tag)) ?? []), tag]);
  const result: Record<string, Partial<Record<MetricName, MacroAverage>>> = {};
  for (const [kind, members] of kinds) {
    if (members.length < 2) continue;
    const own: Partial<Record<MetricName, MacroAverage>> = {};
    for (const metric of metricNames) {
      const counted = members.map((tag) => byTag[tag]![metric]).filter(({ count }) => count > 0);
      const kept = counted.filter(({ count }) => count >= least);
      if (kept.length === 0) continue;
      const mean = (value: (tally: (typeof kept)[number]) => number) =>
        kept.reduce((sum, tally) => sum + value(tally), 0) / kept.length;
      own[metric] = {
        score: mean(({ score }) => score),
        chance: mean(({ chance }) => chance),
        tags: kept.length,
        leftOut: counted.length - kept.length,
      };
    }
    if (Object.keys(own).length > 0) result[kind] = own;
  }
  return result;
}
