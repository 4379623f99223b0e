/** Random draws inside a graph made zero, so that a VAE encoder that samples gives its mean instead. */

import { readFileSync } from 'node:fs';
import { type GraphFile, type GraphNode, readGraphFile } from './graph-file.ts';
import { messageField, numberField, textField } from './protobuf.ts';

/** Operators whose answer differs from run to run. */
const RANDOM = [
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
];
const [INT64, FLOAT] = [7, 1];
/** Bytes of an element, by ONNX's number of its type: float32, float16, float64. */
const SIZES: Readonly<Record<number, number>> = { 1: 4, 10: 2, 11: 8 };

/**
 * What a graph draws: `none`, only `normal` noises that `stillDraws` can make zero, or something `other`.
 */
export function drawsOf(graph: GraphFile): 'none' | 'normal' | 'other' {
  const kinds = RANDOM.filter((op) => graph.operators.has(op));
  if (kinds.length === 0) return 'none';
  const drawing = graph.nodes.filter(({ op, domain }) => domain === '' && RANDOM.includes(op));
  const reachable = drawing.length > 0 && drawing.every((node) => replacement(node, 0) !== undefined);
  // A draw inside a branch or function is not among the nodes of the main graph.
  return reachable && graph.graphs.length === 1 && kinds.every((op) => drawing.some((node) => node.op === op))
    ? 'normal'
    : 'other';
}

/**
 * The file with every normal draw replaced by zeros of the same shape and type: RandomNormalLike(x) by x − x. An
 * encoder that answers mean + std · ε then answers its mean, to the bit, as `latent_dist.mean`. (Setting the operator's
 * `scale` to 0 would abort the process.) The file itself is left as it is.
 * @returns undefined where the graph draws in another way too, or not at all.
 */
export function stillDraws(path: string): Uint8Array | undefined {
  const graph = readGraphFile(path);
  if (drawsOf(graph) !== 'normal') return undefined;
  const file = readFileSync(path);
  const { start, end, fieldStart } = graph.graphs[0]!;
  const parts: Uint8Array[] = [];
  let at = start;
  for (const [k, node] of graph.nodes.entries()) {
    const nodes = node.domain === '' && RANDOM.includes(node.op) ? replacement(node, k) : undefined;
    if (!nodes) continue;
    parts.push(file.subarray(at, node.range.start), ...nodes);
    at = node.range.end;
  }
  parts.push(file.subarray(at, end));
  return Buffer.concat([file.subarray(0, fieldStart), messageField(7, ...parts), file.subarray(end)]);
}

/** Node fields that give zeros where `node` draws; undefined where it is no normal draw. */
function replacement(node: GraphNode, k: number): Uint8Array[] | undefined {
  const [output] = node.outputs;
  const type = node.integers.get('dtype')?.[0];
  if (output === undefined) return undefined;
  if (node.op === 'RandomNormalLike') {
    const input = node.inputs[0]!;
    if (type === undefined) return [nodeField('Sub', [input, input], output)];
    const difference = `${output}/still_${k}`;
    return [
      nodeField('Sub', [input, input], difference),
      nodeField('Cast', [difference], output, integer('to', type)),
    ];
  }
  if (node.op !== 'RandomNormal') return undefined;
  const shape = node.integers.get('shape');
  const size = SIZES[type ?? FLOAT];
  if (!shape || size === undefined) return undefined;
  const sizes = `${output}/still_${k}`;
  const dims = Buffer.from(BigInt64Array.from(shape, BigInt).buffer);
  return [
    nodeField('Constant', [], sizes, tensor(INT64, shape.length, dims)),
    nodeField('ConstantOfShape', [sizes], output, tensor(type ?? FLOAT, 1, Buffer.alloc(size))),
  ];
}

/** NodeProto in GraphProto.node: inputs, one output, operator, attributes. */
function nodeField(
  op: string,
  inputs: readonly string[],
  output: string,
  ...attributes: Uint8Array[]
): Buffer {
  const names = inputs.map((name) => textField(1, name));
  return messageField(1, ...names, textField(2, output), textField(4, op), ...attributes);
}

/** An attribute of type INT (2). */
function integer(name: string, value: number): Buffer {
  return messageField(5, textField(1, name), numberField(3, value), numberField(20, 2));
}

/** The attribute `value` of type TENSOR (4): a vector of little-endian values. */
function tensor(type: number, length: number, values: Uint8Array): Buffer {
  const value = messageField(5, numberField(1, length), numberField(2, type), messageField(9, values));
  return messageField(5, textField(1, 'value'), value, numberField(20, 4));
}
