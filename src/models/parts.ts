/** The parts of a diffusers folder: their configurations and files. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { readJson } from '../hub/read-file.ts';
import { tokenizerFiles } from '../tokenizers/open-tokenizer.ts';
import { DOMAIN_FILE } from './domain.ts';
import { withWeights } from './graph-weights.ts';

/**
 * A part's `config.json`, or undefined where there is none; one that is there must say everything.
 * @throws ModelFileError naming the field that is missing or wrong.
 */
export function readConfig<T extends z.ZodType>(part: string, schema: T): z.infer<T> | undefined {
  const path = join(part, 'config.json');
  return existsSync(path) ? readJson(path, schema) : undefined;
}

/**
 * Every file that decides a score, relative to `folder`. Whole graph folders, since external weights lie beside the
 * graph under any name.
 */
export function scoringFiles(
  folder: string,
  parts: readonly string[],
  texts: readonly { part: string; tokenizer: string }[],
): string[] {
  const graphs = [...parts, ...texts.map(({ part }) => part)].flatMap((part) =>
    readdirSync(join(folder, part))
      // Links count as what they lead to: Hugging Face's cache is made of them.
      .filter((name) => !statSync(join(folder, part, name), { throwIfNoEntry: false })?.isDirectory())
      .map((name) => `${part}/${name}`),
  );
  const tokenizers = texts.flatMap(({ tokenizer }) =>
    tokenizerFiles(join(folder, tokenizer)).map((name) => `${tokenizer}/${name}`),
  );
  const single = ['vae/config.json', DOMAIN_FILE].filter((file) => existsSync(join(folder, file)));
  const files = ['model_index.json', 'scheduler/scheduler_config.json', ...single, ...graphs, ...tokenizers];
  return withWeights(folder, files).sort();
}
