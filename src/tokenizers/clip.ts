/** Captions to token ids, padded and truncated as each checkpoint says. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { ModelFileError, messageOf } from '../errors.ts';
import { readJson, readText } from '../hub/read-file.ts';

/** The split pattern of OpenAI's CLIP tokenizer, as transformers' CLIPTokenizer writes it. */
const CLIP_WORDS = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

const token = z.union([z.string(), z.object({ content: z.string() }).transform((entry) => entry.content)]);
const configSchema = z.object({
  model_max_length: z.number().positive().optional(),
  pad_token: token.nullish(),
  bos_token: token.nullish(),
  eos_token: token.nullish(),
});

/** A caption as a text encoder takes it. */
export interface EncodedCaption {
  /** Token ids, begin and end included, padded: int32 `[contextLength]`. */
  ids: Int32Array;
  /** 1 for tokens, 0 for padding: int32 `[contextLength]`. */
  mask: Int32Array;
  /** Tokens before truncation, begin and end included. */
  length: number;
  truncated: boolean;
}

/** Encodes captions for one text encoder. */
export interface CaptionTokenizer {
  contextLength: number;
  padId: number;
  encode(caption: string): EncodedCaption;
}

/** Names of the tokenizer's files in `folder` that exist, in the order in which they are looked for. */
export function tokenizerFiles(folder: string): string[] {
  const fast = 'tokenizer.json';
  const found = existsSync(join(folder, fast)) ? [fast] : ['vocab.json', 'merges.txt'];
  return [
    ...found,
    ...['tokenizer_config.json', 'special_tokens_map.json'].filter((f) => existsSync(join(folder, f))),
  ];
}

/**
 * Opens a CLIP-style tokenizer: `tokenizer.json`, or `vocab.json` with `merges.txt` as Stable Diffusion's
 * repositories ship it.
 *
 * Truncation keeps the end token (begin, first n − 2, end) and padding fills with the checkpoint's own pad token, as
 * `CLIPTokenizer(..., padding="max_length", truncation=True, max_length=contextLength)`. The pad id matters: a UNet
 * attends to the padded positions.
 *
 * @param maxPositions the text encoder's `max_position_embeddings`; bounds a missing or boundless `model_max_length`.
 * @throws ModelFileError where a file is missing or malformed.
 */
export function openClipTokenizer(folder: string, maxPositions: number): CaptionTokenizer {
  const config = {
    ...parse(folder, 'special_tokens_map.json'),
    ...parse(folder, 'tokenizer_config.json'),
  };
  const definition = existsSync(join(folder, 'tokenizer.json'))
    ? readJson(join(folder, 'tokenizer.json'), z.record(z.string(), z.unknown()))
    : fromVocabulary(folder);
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(definition, config);
  } catch (error) {
    throw new ModelFileError({
      what: 'cannot use the tokenizer',
      where: folder,
      got: messageOf(error),
      cause: error,
    });
  }
  const contextLength = Math.min(config.model_max_length ?? maxPositions, maxPositions);
  const padToken = config.pad_token ?? config.eos_token ?? '<|endoftext|>';
  const padId = tokenizer.token_to_id(padToken);
  if (padId === undefined) {
    throw new ModelFileError({ what: `the pad token "${padToken}" is not in the vocabulary`, where: folder });
  }
  return {
    contextLength,
    padId,
    encode(caption) {
      const all = tokenizer.encode(caption, { add_special_tokens: true }).ids;
      const truncated = all.length > contextLength;
      const kept = truncated ? [...all.slice(0, contextLength - 1), all[all.length - 1]!] : all;
      const ids = new Int32Array(contextLength).fill(padId);
      ids.set(kept);
      const mask = new Int32Array(contextLength).fill(1, 0, kept.length);
      return { ids, mask, length: all.length, truncated };
    },
  };
}

function parse(folder: string, name: string): z.infer<typeof configSchema> {
  const path = join(folder, name);
  return existsSync(path) ? readJson(path, configSchema) : {};
}

/** A fast tokenizer's definition from the two files of the slow one, with CLIP's normalizer and post-processor. */
function fromVocabulary(folder: string): Record<string, unknown> {
  const vocab = readJson(join(folder, 'vocab.json'), z.record(z.string(), z.number()));
  const merges = readText(join(folder, 'merges.txt'))
    .split('\n')
    .slice(1) // a version comment
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => line.split(' '));
  const special = (content: string) => {
    const id = vocab[content];
    if (id === undefined) {
      throw new ModelFileError({
        what: `the vocabulary lacks "${content}"`,
        where: join(folder, 'vocab.json'),
      });
    }
    return {
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    };
  };
  const [begin, end] = [special('<|startoftext|>'), special('<|endoftext|>')];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [begin, end],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: CLIP_WORDS }, behavior: 'Removed', invert: true },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: {
      type: 'RobertaProcessing',
      sep: [end.content, end.id],
      cls: [begin.content, begin.id],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: end.content,
      continuing_subword_prefix: '',
      end_of_word_suffix: '</w>',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges,
    },
  };
}
