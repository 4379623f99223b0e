/** T5's and SigLIP's tokenizers from their sentencepiece file. */

import { join } from 'node:path';
import { ModelFileError } from '../errors.ts';
import { SPLIT_AT_WHITE_SPACE, type TokenizerDefinition } from './definition.ts';
import { readSentencePiece } from './sentencepiece-file.ts';
import type { TokenizerConfig } from './tokenizer-config.ts';

/** Sentinels of T5's own training, which every T5 checkpoint has at the end of its vocabulary. */
const EXTRA_IDS = 100;

/**
 * The `tokenizer.json` that transformers' `T5Tokenizer` builds from `spiece.model`: sentencepiece's own normalization,
 * words split at white space with a blank put before each, Unigram, and the end token. `SiglipTokenizer` has no
 * sentinels and takes a cleaned caption as a whole, the blank before it included.
 * @throws ModelFileError where the file is malformed or no Unigram model.
 */
export function t5Definition(folder: string, config: TokenizerConfig): TokenizerDefinition {
  const path = join(folder, 'spiece.model');
  const { pieces, unkId, charsmap, isUnigram } = readSentencePiece(path);
  if (!isUnigram) {
    throw new ModelFileError({
      what: 'the sentencepiece model is of another kind',
      where: path,
      expected: 'a Unigram model',
      fix: 'Use a repository with a tokenizer.json.',
    });
  }
  const siglip = config.tokenizer_class === 'SiglipTokenizer';
  const sentinels = siglip ? 0 : (config.extra_ids ?? EXTRA_IDS);
  const vocab: [string, number][] = pieces.map(({ piece, score }) => [piece, score]);
  for (let k = sentinels - 1; k >= 0; k--) vocab.push([`<extra_id_${k}>`, 0]);
  const eos = config.eos_token ?? '</s>';
  const eosId = vocab.findIndex(([piece]) => piece === eos);
  if (eosId < 0) throw new ModelFileError({ what: `the vocabulary lacks "${eos}"`, where: path });
  const flags = { single_word: false, lstrip: siglip, rstrip: siglip, normalized: false, special: true };
  const special = new Set(['<pad>', eos, pieces[unkId]?.piece]);
  const added = vocab.flatMap(([content], id) =>
    special.has(content) || id >= pieces.length ? [{ id, content, ...flags }] : [],
  );
  const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true };
  const blanks = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
  const mapping = charsmap ? [{ type: 'Precompiled', precompiled_charsmap: charsmap }] : [];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: { type: 'Sequence', normalizers: siglip ? [...mapping, blanks] : mapping },
    pre_tokenizer: siglip ? null : { type: 'Sequence', pretokenizers: [SPLIT_AT_WHITE_SPACE, metaspace] },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: eos, type_id: 0 } }],
      pair: [],
      special_tokens: { [eos]: { id: eos, ids: [eosId], tokens: [eos] } },
    },
    decoder: metaspace,
    model: { type: 'Unigram', unk_id: unkId, vocab, byte_fallback: false },
  };
}
