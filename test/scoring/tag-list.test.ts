import { expect, test } from 'vitest';
import { tagList } from '../../src/scoring/tag-list.ts';

test('tags in a list can be told apart whatever they hold', () => {
  expect(tagList(['Object', 'Noun, Adjective-Size'])).toBe('Object; Noun, Adjective-Size');
  expect(tagList(['a; b', 'c'])).toBe('"a; b"; c');
  expect(tagList(['the "b"'])).toBe('"the \\"b\\""');
  expect(tagList(['a; b'])).not.toBe(tagList(['a', 'b']));
  expect(tagList([])).toBe('');
});
