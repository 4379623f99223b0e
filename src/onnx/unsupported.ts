/** Graphs that onnxruntime cannot run here, told apart by what they hold. */

import type { ErrorParts } from '../errors.ts';
import type { GraphFile } from './graph-file.ts';

/** Element types that onnxruntime for Node has no arrays for, by ONNX's numbers. */
const FOREIGN_TYPES: Readonly<Record<number, string>> = {
  16: 'bfloat16',
  17: 'float8',
  18: 'float8',
  19: 'float8',
  20: 'float8',
  23: 'float4',
};

/** Operators that only GPU providers have: what onnxruntime's optimizers put into graphs made for them. */
const GPU_OPERATORS = [
  'NhwcConv',
  'GroupNorm',
  'SkipGroupNorm',
  'BiasSplitGelu',
  'BiasAdd',
  'PackedAttention',
  'PackedMultiHeadAttention',
  'RemovePadding',
  'RestorePadding',
  'LongformerAttention',
  'DecoderAttention',
];

/** What is wrong with a graph's element types, or undefined. Known before the graph is opened. */
export function foreignTypes({ inputs, outputs, weights }: GraphFile): ErrorParts | undefined {
  const types = [...inputs, ...outputs, ...weights].map(({ type }) => FOREIGN_TYPES[type]);
  const name = types.find((type) => type !== undefined);
  if (!name) return undefined;
  return {
    what: `the graph holds ${name} values, which onnxruntime for Node cannot run`,
    expected: 'float32 or float16',
    fix:
      name === 'bfloat16'
        ? 'Use or export the model in float32 (on a CPU) or float16.'
        : 'Such files are made for TensorRT; use or export the model in float32 or float16.',
  };
}

/** Why onnxruntime refused to open a graph, where what the graph holds tells; undefined otherwise. */
export function foreignOperators(graph: GraphFile, device: string): ErrorParts | undefined {
  const names = [...graph.operators].filter((operator) => operator.includes(':'));
  const gpu = names
    .filter((operator) => operator.startsWith('com.microsoft:'))
    .map((operator) => operator.slice('com.microsoft:'.length))
    .filter((operator) => GPU_OPERATORS.includes(operator));
  if (gpu.length > 0) {
    return {
      what: `the graph was optimized for a GPU (${gpu.join(', ')}), and the device "${device}" has no such operators`,
      expected: 'a graph of plain ONNX operators',
      fix: 'Use the float32 files or the "cpu" revision of the model, export it yourself (docs/models.md), or run it with --device cuda or dml.',
    };
  }
  const foreign = names.filter((operator) => !operator.startsWith('com.microsoft:'));
  if (foreign.length === 0) return undefined;
  return {
    what: `the graph has operators of other runtimes (${foreign.join(', ')})`,
    expected: 'a graph of plain ONNX operators',
    fix: 'Export the model without them (docs/models.md).',
  };
}
