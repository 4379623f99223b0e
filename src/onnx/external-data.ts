/** Weights that lie beside their graph, as the graph itself names them. */

import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ModelFileError } from '../errors.ts';
import type { GraphFile } from './graph-file.ts';

/**
 * Refuses weights outside the graph's own folder, before onnxruntime sees the graph: a model file from elsewhere has no
 * business with other files of this machine. Links are followed: Hugging Face's cache is made of them.
 * @throws ModelFileError naming the place; also where a file of weights is missing.
 */
export function checkExternalData(path: string, { locations }: GraphFile): void {
  for (const location of locations) {
    const parts = location.split(/[/\\]/);
    const leaves =
      parts.includes('..') || parts[0] === '' || /^[a-z]:/i.test(location) || location.includes('\0');
    if (leaves) {
      throw new ModelFileError({
        what: 'the graph takes its weights from outside its folder',
        where: path,
        expected: 'the name of a file beside it',
        got: JSON.stringify(location),
        fix: 'Do not use this file unless you know who made it; export the model again.',
      });
    }
    if (!statSync(join(dirname(path), location), { throwIfNoEntry: false })?.isFile()) {
      throw new ModelFileError({
        what: 'the weights of a graph are missing',
        where: join(dirname(path), location),
        expected: `the file that ${path} names, under this very name`,
        fix: 'Copy it there: the name is stored in the graph and cannot be changed.',
      });
    }
  }
}

/** The weights as onnxruntime takes them with a graph that is given as bytes. Meant for small graphs only. */
export function readExternalData(
  path: string,
  { locations }: GraphFile,
): { path: string; data: Uint8Array }[] {
  return [...locations].map((location) => ({
    path: location,
    data: readFileSync(join(dirname(path), location)),
  }));
}
