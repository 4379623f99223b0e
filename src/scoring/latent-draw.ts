/** The noise of the one draw from the VAE's posterior that an image gets. */

import { createHash } from 'node:crypto';
import { NoiseBank } from '../diffusion/noise-bank.ts';
import type { RgbImage } from '../images/decode.ts';

/** What of the posterior an image is encoded to: its mean, or a draw. */
export const LATENT_MODES = ['mean', 'sample'] as const;
/** One of `LATENT_MODES`. */
export type LatentMode = (typeof LATENT_MODES)[number];

/**
 * ε of an image's draw, `[C · H · W]`: `torch.manual_seed(s); torch.randn(1, C, H, W)` on the CPU, with s the first four
 * bytes, little-endian, of sha256("latent <seed> <width>x<height>\n" and the pixels as the encoder is given them). So
 * it depends on the image alone: not on its example, its place, or who else is scored; and all captions share it.
 * @param seed the plan's; several noise banks share the draw of the first.
 */
export function latentNoise(
  seed: number,
  { width, height, data }: RgbImage,
  shape: readonly [channels: number, height: number, width: number],
): Float32Array {
  const hash = createHash('sha256').update(`latent ${seed} ${width}x${height}\n`).update(data).digest();
  return new NoiseBank({ seed: hash.readUInt32LE(0), count: 1, shape }).get(0);
}
