/** An intermediate result of a graph made one of its outputs: features of a denoiser without a second copy of it. */

import { readFileSync } from 'node:fs';
import { ModelFileError } from '../errors.ts';
import { type GraphFile, readGraphFile } from './graph-file.ts';
import { messageField, numberField, textField } from './protobuf.ts';

/**
 * The file with one output more; nothing else of it changes. The graph's weights may lie in files beside it.
 * @param wanted the result's own name, or that of a block, such as "mid_block": what leaves it is meant.
 * @returns the edited graph and the name of its new output.
 * @throws ModelFileError where nothing in the graph is called so.
 */
export function addOutput(path: string, wanted: string): { edited: Uint8Array; output: string } {
  const graph = readGraphFile(path);
  const output = findResult(graph, wanted);
  if (output === undefined) {
    throw new ModelFileError({
      what: `nothing in the graph is called "${wanted}"`,
      where: path,
      expected:
        'the name of a result of one of its nodes, or of a block that exporters keep in names, such as mid_block',
      got: `results such as ${graph.nodes
        .slice(0, 3)
        .flatMap(({ outputs }) => outputs)
        .join(', ')}`,
    });
  }
  if (graph.outputs.some(({ name }) => name === output)) return { edited: readFileSync(path), output };
  const file = readFileSync(path);
  const { start, end, fieldStart } = graph.graphs[0]!;
  // ValueInfoProto { name, type { tensor_type { elem_type } } } in GraphProto.output; its shape is inferred.
  const type = messageField(2, messageField(1, numberField(1, graph.outputs[0]?.type ?? 1)));
  const port = messageField(12, textField(1, output), type);
  const edited = Buffer.concat([
    file.subarray(0, fieldStart),
    messageField(7, file.subarray(start, end), port),
    file.subarray(end),
  ]);
  return { edited, output };
}

/**
 * The result of that name; else what leaves the block of that name: the last result within it that a node outside of it
 * takes. Blocks are parts of names between slashes or dots, as in "/mid_block/resnets.1/Add_1_output_0".
 */
export function findResult({ nodes, outputs }: GraphFile, wanted: string): string | undefined {
  const names = nodes.flatMap((node) => node.outputs);
  if (names.includes(wanted)) return wanted;
  const within = (name: string) => name.split(/[/.]/).includes(wanted);
  const taken = new Set([
    ...nodes.filter((node) => !node.outputs.some(within)).flatMap((node) => node.inputs),
    ...outputs.map(({ name }) => name),
  ]);
  return names.filter((name) => within(name) && taken.has(name)).at(-1);
}
