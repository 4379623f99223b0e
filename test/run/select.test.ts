import { expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { type Selection, select } from '../../src/run/select.ts';
import type { Example } from '../../src/scoring/example.ts';

const example = (id: string, ...tags: string[]): Example => ({
  id,
  images: [],
  captions: [],
  truth: [],
  tags,
});
const EXAMPLES = [
  example('a', 'Object'),
  example('b', 'Relation'),
  example('c', 'Relation', 'Verb'),
  example('d', 'Object'),
  example('e', 'Relation'),
];
const chosen = (selection: Selection) =>
  select(EXAMPLES, selection)
    .map((index) => EXAMPLES[index]!.id)
    .join('');

test.each([
  [{}, 'abcde'],
  [{ limit: '2' }, 'ab'],
  [{ limit: '99' }, 'abcde'],
  [{ limit: '2-4' }, 'bcd'],
  [{ limit: '5-5' }, 'e'],
  [{ limit: '4-99' }, 'de'],
  [{ ids: ['d', 'b', 'd'] }, 'bd'],
  [{ tag: 'Relation' }, 'bce'],
  [{ tag: 'Relation', limit: '2-3' }, 'ce'],
  [{ tag: 'Relation', ids: ['a', 'c', 'e'] }, 'ce'],
  [{ tag: 'Relation', ids: ['a', 'c', 'e'], limit: '1' }, 'c'],
] as [Selection, string][])('%j gives %s', (selection, expected) => {
  expect(chosen(selection)).toBe(expected);
});

test.each([
  [{ limit: '0' }, 'cannot read the limit'],
  [{ limit: '' }, 'cannot read the limit'],
  [{ limit: '-3' }, 'cannot read the limit'],
  [{ limit: '1.5' }, 'cannot read the limit'],
  [{ limit: '3-2' }, 'cannot read the limit'],
  [{ limit: '0-2' }, 'cannot read the limit'],
  [{ limit: '6-9' }, 'within 1-5'],
  [{ ids: ['a', 'x', 'y'] }, 'no example "x"'],
  [{ ids: [''] }, 'no example ""'],
  [{ tag: 'relation' }, 'Object; Relation; Verb'],
  [{ tag: 'Verb', ids: ['a'] }, 'no example has the tag "Verb"'],
] as [Selection, string][])('%j is refused: %s', (selection, part) => {
  expect(() => select(EXAMPLES, selection)).toThrow(UsageError);
  expect(() => select(EXAMPLES, selection)).toThrow(part);
});

test('a task without tags says so', () => {
  expect(() => select([example('a')], { tag: 'x' })).toThrow('a task with tags');
});
