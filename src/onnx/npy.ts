/** NumPy's file format (NEP 1), as much of it as arrays of floats need. */

import { InputError } from '../errors.ts';
import { fromFloat16 } from './float16.ts';

const MAGIC = '\u0093NUMPY';

/**
 * The array in a `.npy` file: little-endian float16, float32 or float64 in C order, as float32.
 * @throws InputError for anything else.
 */
export function readNpy(bytes: Uint8Array, where: string): { shape: number[]; data: Float32Array } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.subarray(0, 6).toString('latin1') !== MAGIC || buffer.length < 12)
    throw new InputError({ what: 'the file is no NumPy array', where, expected: 'what np.save writes' });
  const wide = buffer[6]! >= 2;
  const start = wide ? 12 : 10;
  const end = start + (wide ? buffer.readUInt32LE(8) : buffer.readUInt16LE(8));
  const header = buffer.subarray(start, end).toString('latin1');
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const list = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  const width = { '<f2': 2, '<f4': 4, '<f8': 8 }[type ?? ''];
  if (width === undefined || list === undefined || !/'fortran_order':\s*False/.test(header)) {
    throw new InputError({
      what: 'the NumPy array has another form',
      where,
      expected: 'float16, float32 or float64, little-endian, in C order',
      got: header.trim().slice(0, 120),
      fix: 'Save it with np.save(FILE, np.ascontiguousarray(a, dtype="float32")).',
    });
  }
  const shape = list.split(',').flatMap((part) => (part.trim() === '' ? [] : [Number(part)]));
  const count = shape.reduce((a, b) => a * b, 1);
  // A copy: typed arrays must begin at a multiple of their width.
  const values = Uint8Array.from(buffer.subarray(end, end + count * width)).buffer;
  if (values.byteLength < count * width) {
    throw new InputError({
      what: 'the NumPy array is cut off',
      where,
      expected: `${count * width} bytes of values`,
      got: `${values.byteLength}`,
    });
  }
  if (width === 2) return { shape, data: fromFloat16(new Uint16Array(values)) };
  return {
    shape,
    data: width === 4 ? new Float32Array(values) : Float32Array.from(new Float64Array(values)),
  };
}
