/** Weights that lie beside their graph, as the graph itself names them. */

import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { ModelFileError } from '../errors.ts';
import type { GraphFile } from './graph-file.ts';

/**
 * Refuses weights outside the graph's own folder, before onnxruntime sees the graph: a model file from elsewhere has no
 * business with other files of this machine. Links are followed as far as they lead to where the graph itself lies, which
 * is how Hugging Face's cache is made.
 * @throws ModelFileError naming the place; also where a file of weights is missing.
 */
export function checkExternalData(path: string, { locations }: GraphFile): void {
  for (const location of locations) {
    const parts = location.split(/[/\\]/);
    const leaves =
      parts.includes('..') || parts[0] === '' || /^[a-z]:/i.test(location) || location.includes('\0');
    if (leaves) refuse(path, JSON.stringify(location));
    const file = join(dirname(path), location);
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
      throw new ModelFileError({
        what: 'the weights of a graph are missing',
        where: file,
        expected: `the file that ${path} names, under this very name`,
        fix: 'Copy it there: the name is stored in the graph and cannot be changed.',
      });
    }
    const real = realpathSync(file);
    const homes = [realpathSync(dirname(path)), dirname(realpathSync(path))];
    if (!homes.some((home) => real.startsWith(home + sep)))
      refuse(path, `${JSON.stringify(location)}, a link to ${real}`);
  }
}

function refuse(where: string, got: string): never {
  throw new ModelFileError({
    what: 'the graph takes its weights from outside its folder',
    where,
    expected: 'the name of a file beside it',
    got,
    fix: 'Do not use this file unless you know who made it; copy its weights beside it, or export the model again.',
  });
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
