import { expect, test } from 'vitest';
import { findExamples } from '../../../src/report/html/browser/filter.js';
import type { GalleryData, GalleryVerdict } from '../../../src/report/html/gallery-format.ts';

const verdict = (verdicts: string, margins: (number | null)[], undecided?: true): GalleryVerdict => ({
  scores: [],
  verdicts,
  margins,
  ...(undecided && { undecided }),
});

const example = (id: string, caption: string, by: (GalleryVerdict | null)[], tags: number[] = []) => ({
  id,
  captions: [caption],
  tags,
  images: [-1],
  of: 1,
  truth: [] as [number, number][],
  by,
});

const data: GalleryData = {
  scorers: ['a', 'b'].map((label, place) => ({ label, place, kind: 'clip' })),
  metrics: ['text', 'image'].map((name) => ({ name, title: name })),
  tags: ['Noun', 'Relation'],
  pictures: [],
  order: 'task',
  pairs: [[0, 1]],
  examples: [
    example('zero', 'A Cat on a dog', [verdict('rr', [1, 2]), verdict('rw', [0.5, -0.1])], [0]),
    example('one', 'a dog on a cat', [verdict('wr', [-0.2, 1]), verdict('rr', [0.1, 1])], [1]),
    example('two', 'nothing', [verdict('r-', [3, null], true), null], [0, 1]),
    example('three', 'a cat', [verdict('rr', [2, 2]), verdict('rr', [-0, 5])]),
  ],
};
const query = { search: '', metric: 0, verdicts: ['', ''], tag: undefined, differ: false, order: 'task' };
const find = (asked: Partial<typeof query> | { tag: number }) =>
  findExamples(data, { ...query, ...asked }).map((place: number) => data.examples[place]!.id);

test('without a question all are found, in the order of the task', () => {
  expect(find({})).toEqual(['zero', 'one', 'two', 'three']);
});

test('all words must occur, in any case, in captions, ids or tags', () => {
  expect(find({ search: 'CAT dog' })).toEqual(['zero', 'one']);
  expect(find({ search: ' two ' })).toEqual(['two']);
  expect(find({ search: 'relation' })).toEqual(['one', 'two']);
  expect(find({ search: 'cat relation' })).toEqual(['one']);
  expect(find({ search: '.*' })).toEqual([]);
});

test('verdicts are asked of each scorer and of the chosen metric', () => {
  expect(find({ verdicts: ['w', ''] })).toEqual(['one']);
  expect(find({ verdicts: ['r', 'r'] })).toEqual(['zero', 'three']);
  expect(find({ verdicts: ['r', 'w'], metric: 1 })).toEqual(['zero']);
  expect(find({ verdicts: ['u', ''] })).toEqual(['two']);
  expect(find({ verdicts: ['', 'n'] })).toEqual(['two']);
});

test('tags, and verdicts that differ', () => {
  expect(find({ tag: 0 })).toEqual(['zero', 'two']);
  expect(find({ differ: true })).toEqual(['one']);
  expect(find({ differ: true, metric: 1 })).toEqual(['zero']);
});

test('examples whose verdicts differ come first, then the widest margins; those that one scorer lacks last', () => {
  expect(find({ order: 'disagreement' })).toEqual(['one', 'three', 'zero', 'two']);
});

test('closest calls come first, won or lost; equal ones in the order of the task', () => {
  expect(find({ order: 'margin' })).toEqual(['three', 'one', 'zero', 'two']);
  expect(find({ order: 'margin', metric: 1 })).toEqual(['zero', 'one', 'three', 'two']);
});
