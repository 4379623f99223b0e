/** Half precision without JavaScript's own type for it, which Node 22 lacks. */

const number = new Float32Array(1);
const bits = new Uint32Array(number.buffer);

/** Rounds to the nearest half, ties to even, as IEEE 754 and torch's `.half()` do. @returns the bits, `[n]` */
export function toFloat16(values: ArrayLike<number>): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) halves[i] = halfOf(values[i]!);
  return halves;
}

/** Halves given by their bits as float32, exactly. */
export function fromFloat16(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  const table = halfTable();
  for (let i = 0; i < values.length; i++) values[i] = table[halves[i]!]!;
  return values;
}

function halfOf(value: number): number {
  number[0] = value;
  const sign = (bits[0]! >>> 16) & 0x8000;
  const size = bits[0]! & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00; // NaN
  if (size >= 0x477ff000) return sign | 0x7c00; // from 65520 on: infinite
  if (size < 0x38800000) {
    // Below 2⁻¹⁴ a half is a multiple of 2⁻²⁴; so is a float32 from 0.5 to 1, and its addition rounds.
    number[0] = Math.abs(value) + 0.5;
    return sign | (bits[0]! - 0x3f000000);
  }
  const odd = (size >>> 13) & 1;
  return sign | ((size - 0x38000000 + 0xfff + odd) >>> 13);
}

let table: Float32Array | undefined;

function halfTable(): Float32Array {
  table ??= Float32Array.from({ length: 1 << 16 }, (_, half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >>> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
  });
  return table;
}
