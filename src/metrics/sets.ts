import type { Tallies, Tally } from './by-tag.ts';
import type { Verdict } from './evaluate.ts';
import { type MetricName, metricNames } from './score-matrix.ts';

/** An example with the sets that it belongs to, and its verdict where it is done. */
export interface SetMember {
  /** Key of its set by kind, as in `{ pair: 'mug and table, left or right', set: 'mug and table' }`. */
  groups: Readonly<Record<string, string>>;
  verdict: Verdict | undefined;
  chance: Partial<Record<MetricName, number>>;
}

/**
 * Pair and set accuracy: a set is right by a metric where every example of it is. Sets count once all their examples
 * are done; those of one example count too. Chance is the product over the examples, whose scores are taken to be
 * independent.
 * @returns tallies by kind of set, kinds in order of first appearance.
 */
export function setTallies(members: readonly SetMember[]): Record<string, Tallies> {
  const kinds = new Map<string, Map<string, SetMember[]>>();
  for (const member of members) {
    for (const [kind, key] of Object.entries(member.groups)) {
      const sets = kinds.get(kind) ?? new Map<string, SetMember[]>();
      kinds.set(kind, sets);
      const set = sets.get(key);
      if (set) set.push(member);
      else sets.set(key, [member]);
    }
  }
  return Object.fromEntries([...kinds].map(([kind, sets]) => [kind, talliesOf([...sets.values()])]));
}

function talliesOf(sets: readonly (readonly SetMember[])[]): Tallies {
  const tally = (metric: MetricName): Tally => {
    let correct = 0;
    const chances: number[] = [];
    for (const members of sets) {
      const verdicts = members.map(({ verdict }) => verdict?.[metric]);
      if (verdicts.includes(undefined)) continue;
      if (!verdicts.includes(false)) correct++;
      chances.push(members.reduce((product, { chance }) => product * (chance[metric] ?? Number.NaN), 1));
    }
    const count = chances.length;
    const expected = chances.reduce((sum, value) => sum + value, 0);
    return { correct, count, score: correct / count, chance: expected / count, chances };
  };
  return Object.fromEntries(metricNames.map((metric) => [metric, tally(metric)])) as Tallies;
}
