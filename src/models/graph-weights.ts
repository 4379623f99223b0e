/** Files of weights that graphs name themselves, wherever below the model folder they lie. */

import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { readGraphFile } from '../onnx/graph-file.ts';

/**
 * Adds to a model's files those that its graphs take weights from: whatever decides a score is hashed, under any name.
 * @param files relative to the folder, with `/`
 * @returns the files, each once. What a graph does not tell is told when it is opened.
 */
export function withWeights(folder: string, files: readonly string[]): string[] {
  const weights = files
    .filter((file) => file.endsWith('.onnx'))
    .flatMap((file) => locationsOf(join(folder, file)).map((name) => posix.join(dirname(file), name)))
    .filter((file) => !file.startsWith('..') && existsSync(join(folder, file)));
  return [...new Set([...files, ...weights])];
}

function locationsOf(graph: string): string[] {
  try {
    return [...readGraphFile(graph).locations].map((name) => name.replaceAll('\\', '/'));
  } catch {
    return [];
  }
}
