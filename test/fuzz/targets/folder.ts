/** A folder of sound files of which one at a time is replaced by a hostile variant. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Mutator } from '../mutate.ts';
import type { Reader } from '../target.ts';

export interface FuzzedFolder {
  folder: string;
  /** Sound contents by path within the folder. */
  files: Readonly<Record<string, Uint8Array>>;
  /** Paths of the files that are changed. @default all */
  changed?: readonly string[];
  /** Reads the folder as the product does. */
  read(folder: string, mutator: Mutator): Promise<unknown> | unknown;
}

/** Writes the files, and per input another one of them hostile. */
export function fuzzedFolder({ folder, files, changed = Object.keys(files), read }: FuzzedFolder): Reader {
  const write = (path: string, contents: Uint8Array) => writeFileSync(join(folder, path), contents);
  for (const [path, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    write(path, contents);
  }
  const corpus = changed.map((path) => files[path]!);
  return {
    async once(mutator) {
      const path = mutator.pick(changed);
      const isText = /\.(jsonl?|ya?ml|csv|tsv|txt)$/.test(path);
      write(path, mutator[isText ? 'text' : 'bytes'](files[path]!, corpus));
      try {
        await read(folder, mutator);
      } finally {
        write(path, files[path]!);
      }
    },
  };
}

/** Files of a folder of the fixtures, by path. */
export function filesOf(root: string, paths: readonly string[]): Record<string, Uint8Array> {
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path))]));
}
