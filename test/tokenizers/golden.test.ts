/** Every form of tokenizer that checkpoints ship, against transformers; see fixtures/golden/tokenizers. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ModelFileError } from '../../src/errors.ts';
import type { Cleaning } from '../../src/tokenizers/clean-text.ts';
import { openTokenizer } from '../../src/tokenizers/open-tokenizer.ts';
import { patchJson } from '../models/tiny-world.ts';
import { temporaryFolder } from '../temporary.ts';

interface Golden {
  length: number;
  pad: number;
  /** `length` counts all ids before truncation, `ids` are truncated and padded. */
  cases: { caption: string; length: number; ids: number[] }[];
}

const FOLDER = fileURLToPath(new URL('../../fixtures/golden/tokenizers', import.meta.url));
const golden: Record<string, Golden> = JSON.parse(readFileSync(join(FOLDER, 'golden.json'), 'utf8'));

describe.each(Object.entries(golden))('%s', (name, { length, pad, cases }) => {
  // T5's length is the pipeline's choice, the others' their own.
  const own = !name.startsWith('t5');
  const tokenizer = openTokenizer(join(FOLDER, name), own ? {} : { length });

  test('context length and pad id', () => {
    expect({ length: tokenizer.contextLength, pad: tokenizer.padId }).toEqual({ length, pad });
  });

  test.each(cases)('$caption', ({ caption, length: full, ids }) => {
    const encoded = tokenizer.encode(caption);
    expect([...encoded.ids]).toEqual(ids);
    expect(encoded.length).toBe(full);
    expect(encoded.truncated).toBe(full > length);
    expect([...encoded.mask]).toEqual(ids.map((_, k) => (k < full ? 1 : 0)));
  });
});

describe('a folder says it otherwise', () => {
  const copy = (name: string, changes: Record<string, unknown>) => {
    const folder = temporaryFolder();
    cpSync(join(FOLDER, name), folder, { recursive: true });
    patchJson(join(folder, 'tokenizer_config.json'), changes);
    return folder;
  };

  test('without any configuration CLIP’s begin, end and pad are known', () => {
    const folder = copy('clip-sd1', {});
    rmSync(join(folder, 'tokenizer_config.json'));
    rmSync(join(folder, 'special_tokens_map.json'));
    const tokenizer = openTokenizer(folder, { maxPositions: 77 });
    const usual = openTokenizer(join(FOLDER, 'clip-sd1'));
    for (const caption of ['', 'a cat on a mat', 'a <|endoftext|> b'])
      expect(tokenizer.encode(caption)).toEqual(usual.encode(caption));
  });

  test('an added_tokens_decoder makes tokenizer_config.json the one that counts', () => {
    const end = { content: '<|endoftext|>', normalized: true, special: true };
    const folder = copy('clip-sd2', { added_tokens_decoder: { 703: end } });
    expect(openTokenizer(folder).padId).toBe(703);
    expect(openTokenizer(join(FOLDER, 'clip-sd2')).padId).toBe(0);
  });

  test('padding may stand on the left', () => {
    const right = openTokenizer(join(FOLDER, 'clip-sd2')).encode('a cat on a mat');
    const left = openTokenizer(copy('clip-sd2', { padding_side: 'left' })).encode('a cat on a mat');
    const { length } = right;
    expect([...left.ids.subarray(77 - length)]).toEqual([...right.ids.subarray(0, length)]);
    expect([...left.mask]).toEqual([...right.mask].reverse());
    expect(new Set(left.ids.subarray(0, 77 - length))).toEqual(new Set([0]));
  });

  test('a context that nothing bounds is refused', () => {
    const folder = copy('t5-spiece', { model_max_length: 1e30 });
    expect(() => openTokenizer(folder)).toThrow(/how many tokens.*tokenizer_config\.json.*model_max_length/);
    expect(openTokenizer(folder, { length: 300 }).encode('a cat').ids).toHaveLength(300);
  });

  test('a caption may be cleaned as open_clip does it', () => {
    const folder = join(FOLDER, 'clip-sd1');
    const open = (clean: Cleaning) => openTokenizer(folder, { clean });
    expect(open('canonicalize').encode(' A cat,\n on a  MAT!')).toEqual(
      open('none').encode('a cat on a mat'),
    );
    expect(open('lower').encode('A cat, \n on')).toEqual(open('none').encode('a cat, on'));
    expect(open('whitespace').encode(' a\n\ncat ')).toEqual(open('none').encode('a cat'));
  });

  test.each([
    ['cut in the middle', (bytes: Buffer) => bytes.subarray(0, 500), /ends in the middle/],
    [
      'text',
      () => Buffer.from('version https://git-lfs.github.com/spec/v1\n'),
      /protocol buffer|in the middle/,
    ],
    ['empty', () => Buffer.alloc(0), /no vocabulary/],
  ])('a spiece.model that is %s is refused', (_, change, reason) => {
    const folder = copy('siglip-spiece', {});
    const path = join(folder, 'spiece.model');
    writeFileSync(path, change(readFileSync(path)));
    expect(() => openTokenizer(folder)).toThrow(ModelFileError);
    expect(() => openTokenizer(folder)).toThrow(reason);
    expect(() => openTokenizer(folder)).toThrow(path);
  });

  test('a damaged character map is refused', () => {
    const folder = copy('t5-json', {});
    patchJson(join(folder, 'tokenizer.json'), {
      normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAA////' },
    });
    expect(() => openTokenizer(folder)).toThrow(/cannot use the tokenizer.*character map is damaged/);
  });
});
