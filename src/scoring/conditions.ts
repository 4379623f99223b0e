import { type Example, UNCONDITIONAL } from './example.ts';

/** When the empty caption is evaluated too: `auto` where an example has several images, whose scores it makes comparable. */
export const UNCOND_MODES = ['auto', 'always', 'never'] as const;
/** One of `UNCOND_MODES`. */
export type UncondMode = (typeof UNCOND_MODES)[number];

/** One (image, caption) to evaluate at every trial; caption −1 is ∅. */
export interface PairIndex {
  image: number;
  caption: number;
}

/** The pairs of an example in their fixed order: image by image, captions first, ∅ last. */
export function pairsOf(example: Example, uncond: UncondMode): PairIndex[] {
  const withEmpty = uncond === 'always' || (uncond === 'auto' && example.images.length > 1);
  const captions = [...example.captions.keys(), ...(withEmpty ? [UNCONDITIONAL] : [])];
  return example.images.flatMap((_, image) => captions.map((caption) => ({ image, caption })));
}
