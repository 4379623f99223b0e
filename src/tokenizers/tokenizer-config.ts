/** What `tokenizer_config.json` and `special_tokens_map.json` say together. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson } from '../hub/read-file.ts';

/** Names under which transformers' tokenizers keep their special tokens. */
export const SPECIAL_TOKENS = [
  'bos_token',
  'eos_token',
  'unk_token',
  'sep_token',
  'pad_token',
  'cls_token',
  'mask_token',
] as const;

const off = z.boolean().default(false);
const tokenSchema = z.object({
  content: z.string(),
  lstrip: off,
  rstrip: off,
  single_word: off,
  normalized: off,
});
const token = z.union([z.string().transform((content) => tokenSchema.parse({ content })), tokenSchema]);
const tokens = {
  bos_token: token.nullish(),
  eos_token: token.nullish(),
  unk_token: token.nullish(),
  sep_token: token.nullish(),
  pad_token: token.nullish(),
  cls_token: token.nullish(),
  mask_token: token.nullish(),
};
const mapSchema = z.object(tokens);
const legacySchema = z.record(z.string(), z.number().int().min(0));
const configSchema = z.object({
  ...tokens,
  model_max_length: z.number().positive().optional(),
  tokenizer_class: z.string().optional(),
  do_lower_case: z.boolean().optional(),
  extra_ids: z.number().int().min(0).optional(),
  padding_side: z.enum(['left', 'right']).optional(),
  added_tokens_decoder: z.record(z.string(), tokenSchema).optional(),
});

/** A token that is found in a caption before it is split, and how it takes white space around it along. */
export type AddedToken = z.infer<typeof tokenSchema> & {
  /** Where a file says it; else that of the vocabulary. */
  id?: number;
};

/** Contents of the special tokens by name, and what else decides the ids. */
export interface TokenizerConfig extends Partial<Record<(typeof SPECIAL_TOKENS)[number], string>> {
  /** The same tokens, and others that were added to the vocabulary, each once. */
  added: AddedToken[];
  model_max_length?: number | undefined;
  /** As in transformers, e.g. `CLIPTokenizer`. */
  tokenizer_class?: string | undefined;
  do_lower_case?: boolean | undefined;
  /** Sentinels `<extra_id_…>` that T5 has beyond its sentencepiece vocabulary. */
  extra_ids?: number | undefined;
  /** @default 'right' */
  padding_side?: 'left' | 'right' | undefined;
}

/**
 * Reads both files of a tokenizer's folder; a missing one says nothing. Where they disagree, `special_tokens_map.json`
 * wins unless the other has an `added_tokens_decoder`: as transformers' `_from_pretrained` does it. Stable Diffusion 2
 * depends on it, whose pad token is `!` there and the end token in `tokenizer_config.json`.
 * @throws ModelFileError where one is malformed.
 */
export function tokenizerConfig(folder: string): TokenizerConfig {
  const config = parse(join(folder, 'tokenizer_config.json'), configSchema) ?? {};
  const map = parse(join(folder, 'special_tokens_map.json'), mapSchema) ?? {};
  const mapWins = config.added_tokens_decoder === undefined;
  const contents: Partial<Record<(typeof SPECIAL_TOKENS)[number], string>> = {};
  const added = new Map<string, AddedToken>();
  for (const name of SPECIAL_TOKENS) {
    const found = mapWins ? (map[name] ?? config[name]) : (config[name] ?? map[name]);
    if (!found) continue;
    contents[name] = found.content;
    added.set(found.content, found);
  }
  const legacy = mapWins ? (parse(join(folder, 'added_tokens.json'), legacySchema) ?? {}) : {};
  for (const [content, id] of Object.entries(legacy)) {
    added.set(content, { ...(added.get(content) ?? tokenSchema.parse({ content, normalized: true })), id });
  }
  for (const [id, found] of Object.entries(config.added_tokens_decoder ?? {}))
    added.set(found.content, { ...found, id: Number(id) });
  const { model_max_length, tokenizer_class, do_lower_case, extra_ids, padding_side } = config;
  const rest = { model_max_length, tokenizer_class, do_lower_case, extra_ids, padding_side };
  return { ...contents, added: [...added.values()], ...rest };
}

function parse<T extends z.ZodType>(path: string, schema: T): z.infer<T> | undefined {
  return existsSync(path) ? readJson(path, schema) : undefined;
}
