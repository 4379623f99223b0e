import { expect, test } from 'vitest';
import { aggregate, type TaggedVerdict } from '../../src/metrics/by-tag.ts';

const pair = (tags: string[], text: boolean, group: boolean): TaggedVerdict => ({
  tags,
  verdict: { text, group },
  chance: { text: 0.25, group: 1 / 6 },
});
const choice = (tags: string[], accuracy: boolean, chance: number): TaggedVerdict => ({
  tags,
  verdict: { accuracy },
  chance: { accuracy: chance },
});

test('micro averages over everything and by tag', () => {
  const result = aggregate([
    pair(['Relation', 'Object'], true, false),
    pair(['Object', 'Object'], true, true),
    choice(['Object'], true, 0.5),
    choice([], false, 0.1),
  ]);
  expect(result.all.text).toEqual({ correct: 2, count: 2, score: 1, chance: 0.25, chances: [0.25, 0.25] });
  expect(result.all.group).toMatchObject({ correct: 1, count: 2, score: 0.5 });
  expect(result.all.accuracy).toEqual({ correct: 1, count: 2, score: 0.5, chance: 0.3, chances: [0.5, 0.1] });
  expect(result.all.image).toEqual({
    correct: 0,
    count: 0,
    score: Number.NaN,
    chance: Number.NaN,
    chances: [],
  });
  expect(result.byTag.Object!.text).toMatchObject({ correct: 2, count: 2 });
  expect(result.byTag.Object!.accuracy).toEqual({
    correct: 1,
    count: 1,
    score: 1,
    chance: 0.5,
    chances: [0.5],
  });
  expect(result.byTag.Relation!.group).toMatchObject({ correct: 0, count: 1, score: 0 });
});

test('tags keep the order of first appearance, whatever their names', () => {
  const { tags, byTag } = aggregate([
    pair(['b', '2'], true, true),
    pair(['1', 'b', '__proto__'], false, false),
  ]);
  expect(tags).toEqual(['b', '2', '1', '__proto__']);
  expect(Object.keys(byTag).toSorted()).toEqual(tags.toSorted());
  expect(byTag.b!.text).toMatchObject({ correct: 1, count: 2 });
});

test('no examples, and an example without its chance', () => {
  expect(aggregate([])).toMatchObject({ tags: [], byTag: {}, all: { text: { count: 0 } } });
  const { all } = aggregate([{ tags: [], verdict: { text: true }, chance: {} }]);
  expect(all.text).toMatchObject({ score: 1, chance: Number.NaN });
});
