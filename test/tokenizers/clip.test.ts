import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ModelFileError } from '../../src/errors.ts';
import { openTokenizer } from '../../src/tokenizers/open-tokenizer.ts';
import { DIFFUSION, patchJson } from '../models/tiny-world.ts';
import { temporaryFolder } from '../temporary.ts';

const FAST = join(DIFFUSION, 'tokenizer');
const CONTEXT = 24;
const VOCABULARY: Record<string, number> = JSON.parse(readFileSync(join(FAST, 'vocab.json'), 'utf8'));
const [BEGIN, END] = [VOCABULARY['<|startoftext|>']!, VOCABULARY['<|endoftext|>']!];

/** A copy of the tokenizer's folder without the given files. */
function copyWithout(...names: string[]): string {
  const folder = join(temporaryFolder(), 'tokenizer');
  cpSync(FAST, folder, { recursive: true });
  for (const name of names) rmSync(join(folder, name));
  return folder;
}

const NASTY = [
  '',
  ' ',
  '\n\t\r ',
  'a red circle',
  'A RED   Circle\n',
  '  left and right  ',
  "it's, they're; I've we'll he'd I'm don't",
  "'S 'T 'RE",
  'circle.square,star!!!cross',
  '12 345 6a7 ½ ² Ⅷ ٣',
  'naïve café Ångström',
  'cafe\u0301 A\u030angstro\u0308m',
  'ﬁne ﬀ ǅ İstanbul ẞ ß',
  'ΟΔΟΣ ὈΔΥΣΣΕΎΣ',
  '赤い円と青い星',
  '한국어 \u1112\u1161\u11ab',
  'שָׁלוֹם مرحبا नमस्ते',
  '🔴 🟦 👩‍👩‍👧‍👦 🇩🇪 ❤️',
  'a\u00a0b\u2003c\u200bd\u3000e\ufefff',
  'x\u0000y\u0007z\u001b[31m',
  '\ud800 lone \udc00 surrogates',
  '<|endoftext|>',
  'a <|startoftext|> b<|endoftext|>c',
  '<|ENDOFTEXT|> <|endof text|>',
  '</w> <unk> [CLS]',
  '_under_score_ #tag @name $5 50% C++ a/b \\n',
  '"“quotes”" ‘single’ `back` — … ‐',
  'a'.repeat(300),
  'circle '.repeat(60),
  '\u{1d49c}\u{1d4b7} math',
  'ſ K Å Ω',
];

describe('tokenizer.json and vocab.json with merges.txt give equal ids', () => {
  const open = (folder: string) => openTokenizer(folder, { maxPositions: CONTEXT });

  test.each(NASTY)('%j', (caption) => {
    expect(open(copyWithout('tokenizer.json')).encode(caption)).toEqual(open(FAST).encode(caption));
  });

  test('any text', () => {
    const [slow, fast] = [open(copyWithout('tokenizer.json')), open(FAST)];
    const pieces = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(' ', "'", "'s", 'red', 'Circle', '<|endoftext|>', '7', '.', '\n'),
    );
    const text = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (caption) => {
        expect(slow.encode(caption)).toEqual(fast.encode(caption));
      }),
      { numRuns: 300 },
    );
  });
});

describe('encode', () => {
  const tokenizer = openTokenizer(FAST, { maxPositions: CONTEXT });
  const [begin, end] = [BEGIN, END];

  test('begin, tokens, end, padding', () => {
    const { ids, mask, length, truncated } = tokenizer.encode('a red circle');
    expect(ids).toHaveLength(CONTEXT);
    expect([ids[0], ids[4]]).toEqual([begin, end]);
    expect([...ids.subarray(5)]).toEqual(Array(CONTEXT - 5).fill(end));
    expect([...mask]).toEqual([...Array(5).fill(1), ...Array(CONTEXT - 5).fill(0)]);
    expect({ length, truncated }).toEqual({ length: 5, truncated: false });
  });

  test('the empty caption is begin, end and padding', () => {
    expect([...tokenizer.encode('').ids]).toEqual([begin, ...Array(CONTEXT - 1).fill(end)]);
  });

  test('case and runs of white space do not count', () => {
    expect(tokenizer.encode(' A  RED\tcircle\n')).toEqual(tokenizer.encode('a red circle'));
  });

  test.each([
    [CONTEXT - 2, false],
    [CONTEXT - 1, true],
    [200, true],
  ])('%i words: truncated %s, and the end token stays', (words, truncated) => {
    const encoded = tokenizer.encode('red '.repeat(words));
    expect(encoded.truncated).toBe(truncated);
    expect(encoded.length).toBe(words + 2);
    expect(encoded.ids).toHaveLength(CONTEXT);
    expect([encoded.ids[0], encoded.ids[CONTEXT - 1]]).toEqual([begin, end]);
    expect(new Set(encoded.ids.subarray(1, CONTEXT - 1)).size).toBe(1);
    expect([...encoded.mask]).toEqual(Array(CONTEXT).fill(1));
  });
});

