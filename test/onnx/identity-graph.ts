/** Writes ONNX graphs that hand their inputs through: as small as a graph can be, of any type and shape. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../temporary.ts';

/** ONNX's numbers of the element types. */
const TYPES = { float32: 1, int32: 6, int64: 7, bool: 9, float16: 10, float64: 11, bfloat16: 16 };

export interface Port {
  name: string;
  type: keyof typeof TYPES;
  /** Sizes, or names of free ones. */
  shape: (number | string)[];
  /** @default `<name>_out` */
  output?: string;
}

/** A file with one Identity per port, from `name` to `output`. */
export function identityGraph(ports: readonly Port[]): string {
  const named = ports.map((port) => ({ ...port, output: port.output ?? `${port.name}_out` }));
  const nodes = named.map(({ name, output }) =>
    message(1, text(1, name), text(2, output), text(4, 'Identity')),
  );
  const inputs = ports.map((port) => message(11, valueInfo(port)));
  const outputs = named.map((port) => message(12, valueInfo({ ...port, name: port.output })));
  const graph = message(7, ...nodes, text(2, 'identity'), ...inputs, ...outputs);
  const path = join(temporaryFolder(), 'identity.onnx');
  writeFileSync(path, Buffer.concat([number(1, 8), graph, message(8, number(2, 13))]));
  return path;
}

function valueInfo({ name, type, shape }: Port): Buffer {
  const sizes = shape.map((size) => message(1, typeof size === 'number' ? number(1, size) : text(2, size)));
  return Buffer.concat([text(1, name), message(2, message(1, number(1, TYPES[type]), message(2, ...sizes)))]);
}

// Protocol buffers: a tag of field number and wire type, then a varint, or a length and that many bytes.

function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

function text(field: number, value: string): Buffer {
  return message(field, Buffer.from(value));
}

function message(field: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([varint((field << 3) | 2), varint(body.length), body]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}
