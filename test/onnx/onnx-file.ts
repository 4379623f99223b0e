/** Writes and edits ONNX files field by field, for graphs that no exporter would write. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GraphNode, readGraphFile } from '../../src/onnx/graph-file.ts';
import { messageField, numberField, textField } from '../../src/onnx/protobuf.ts';
import { temporaryFolder } from '../temporary.ts';

/** A tensor whose values lie in another file. @param field 5 for a weight of a graph, 5 of an attribute too */
export function externalTensor(field: number, location: string, size = 1): Buffer {
  const entry = messageField(13, textField(1, 'location'), textField(2, location));
  return messageField(
    field,
    numberField(1, size),
    numberField(2, 1),
    textField(8, 'w'),
    entry,
    numberField(14, 1),
  );
}

export function node(op: string, inputs: string[], output: string, ...more: Uint8Array[]): Buffer {
  const names = inputs.map((name) => textField(1, name));
  return messageField(1, ...names, textField(2, output), textField(4, op), ...more);
}

/** An input (11) or output (12) of float32. */
export function port(field: 11 | 12, name: string, sizes: number[], type = 1): Buffer {
  const shape = messageField(2, ...sizes.map((size) => messageField(1, numberField(1, size))));
  return messageField(
    field,
    textField(1, name),
    messageField(2, messageField(1, numberField(1, type), shape)),
  );
}

/** A file `model.onnx` with a graph of these fields, in a folder of its own. */
export function onnxFile(...fields: Uint8Array[]): string {
  const path = join(temporaryFolder(), 'model.onnx');
  const opsets = [
    messageField(8, numberField(2, 14)),
    messageField(8, textField(1, 'com.microsoft'), numberField(2, 1)),
  ];
  writeFileSync(
    path,
    Buffer.concat([numberField(1, 8), messageField(7, ...fields, textField(2, 'g')), ...opsets]),
  );
  return path;
}

/** The file with some nodes of its graph replaced; undefined leaves one as it is. */
export function withNodes(path: string, replace: (node: GraphNode) => Buffer | undefined): Buffer {
  const { nodes, graphs } = readGraphFile(path);
  const file = readFileSync(path);
  const { start, end, fieldStart } = graphs[0]!;
  const parts: Buffer[] = [];
  let at = start;
  for (const old of nodes) {
    const made = replace(old);
    if (!made) continue;
    parts.push(file.subarray(at, old.range.start), made);
    at = old.range.end;
  }
  parts.push(file.subarray(at, end));
  return Buffer.concat([file.subarray(0, fieldStart), messageField(7, ...parts), file.subarray(end)]);
}
