/** CLIP's tokenizer from the two files of its older form. */

import { join } from 'node:path';
import { z } from 'zod';
import { ModelFileError } from '../errors.ts';
import { readJson, readText } from '../hub/read-file.ts';
import type { TokenizerDefinition } from './definition.ts';
import type { TokenizerConfig } from './tokenizer-config.ts';

/** The split pattern of OpenAI's CLIP tokenizer, as transformers' CLIPTokenizer writes it. */
const CLIP_WORDS =
  "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

/**
 * The `tokenizer.json` that transformers' `CLIPTokenizer` builds from `vocab.json` and `merges.txt`: NFC, white space to
 * blanks and lower case, then CLIP's words, then byte-level pair encoding between begin and end token.
 * @throws ModelFileError where a file is missing or malformed, or the vocabulary lacks begin or end.
 */
export function clipDefinition(folder: string, config: TokenizerConfig): TokenizerDefinition {
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
    return { content, id };
  };
  const begin = special(config.bos_token ?? '<|startoftext|>');
  const end = special(config.eos_token ?? '<|endoftext|>');
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    // Where the configuration names them it also says how they are found.
    added_tokens: [begin, end]
      .filter(({ content }) => !config.added.some((token) => token.content === content))
      .map((token) => ({ ...token, special: true, normalized: false })),
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
      unk_token: config.unk_token ?? end.content,
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
