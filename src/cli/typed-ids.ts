import { visible } from '../report/format.ts';
import type { Example } from '../scoring/example.ts';

/**
 * Takes an id as it was typed for the example's own: characters that steer a terminal are shown as escapes, and cannot be
 * typed otherwise. What is nobody's id comes back as it is.
 */
export function typedIds(examples: readonly Pick<Example, 'id'>[]): (typed: string) => string {
  const shown = new Map(examples.map(({ id }) => [visible(id), id]));
  for (const { id } of examples) shown.set(id, id);
  return (typed) => shown.get(typed) ?? typed;
}
