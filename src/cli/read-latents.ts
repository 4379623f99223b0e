/** First noises from a NumPy file. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { InputError, messageOf } from '../errors.ts';
import { readNpy } from '../onnx/npy.ts';
import type { GivenLatents } from '../run/prepare-drawing.ts';

/** Noises `[n, C, H, W]` as diffusers' `latents=` takes them. @throws InputError where the file is none. */
export function readLatents(path: string): GivenLatents {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new InputError({ what: 'cannot read the noises', where: path, got: messageOf(error) });
  }
  const { shape, data } = readNpy(bytes, path);
  const size = shape.slice(1).reduce((a, b) => a * b, 1);
  if (shape.length !== 4 || size === 0) {
    throw new InputError({
      what: 'the noises have another form',
      where: path,
      expected: 'an array [n, channels, height, width]',
      got: `[${shape.join(', ')}]`,
    });
  }
  const noises = Array.from({ length: shape[0]! }, (_, k) => data.slice(k * size, (k + 1) * size));
  return { noises, shape, sha256: createHash('sha256').update(bytes).digest('hex') };
}
