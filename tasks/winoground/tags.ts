/** The groups that a Winoground example is counted in. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../src/hub/package-root.ts';
import type { WinogroundRecord } from './record.ts';

/** `collapsed_tag` of the published set, by which it is known again. */
const PUBLISHED: Readonly<Record<string, number>> = { Relation: 233, Object: 141, Both: 26 };

/** Whether these are Winoground's own 400 examples: only they have the tags of Diwan et al. */
export function isPublishedSet(records: readonly WinogroundRecord[]): boolean {
  const total = Object.values(PUBLISHED).reduce((sum, count) => sum + count, 0);
  const ids = new Set(records.map((record) => record.id));
  const isComplete =
    records.length === total && [...ids].every((id) => /^\d+$/.test(id) && Number(id) < total);
  return (
    isComplete &&
    Object.entries(PUBLISHED).every(
      ([tag, count]) => records.filter(({ collapsedTag }) => collapsedTag === tag).length === count,
    )
  );
}

/**
 * Tags of one example. `collapsed_tag` stands as it is; all others have their kind before a colon, so that kinds do not
 * mix: `tag: Noun`, `main predicates: 1`, `secondary: Symbolic` for every example that has it among its secondary tags
 * (the published counts are of these), `secondary exactly: Symbolic` for those that have no other (the published scores
 * are of these), and `Diwan: Complex Reasoning`.
 * @param diwan tags by id; see `diwanTags`.
 */
export function winogroundTags(
  record: WinogroundRecord,
  diwan: Readonly<Record<string, readonly string[]>> | undefined,
): string[] {
  const { tag, collapsedTag, secondaryTag, mainPredicates } = record;
  const secondary = secondaryTag
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const assigned = diwan?.[record.id];
  return [
    ...(collapsedTag ? [collapsedTag] : []),
    ...(mainPredicates === undefined ? [] : [`main predicates: ${mainPredicates}`]),
    ...(tag ? [`tag: ${tag}`] : []),
    ...secondary.map((part) => `secondary: ${part}`),
    ...(secondaryTag ? [`secondary exactly: ${secondaryTag}`] : []),
    ...(assigned ? (assigned.length > 0 ? assigned : ['No Tag']).map((name) => `Diwan: ${name}`) : []),
  ];
}

/** Tags by id of Diwan et al., "Why is Winoground Hard?" (EMNLP 2022); ships with this package under MIT. */
export function diwanTags(): Record<string, string[]> {
  const path = join(packageRoot(), 'tasks', 'data', 'why-winoground-hard', 'new_tag_assignments.json');
  return z.record(z.string(), z.array(z.string())).parse(JSON.parse(readFileSync(path, 'utf8')));
}
