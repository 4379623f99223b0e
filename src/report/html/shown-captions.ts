/** Which captions of an example a page shows, and which two of them it holds against each other. */

import type { Example } from '../../scoring/example.ts';
import type { Judgement } from '../run-model.ts';

/** Up to so many captions are all shown. */
const ALL_UP_TO = 12;
/** Of more, the right ones and the best so many of every scorer. */
const BEST = 4;

export interface ShownCaptions {
  /** Their places in the example, ascending. */
  captions: number[];
}

/** All captions, or of many those that tell something. */
export function shownCaptions(
  { captions, truth }: Example,
  judgements: readonly (Judgement | undefined)[],
): ShownCaptions {
  if (captions.length <= ALL_UP_TO) return { captions: [...captions.keys()] };
  const shown = new Set(truth.slice(0, BEST).map(([, caption]) => caption));
  for (const judgement of judgements) {
    for (const row of judgement?.scores.raw ?? [])
      for (const caption of bestOf(row, BEST)) shown.add(caption);
  }
  return { captions: [...shown].sort((a, b) => a - b) };
}

/** Two captions, A and B. */
export interface Rivals {
  first: number;
  second: number;
}

/** Of two captions both; of more the right one of the first image and its strongest rival. Undefined for one. */
export function rivalsOf(
  { captions, truth }: Example,
  { scores }: Judgement,
  shown: ShownCaptions,
): Rivals | undefined {
  if (captions.length < 2) return undefined;
  if (captions.length === 2) return { first: 0, second: 1 };
  const right = truth.filter(([image]) => image === 0).map(([, caption]) => caption);
  const first = right[0] ?? 0;
  const second = bestOf(scores.raw[0] ?? [], captions.length).find(
    (caption) => !right.includes(caption) && caption !== first,
  );
  return second === undefined || !shown.captions.includes(second) ? undefined : { first, second };
}

/** Places of the highest scores, best first; pruned and missing ones last. */
function bestOf(row: readonly number[], count: number): number[] {
  return [...row.keys()]
    .sort((a, b) => (row[b]! > row[a]! ? 1 : row[b]! < row[a]! ? -1 : a - b))
    .slice(0, count);
}
