/** Weights count as a model's files under whatever name their graph gives them. */

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { withWeights } from '../../src/models/graph-weights.ts';
import { externalTensor, node, onnxFile, port } from '../onnx/onnx-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

/** Puts a graph into the folder that takes its weight from `location`. */
function putGraph(file: string, location: string): void {
  const graph = onnxFile(externalTensor(5, location), node('Identity', ['w'], 'y'), port(12, 'y', [1]));
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  copyFileSync(graph, join(folder, file));
}

test.each([
  ['onnx/a.onnx', 'weights.bin', 'onnx/weights.bin'],
  ['onnx/b.onnx', 'deep/er/w', 'onnx/deep/er/w'],
  ['c.onnx', 'c.data', 'c.data'],
])('of %s in %s', (graph, location, file) => {
  putGraph(graph, location);
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), 'weights');
  expect(withWeights(folder, ['config.json', graph])).toEqual(['config.json', graph, file]);
  expect(withWeights(folder, [graph, file])).toEqual([graph, file]);
});

test('none where they are missing, lie outside, or the graph is none: that is told when it is opened', () => {
  putGraph('d.onnx', 'not-there');
  putGraph('e.onnx', '../../etc/passwd');
  writeFileSync(join(folder, 'f.onnx'), 'no graph');
  const files = ['d.onnx', 'e.onnx', 'f.onnx'];
  expect(withWeights(folder, files)).toEqual(files);
});
