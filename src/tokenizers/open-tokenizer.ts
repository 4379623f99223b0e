/** Captions to token ids, padded and truncated as each checkpoint says: CLIP's, T5's, SigLIP's and their like. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { ModelFileError, messageOf } from '../errors.ts';
import { readJson } from '../hub/read-file.ts';
import { type Cleaning, cleanText } from './clean-text.ts';
import { clipDefinition } from './clip.ts';
import { type Definition, definitionSchema, exactly, type TokenizerDefinition } from './definition.ts';
import { t5Definition } from './t5.ts';
import { type TokenizerConfig, tokenizerConfig } from './tokenizer-config.ts';

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

export interface TokenizerOptions {
  /** Most ids that the text encoder can take; bounds a missing or boundless `model_max_length`. */
  maxPositions?: number;
  /** Exactly so many ids, whatever the files say: pipelines fix T5's, e.g. 256 for SD 3 and 512 for FLUX. */
  length?: number;
  /** What is done to a caption before anything else. @default what the tokenizer's class does */
  clean?: Cleaning;
}

/** The files a tokenizer is made of; the first set that a folder holds in full is taken. */
const SOURCES: readonly {
  files: readonly string[];
  read: (folder: string, config: TokenizerConfig) => TokenizerDefinition;
}[] = [
  {
    files: ['tokenizer.json'],
    read: (folder) => readJson(join(folder, 'tokenizer.json'), definitionSchema),
  },
  { files: ['vocab.json', 'merges.txt'], read: clipDefinition },
  { files: ['spiece.model'], read: t5Definition },
];
const CONFIGURATION = ['tokenizer_config.json', 'special_tokens_map.json', 'added_tokens.json'];

/** No text encoder is longer; Hugging Face writes 1e30 for "no limit". */
const BOUNDLESS = 1e6;

/** The pad token of transformers' classes where no file names one. */
const CLASS_PADS: Readonly<Record<string, string>> = {
  CLIPTokenizer: '<|endoftext|>',
  CLIPTokenizerFast: '<|endoftext|>',
  SiglipTokenizer: '</s>',
};

/** Names of the tokenizer's files in `folder` that exist, in the order in which they are looked for. */
export function tokenizerFiles(folder: string): string[] {
  const has = (name: string) => existsSync(join(folder, name));
  const source = sourceOf(folder) ?? SOURCES[1]!; // what is missing is told when it is opened
  return [...source.files, ...CONFIGURATION.filter(has)];
}

/**
 * Opens the tokenizer in `folder`: `tokenizer.json`; or CLIP's `vocab.json` with `merges.txt`, as Stable Diffusion's
 * repositories ship it; or T5's and SigLIP's `spiece.model`.
 *
 * `encode` equals `tokenizer(caption, padding="max_length", truncation=True, max_length=contextLength)` of transformers'
 * fast tokenizers: truncation keeps the begin and end tokens around the first ids that fit, and padding is the
 * checkpoint's own pad token on its own side. The id matters: a UNet and SigLIP's text tower attend to the padded positions.
 *
 * @throws ModelFileError where a file is missing or malformed, or nothing says how long the context is.
 */
export function openTokenizer(folder: string, options: TokenizerOptions = {}): CaptionTokenizer {
  const config = tokenizerConfig(folder);
  const source = sourceOf(folder) ?? SOURCES[1]!;
  const read = withSpecialTokens(definitionSchema.parse(source.read(folder, config)), config);
  const { normalize, tokenizer } = usable(folder, () => {
    const { definition, before } = exactly(read);
    // Ids are never turned back into text: what the file says of that may be anything.
    return { normalize: before, tokenizer: new Tokenizer({ ...definition, decoder: null }, config) };
  });
  const contextLength = contextOf(folder, config, options);
  const padId = padOf(folder, config, tokenizer);
  const clean = options.clean ?? (source.files[0] === 'spiece.model' ? classCleaning(config) : 'none');
  const idsOf = (text: string) =>
    usable(folder, () => tokenizer.encode(text, { add_special_tokens: true }).ids);
  // What surrounds every caption: begin and end, or the end alone.
  const frame = idsOf('');
  const hasEnd = frame.length > 0;
  return {
    contextLength,
    padId,
    encode(caption) {
      const all = idsOf(normalize(cleanText(caption, clean)));
      const truncated = all.length > contextLength;
      const kept = !truncated
        ? all
        : hasEnd
          ? [...all.slice(0, contextLength - 1), all[all.length - 1]!]
          : all.slice(0, contextLength);
      const ids = new Int32Array(contextLength).fill(padId);
      const start = config.padding_side === 'left' ? contextLength - kept.length : 0;
      ids.set(kept, start);
      const mask = new Int32Array(contextLength).fill(1, start, start + kept.length);
      return { ids, mask, length: all.length, truncated };
    },
  };
}

