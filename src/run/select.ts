import { UsageError } from '../errors.ts';
import type { Example } from '../scoring/example.ts';
import { tagList } from '../scoring/tag-list.ts';

/** Which examples of a task a session works on; all where nothing is said. */
export interface Selection {
  /** `N` for the first N, `A-B` for the A-th to the B-th (from 1, both included). */
  limit?: string;
  ids?: readonly string[];
  tag?: string;
}

/**
 * Places in the task of the examples that a selection names, in task order. `tag` and `ids` narrow first, `limit`
 * counts among what is left.
 * @throws UsageError where the limit is none, an id or tag is unknown, or nothing is left.
 */
export function select(examples: readonly Example[], { limit, ids, tag }: Selection): number[] {
  let chosen = [...examples.keys()];
  if (ids) {
    const known = new Set(examples.map((example) => example.id));
    const unknown = ids.filter((id) => !known.has(id));
    if (unknown.length > 0)
      throw new UsageError({ what: `the task has no example "${unknown[0]}"`, where: '--ids' });
    const wanted = new Set(ids);
    chosen = chosen.filter((index) => wanted.has(examples[index]!.id));
  }
  if (tag !== undefined) {
    chosen = chosen.filter((index) => examples[index]!.tags.includes(tag));
    if (chosen.length === 0) {
      const tags = [...new Set(examples.flatMap((example) => example.tags))];
      throw new UsageError({
        what: `no example has the tag "${tag}"`,
        where: '--tag',
        expected: tagList(tags) || 'a task with tags',
      });
    }
  }
  if (limit !== undefined) {
    const [, first, , last] = /^(\d+)(-(\d+))?$/.exec(limit) ?? [];
    const [from, to] = last === undefined ? [1, Number(first)] : [Number(first), Number(last)];
    if (first === undefined || from < 1 || to < from) {
      throw new UsageError({
        what: 'cannot read the limit',
        where: `--limit ${limit}`,
        expected: 'N, or A-B with 1 <= A <= B',
      });
    }
    chosen = chosen.slice(from - 1, to);
    if (chosen.length === 0) {
      throw new UsageError({
        what: 'the limit leaves no example',
        where: `--limit ${limit}`,
        expected: `a range within 1-${examples.length}`,
      });
    }
  }
  return chosen;
}
