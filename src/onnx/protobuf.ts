/** Protocol buffers on the wire: reading fields where they lie, writing the few that an edited graph needs. */

import { readSync } from 'node:fs';

/** One field of a message. Numbers are in `value`, everything else lies in `[start, end)` of the source. */
export interface Field {
  number: number;
  /** 0 varint, 1 eight bytes, 2 a length and so many bytes, 5 four bytes. */
  wire: number;
  /** Of a varint, as a signed 64-bit number. */
  value: number;
  /** Of the payload. */
  start: number;
  end: number;
}

/** Bytes of a file, read where they are asked for: weights of gigabytes are passed over, not read. */
export class FileBytes {
  readonly length: number;
  readonly #fd: number;
  readonly #window = Buffer.alloc(1 << 16);
  #from = 0;
  #filled = 0;

  /** @param fd of an open file of `length` bytes; closed by whoever opened it. */
  constructor(fd: number, length: number) {
    this.#fd = fd;
    this.length = length;
  }

  byte(at: number): number {
    if (at < this.#from || at >= this.#from + this.#filled) {
      this.#from = at;
      this.#filled = readSync(this.#fd, this.#window, 0, this.#window.length, at);
      if (this.#filled === 0) throw new RangeError('the file ends within a message');
    }
    return this.#window[at - this.#from]!;
  }

  slice(start: number, end: number): Buffer {
    if (end > this.length) throw new RangeError('the file ends within a message');
    const bytes = Buffer.alloc(end - start);
    let done = 0;
    while (done < bytes.length) {
      const count = readSync(this.#fd, bytes, done, bytes.length - done, start + done);
      if (count === 0) throw new RangeError('the file ends within a message');
      done += count;
    }
    return bytes;
  }

  text(start: number, end: number): string {
    return this.slice(start, end).toString('utf8');
  }
}

/** The fields of the message in `[start, end)`, in order. @throws RangeError where it is none. */
export function* fields(bytes: FileBytes, start: number, end: number): Generator<Field> {
  let at = start;
  const varint = (): number => {
    const read = readVarint(bytes, at, end);
    at = read.end;
    return read.value;
  };
  while (at < end) {
    const tag = varint();
    const [number, wire] = [Math.floor(tag / 8), tag % 8];
    if (number === 0) throw new RangeError('a field has no number');
    let value = 0;
    let size: number;
    if (wire === 0) {
      value = varint();
      size = 0;
    } else if (wire === 1) size = 8;
    else if (wire === 5) size = 4;
    else if (wire === 2) size = varint();
    else throw new RangeError(`a field is of the unknown wire type ${wire}`);
    if (size < 0 || at + size > end) throw new RangeError('a field is longer than its message');
    yield { number, wire, value, start: at, end: at + size };
    at += size;
  }
}

/** Whole numbers of a repeated field, whether each has a field of its own or all share one. */
export function integers(bytes: FileBytes, field: Field): number[] {
  if (field.wire === 0) return [field.value];
  const values: number[] = [];
  let at = field.start;
  while (at < field.end) {
    const read = readVarint(bytes, at, field.end);
    values.push(read.value);
    at = read.end;
  }
  return values;
}

/** The number that begins at `at`, as a signed 64-bit one, and where it ends. */
function readVarint(bytes: FileBytes, at: number, end: number): { value: number; end: number } {
  let small = 0;
  for (let k = 0; k < 10; k++) {
    if (at + k >= end) throw new RangeError('a message ends within a number');
    const byte = bytes.byte(at + k);
    // Up to 28 bits are exact in 32; what is longer is rare.
    if (k < 4) small |= (byte & 127) << (7 * k);
    if (byte > 127) continue;
    return { value: k < 4 ? small : longVarint(bytes, at, k), end: at + k + 1 };
  }
  throw new RangeError('a number is too long');
}

function longVarint(bytes: FileBytes, at: number, last: number): number {
  let value = 0n;
  for (let k = last; k >= 0; k--) value = (value << 7n) | BigInt(bytes.byte(at + k) & 127);
  return Number(BigInt.asIntN(64, value));
}

/** A field with a whole number of at least 0. */
export function numberField(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

export function textField(field: number, value: string): Buffer {
  return messageField(field, Buffer.from(value));
}

/** A field that holds a message, or any bytes. */
export function messageField(field: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([varint(field * 8 + 2), varint(length), ...parts]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}
