/** FLUX's latents: patches of 2 × 2 cells laid out as tokens. */

type Shape = readonly [channels: number, height: number, width: number];

/** `FluxPipeline._pack_latents`: `[n, C, H, W]` to `[n, H/2 · W/2, 4C]`. */
export function pack(latents: Float32Array, shape: Shape): Float32Array {
  const packed = new Float32Array(latents.length);
  visit(latents.length, shape, (cell, token) => {
    packed[token] = latents[cell]!;
  });
  return packed;
}

/** `FluxPipeline._unpack_latents`: the way back. */
export function unpack(packed: Float32Array, shape: Shape): Float32Array {
  const latents = new Float32Array(packed.length);
  visit(packed.length, shape, (cell, token) => {
    latents[cell] = packed[token]!;
  });
  return latents;
}

/** Places of the packed tokens in the picture, `[H/2 · W/2, 3]`: (0, row, column). */
export function imageIds([, height, width]: Shape): Float32Array {
  const [rows, columns] = [height / 2, width / 2];
  const ids = new Float32Array(rows * columns * 3);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      ids[(row * columns + column) * 3 + 1] = row;
      ids[(row * columns + column) * 3 + 2] = column;
    }
  }
  return ids;
}

/** Goes through both layouts at once: token (row, column) holds channel-major the four cells of its patch. */
function visit(
  length: number,
  [channels, height, width]: Shape,
  move: (cell: number, token: number) => void,
): void {
  for (let cell = 0; cell < length; cell++) {
    const x = cell % width;
    const y = Math.floor(cell / width) % height;
    const channel = Math.floor(cell / (width * height)) % channels;
    const image = Math.floor(cell / (width * height * channels));
    const patch = (image * (height / 2) + (y >> 1)) * (width / 2) + (x >> 1);
    move(cell, patch * channels * 4 + channel * 4 + (y & 1) * 2 + (x & 1));
  }
}
