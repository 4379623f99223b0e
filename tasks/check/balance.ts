/** What a probe looks like as a whole: tags too small to say anything, truths that always stand in one place. */

import type { Example } from '../../src/scoring/example.ts';
import type { Problem } from './report.ts';

/** Below this a tag's percentage says next to nothing: at 9 of 9 right, its interval still begins at 70 %. */
const SMALL_TAG = 10;
/** A probe of fewer examples is being begun, not finished. */
const YOUNG = 20;
const MUCH = 10;

type Found = Pick<Problem, 'kind' | 'message'>;

/** Examples by tag. */
export function tagCounts(examples: readonly Example[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { tags } of examples)
    for (const tag of new Set(tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return counts;
}

/** Warnings about tags. */
export function checkTags(examples: readonly Example[]): Found[] {
  const counts = [...tagCounts(examples)].sort(([, a], [, b]) => a - b);
  if (counts.length === 0 || examples.length < YOUNG) return [];
  const found: Found[] = [];
  const small = counts.filter(([, count]) => count < SMALL_TAG);
  if (small.length > 0) {
    const names = small.slice(0, 5).map(([tag, count]) => `"${tag}" ${count}`);
    const more = small.length > 5 ? ` and ${small.length - 5} more` : '';
    found.push({
      kind: 'tags',
      message: `tags with fewer than ${SMALL_TAG} examples say little: ${names.join(', ')}${more}`,
    });
  }
  const [least, most] = [counts[0]!, counts.at(-1)!];
  if (least[1] >= SMALL_TAG && most[1] > MUCH * least[1])
    found.push({
      kind: 'tags',
      message: `tags are unbalanced: "${most[0]}" has ${most[1]} examples, "${least[0]}" ${least[1]}`,
    });
  return found;
}

/** A warning where one image's or caption's true option always stands in the same place. */
export function checkTruthPlaces(examples: readonly Example[]): Found[] {
  const places = examples.flatMap(({ images, captions, truth }) => {
    if (truth.length !== 1 || images.length > 1 === captions.length > 1) return [];
    return [images.length === 1 ? truth[0]![1] : truth[0]![0]];
  });
  if (places.length < MUCH || places.some((place) => place !== places[0])) return [];
  return [
    {
      kind: 'truth',
      message: `the true option is number ${places[0]} (from 0) in all ${places.length} examples: ties count as wrong here, so it favours nobody, but other programs break ties by place`,
    },
  ];
}
