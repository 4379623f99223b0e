import { ShapeError } from '../errors.ts';
import type { Output } from '../onnx/session.ts';

/**
 * Refuses an output of another shape than the model's description says: its values would be read at wrong places.
 * @param expected sizes; a name stands for a size that may be anything.
 * @param where the output's name and its graph's file.
 * @throws ShapeError naming the file.
 */
export function checkOutput(
  { dims }: Output,
  expected: readonly (number | string)[],
  where: { name: string; path: string },
): void {
  const fits =
    dims.length === expected.length &&
    expected.every((size, k) => typeof size === 'string' || size === dims[k]);
  if (fits) return;
  throw new ShapeError({
    what: `shape of output "${where.name}"`,
    where: where.path,
    expected: `[${expected.join(', ')}]`,
    got: `[${dims.join(', ')}]`,
  });
}
