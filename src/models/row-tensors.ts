/** Putting token matrices `[tokens, width]` and vectors `[width]` of one caption together. */

import type { RowTensor } from './condition.ts';

/** `torch.cat(tensors, dim=-1)` of tensors that agree in all but the last size. */
export function besideEachOther(tensors: readonly RowTensor[]): RowTensor {
  const widths = tensors.map(({ dims }) => dims.at(-1)!);
  const width = widths.reduce((a, b) => a + b, 0);
  const rows = tensors[0]!.data.length / widths[0]!;
  const data = new Float32Array(rows * width);
  let at = 0;
  for (const [k, tensor] of tensors.entries()) {
    const own = widths[k]!;
    for (let row = 0; row < rows; row++)
      data.set(tensor.data.subarray(row * own, (row + 1) * own), row * width + at);
    at += own;
  }
  return { data, dims: [...tensors[0]!.dims.slice(0, -1), width] };
}

/** `torch.cat(tensors, dim=-2)` of matrices of one width. */
export function behindEachOther(tensors: readonly RowTensor[]): RowTensor {
  const data = new Float32Array(tensors.reduce((sum, tensor) => sum + tensor.data.length, 0));
  let at = 0;
  for (const tensor of tensors) {
    data.set(tensor.data, at);
    at += tensor.data.length;
  }
  return { data, dims: [tensors.reduce((sum, { dims }) => sum + dims[0]!, 0), tensors[0]!.dims[1]!] };
}

/** A matrix with zeros added to each row: `F.pad(x, (0, width - x.shape[-1]))`. */
export function widened(tensor: RowTensor, width: number): RowTensor {
  const [rows, own] = [tensor.dims[0]!, tensor.dims[1]!];
  return own === width ? tensor : besideEachOther([tensor, zeros([rows, width - own])]);
}

export function zeros(dims: readonly number[]): RowTensor {
  return { data: new Float32Array(dims.reduce((a, b) => a * b, 1)), dims };
}
