/** What a graph itself tells of a model whose folder lacks the configuration, as in the oldest exports. */

import { existsSync, statSync } from 'node:fs';
import { type GraphFile, readGraphFile } from '../onnx/graph-file.ts';

/** The graph, or undefined for a file that is missing or empty: opening it will say so. */
export function graphAt(path: string): GraphFile | undefined {
  if (!existsSync(path) || statSync(path).size === 0) return undefined;
  return readGraphFile(path);
}

/** A size of an input or output where the graph fixes it. */
export function fixedSize(graph: GraphFile | undefined, port: string, dimension: number): number | undefined {
  const size = [...(graph?.inputs ?? []), ...(graph?.outputs ?? [])].find(({ name }) => name === port)?.shape[
    dimension
  ];
  return typeof size === 'number' && size > 0 ? size : undefined;
}

/** Channels of the latent: the ones that the first convolution of a UNet takes. */
export function inputChannels(graph: GraphFile | undefined): number | undefined {
  const declared = fixedSize(graph, 'sample', 1);
  if (declared !== undefined) return declared;
  const first = graph?.nodes.find(({ op }) => op === 'Conv');
  return graph?.weights.find(({ name }) => name === first?.inputs[1])?.dims[1];
}

/** Pixels per latent cell and side: the product of the strides of an encoder's convolutions. */
export function downscaleOf(graph: GraphFile | undefined): number | undefined {
  const strides = graph?.nodes
    .filter(({ op }) => op === 'Conv')
    .map(({ integers }) => integers.get('strides')?.[0] ?? 1);
  return strides && strides.length > 0 ? strides.reduce((product, stride) => product * stride, 1) : undefined;
}

/** Positions of a text encoder: the rows of its position embedding. */
export function textPositions(graph: GraphFile | undefined): number | undefined {
  return graph?.weights.find(({ name, dims }) => /position_embedding/.test(name) && dims.length === 2)
    ?.dims[0];
}

/** Whether a graph computes in half precision, by the type of its latent input. */
export function dtypeOf(graph: GraphFile | undefined, input: string): 'float32' | 'float16' {
  return graph?.inputs.find(({ name }) => name === input)?.type === 10 ? 'float16' : 'float32';
}