describe('the configuration decides', () => {
  /** The tokenizer of a folder whose `tokenizer_config.json` has these fields changed. */
  function openWith(fields: Record<string, unknown>, maxPositions = CONTEXT) {
    const folder = copyWithout('special_tokens_map.json');
    patchJson(join(folder, 'tokenizer_config.json'), fields);
    return openTokenizer(folder, { maxPositions: maxPositions });
  }

  test.each([
    ['as it says', 10, 24, 10],
    ['no more than the encoder has', 77, 24, 24],
    ['the encoder’s where it is boundless', 1e30, 24, 24],
    ['the encoder’s where it says nothing', undefined, 16, 16],
  ])('the context length: %s', (_, model_max_length, maxPositions, wanted) => {
    const tokenizer = openWith({ model_max_length }, maxPositions);
    expect(tokenizer.contextLength).toBe(wanted);
    expect(tokenizer.encode('red '.repeat(50)).ids).toHaveLength(wanted);
  });

  test.each([
    ['as a string', '!', '!'],
    ['as an object', { content: '!', lstrip: false }, '!'],
    ['the end token where there is none', undefined, '<|endoftext|>'],
    ['the end token where it is null', null, '<|endoftext|>'],
  ])('the pad token: %s', (_, pad_token, wanted) => {
    const id = { '!': 0, '<|endoftext|>': END }[wanted]!;
    const tokenizer = openWith({ pad_token });
    expect(tokenizer.padId).toBe(id);
    expect([...tokenizer.encode('red').ids.subarray(3)]).toEqual(Array(CONTEXT - 3).fill(id));
  });

  test('the pad token of special_tokens_map.json counts where tokenizer_config.json has none', () => {
    const folder = copyWithout();
    patchJson(join(folder, 'tokenizer_config.json'), { pad_token: undefined });
    patchJson(join(folder, 'special_tokens_map.json'), { pad_token: '!' });
    expect(openTokenizer(folder, { maxPositions: CONTEXT }).padId).toBe(0);
  });

  test('a pad token that is not in the vocabulary is refused', () => {
    expect(() => openWith({ pad_token: '<pad>' })).toThrow(ModelFileError);
    expect(() => openWith({ pad_token: '<pad>' })).toThrow(/pad token "<pad>"/);
  });
});

describe('a folder that cannot be used is refused, naming the file', () => {
  test.each([
    ['vocab.json', ['tokenizer.json', 'vocab.json']],
    ['merges.txt', ['tokenizer.json', 'merges.txt']],
  ])('%s is missing', (file, without) => {
    const folder = copyWithout(...without);
    expect(() => openTokenizer(folder, { maxPositions: CONTEXT })).toThrow(ModelFileError);
    expect(() => openTokenizer(folder, { maxPositions: CONTEXT })).toThrow(join(folder, file));
  });

  test.each(['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json'])(
    '%s is not JSON',
    (file) => {
      const folder = copyWithout();
      writeFileSync(join(folder, file), '{');
      expect(() => openTokenizer(folder, { maxPositions: CONTEXT })).toThrow(ModelFileError);
      expect(() => openTokenizer(folder, { maxPositions: CONTEXT })).toThrow(join(folder, file));
    },
  );

  test('a vocabulary without the end token', () => {
    const folder = copyWithout('tokenizer.json');
    patchJson(join(folder, 'vocab.json'), { '<|endoftext|>': undefined });
    expect(() => openTokenizer(folder, { maxPositions: CONTEXT })).toThrow(
      /vocabulary lacks "<\|endoftext\|>".*vocab\.json/,
    );
  });
});

test('merges.txt may have Windows line ends', () => {
  const folder = copyWithout('tokenizer.json');
  const merges = join(folder, 'merges.txt');
  const plain = openTokenizer(folder, { maxPositions: CONTEXT }).encode(
    'a small blue triangle right of a big star',
  );
  writeFileSync(merges, readFileSync(merges, 'utf8').replaceAll('\n', '\r\n'));
  expect(
    openTokenizer(folder, { maxPositions: CONTEXT }).encode('a small blue triangle right of a big star'),
  ).toEqual(plain);
});
