/** A perceptual fingerprint: pictures that look the same have nearly the same one, whatever their size or file format. */

import type { RgbImage } from '../../src/images/decode.ts';
import { resize } from '../../src/images/resize.ts';

const SIDE = 16;

/**
 * Most that a value of two prints of one picture differs by, of 255. Re-encoding as JPEG of quality 60 and halving the
 * size stay below it on the embedded pictures (28 was the most); no two of those that were drawn apart do (test/tasks/check.test.ts).
 */
const MOST_APART = 32;

/** The picture in 16 x 16 pixels, `[16 · 16 · 3]`, and the mean of all. */
export interface Fingerprint {
  values: Uint8Array;
  mean: number;
}

export function fingerprintOf(image: RgbImage): Fingerprint {
  const values = resize(image, SIDE, SIDE, 'bilinear').data;
  return { values, mean: values.reduce((sum, value) => sum + value, 0) / values.length };
}

/** Whether two pictures look the same: no part of them differs by more than re-encoding makes. */
export function looksLike(a: Fingerprint, b: Fingerprint): boolean {
  for (let k = 0; k < a.values.length; k++) {
    if (Math.abs(a.values[k]! - b.values[k]!) > MOST_APART) return false;
  }
  return true;
}

/** All couples that look the same, by their places. Only prints of nearly the same mean are compared. */
export function lookalikes(prints: readonly Fingerprint[]): [number, number][] {
  const order = prints.map((_, k) => k).sort((a, b) => prints[a]!.mean - prints[b]!.mean);
  const found: [number, number][] = [];
  for (const [rank, a] of order.entries()) {
    for (let next = rank + 1; next < order.length; next++) {
      const b = order[next]!;
      if (prints[b]!.mean - prints[a]!.mean > MOST_APART / 2) break;
      if (looksLike(prints[a]!, prints[b]!)) found.push(a < b ? [a, b] : [b, a]);
    }
  }
  return found.sort(([a, b], [c, d]) => a - c || b - d);
}
