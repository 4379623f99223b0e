import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareCaption } from '../../../tui/components/caption-words.ts';

const marked = (caption: string, other: string) => {
  const { kind, parts } = compareCaption(caption, other);
  return [kind, parts.map(({ text, differs }) => (differs ? `[${text}]` : text)).join('')];
};

describe('words that differ', () => {
  test.each([
    [
      'an orange star above a red circle',
      'an orange circle above a red star',
      'moved',
      'an orange [star] above a red [circle]',
    ],
    ['a cat on a dog', 'a cat on a dog', 'same', 'a cat on a dog'],
    ['A cat', 'a CAT', 'same', 'A cat'],
    ['a cat on a mat', 'a cat under a mat', 'changed', 'a cat [on] a mat'],
    ['the dog', 'the big dog', 'changed', 'the dog'],
    ['the big dog', 'the dog', 'changed', 'the [big] dog'],
    ['one, two', 'one two', 'changed', 'one[,] two'],
    ['', 'x', 'changed', ''],
  ])('%j against %j: %s', (caption, other, kind, text) => {
    expect(marked(caption, other)).toEqual([kind, text]);
  });

  test('scripts without spaces are cut into words too', () => {
    expect(marked('猫が犬の上', '犬が猫の上')[0]).toBe('moved');
    expect(marked('猫が犬の上', '犬が猫の上')[1]).toContain('[');
  });

  test('the parts are the caption, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (caption, other) => {
        const { parts, kind } = compareCaption(caption, other);
        expect(parts.map(({ text }) => text).join('')).toBe(caption);
        expect(compareCaption(caption, caption).kind).toBe('same');
        if (kind === 'same') expect(parts.every(({ differs }) => !differs)).toBe(true);
      }),
    );
  });

  test('very long captions are compared at their ends', () => {
    const long = (middle: string) => `start ${`${middle} `.repeat(900)}end`;
    const { kind, parts } = compareCaption(long('x'), long('y'));
    expect(kind).toBe('changed');
    expect(parts[0]!.text.startsWith('start')).toBe(true);
  });
});
