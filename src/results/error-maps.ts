/** Where in the image the error of one example lies. */

import type { PairIndex } from '../scoring/conditions.ts';
import { UNCONDITIONAL } from '../scoring/example.ts';

/** Sums over trials and channels of the squared error, per latent cell. */
export interface ErrorMaps {
  height: number;
  width: number;
  /** `[image][caption]`: trials summed, and float32 `[height · width]`. */
  pairs: readonly (readonly { trials: number; sums: Float32Array }[])[];
}

/**
 * The maps of an example by image and caption; those under ∅ are left out.
 * @param pairs of the example, in stored order @param found sums, float32 `[pairs · height · width]`, and the trials
 *   that each pair has in them
 */
export function errorMaps(
  pairs: readonly PairIndex[],
  [height, width]: readonly [number, number],
  found: { trialsOf: (slot: number) => number; sums: Float32Array },
): ErrorMaps {
  const cells = height * width;
  const byImage: { trials: number; sums: Float32Array }[][] = [];
  for (const [slot, { image, caption }] of pairs.entries()) {
    byImage[image] ??= [];
    if (caption === UNCONDITIONAL) continue;
    byImage[image][caption] = {
      trials: found.trialsOf(slot),
      sums: found.sums.subarray(slot * cells, (slot + 1) * cells),
    };
  }
  return { height, width, pairs: byImage };
}