/** What the library makes of a definition. @throws ModelFileError where it cannot make anything of it. */
function usable<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    // A definition that lacks what it refers to shows as a mistake of the library's.
    const isLacking = error instanceof TypeError || /undefined/.test(messageOf(error));
    const got = isLacking ? 'a definition that lacks what it refers to' : messageOf(error);
    throw new ModelFileError({ what: 'cannot use the tokenizer', where: folder, got, cause: error });
  }
}

function sourceOf(folder: string) {
  return SOURCES.find(({ files }) => files.every((name) => existsSync(join(folder, name))));
}

/**
 * Special tokens that the files name are found in captions before anything is split, as transformers does it. That
 * includes the pad token: under Stable Diffusion 2's pad `!` every exclamation mark of a caption becomes id 0.
 */
function withSpecialTokens(definition: Definition, config: TokenizerConfig): Definition {
  const { vocab } = definition.model;
  const ids = Array.isArray(vocab)
    ? new Map(vocab.map(([token], id) => [token, id] as const))
    : new Map(Object.entries(vocab));
  const known = new Set(definition.added_tokens.map(({ content }) => content));
  const added = config.added.flatMap((token) => {
    const id = token.id ?? ids.get(token.content);
    return id === undefined || known.has(token.content) ? [] : [{ ...token, id, special: true }];
  });
  return { ...definition, added_tokens: [...definition.added_tokens, ...added] };
}

function contextOf(
  folder: string,
  config: TokenizerConfig,
  { length, maxPositions }: TokenizerOptions,
): number {
  const context = length ?? Math.min(config.model_max_length ?? BOUNDLESS, maxPositions ?? BOUNDLESS);
  if (context < 1 || (context < BOUNDLESS && !Number.isInteger(context))) {
    throw new ModelFileError({
      what: 'the tokenizer is for captions of no length',
      where: join(folder, 'tokenizer_config.json'),
      expected: 'model_max_length of at least 1 token',
      got: `${context}`,
    });
  }
  if (context < BOUNDLESS) return context;
  throw new ModelFileError({
    what: 'nothing says how many tokens the text encoder takes',
    where: join(folder, 'tokenizer_config.json'),
    expected: 'model_max_length',
  });
}

function padOf(folder: string, config: TokenizerConfig, tokenizer: Tokenizer): number {
  const named = config.pad_token ?? CLASS_PADS[config.tokenizer_class ?? ''];
  const candidates = named === undefined ? ['<pad>', config.eos_token ?? '<|endoftext|>'] : [named];
  for (const token of candidates) {
    const id = tokenizer.token_to_id(token);
    if (id !== undefined) return id;
  }
  throw new ModelFileError({
    what: `the pad token "${candidates.at(-1)}" is not in the vocabulary`,
    where: folder,
  });
}

/** SigLIP's own tokenizer cleans captions in code; a `tokenizer.json` made from it does so by its normalizer. */
function classCleaning({ tokenizer_class, do_lower_case = true }: TokenizerConfig): Cleaning {
  if (tokenizer_class !== 'SiglipTokenizer') return 'none';
  return do_lower_case ? 'siglip' : 'siglip-cased';
}
