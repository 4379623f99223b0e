import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeBlocks } from '../../src/run/blocks.ts';
import type { ExampleWork } from '../../src/scoring/scorer.ts';

/** Work that begins at the given trials; examples without contents, since blocks look at places only. */
const work = (starts: readonly number[]): ExampleWork[] =>
  starts.map((start, index) => ({
    index,
    start,
    example: { id: `${index}`, images: [], captions: [], truth: [], tags: [] },
  }));

const sizes = (blocks: ExampleWork[][]) => blocks.map((block) => block.length);
const zeros = (count: number) => new Array<number>(count).fill(0);

test('examples are joined until their rows fill whole calls', () => {
  expect(sizes(makeBlocks(work(zeros(10)), 24, () => 6))).toEqual([4, 4, 2]);
  expect(sizes(makeBlocks(work(zeros(10)), 12, () => 6))).toEqual([2, 2, 2, 2, 2]);
  expect(sizes(makeBlocks(work(zeros(3)), 6, () => 6))).toEqual([1, 1, 1]);
  expect(sizes(makeBlocks(work(zeros(7)), 6, () => 4))).toEqual([3, 3, 1]);
});

test('rows that never fill a call are bounded by four calls, single rows by the number of examples', () => {
  expect(sizes(makeBlocks(work(zeros(9)), 24, () => 25))).toEqual([4, 4, 1]);
  expect(sizes(makeBlocks(work(zeros(70)), 1000, () => 1))).toEqual([32, 32, 6]);
});

test('an example larger than a call is a block of its own, or ends one', () => {
  expect(sizes(makeBlocks(work(zeros(3)), 6, () => 1000))).toEqual([1, 1, 1]);
});

test('examples that go on from different trials are never in one block', () => {
  expect(sizes(makeBlocks(work([0, 0, 5, 5, 5, 0]), 24, () => 2))).toEqual([2, 3, 1]);
});

test('no work, no blocks', () => {
  expect(makeBlocks([], 24, () => 6)).toEqual([]);
});

test('every example is in exactly one block, in order, whatever the rows', () => {
  const rows = fc.array(
    fc.record({ rows: fc.integer({ min: 1, max: 60 }), start: fc.integer({ min: 0, max: 2 }) }),
  );
  fc.assert(
    fc.property(rows, fc.integer({ min: 2, max: 24 }), (items, batch) => {
      const all = work(items.map(({ start }) => start));
      const blocks = makeBlocks(all, batch, (index) => items[index]!.rows);
      expect(blocks.flat()).toEqual(all);
      for (const block of blocks) {
        expect(block.length).toBeGreaterThan(0);
        expect(block.length).toBeLessThanOrEqual(32);
        expect(new Set(block.map(({ start }) => start)).size).toBe(1);
      }
    }),
  );
});

test('where examples may leave early, blocks are large: up to 32 calls per trial or 128 examples', () => {
  expect(sizes(makeBlocks(work(zeros(300)), 24, () => 6, 1))).toEqual([128, 128, 44]);
  expect(sizes(makeBlocks(work(zeros(50)), 6, () => 12, 1))).toEqual([16, 16, 16, 2]);
});

test('and every worker gets its part of them', () => {
  expect(sizes(makeBlocks(work(zeros(10)), 24, () => 6, 2))).toEqual([5, 5]);
  expect(sizes(makeBlocks(work(zeros(11)), 24, () => 6, 4))).toEqual([3, 3, 3, 2]);
  expect(sizes(makeBlocks(work(zeros(2)), 24, () => 6, 8))).toEqual([1, 1]);
  expect(makeBlocks([], 24, () => 6, 2)).toEqual([]);
});

test('there too every example is in exactly one block, in order, with those of its start', () => {
  const items = fc.array(fc.record({ rows: fc.integer({ min: 1, max: 60 }), start: fc.nat(2) }));
  fc.assert(
    fc.property(
      items,
      fc.integer({ min: 2, max: 24 }),
      fc.integer({ min: 1, max: 9 }),
      (list, batch, workers) => {
        const all = work(list.map(({ start }) => start));
        const blocks = makeBlocks(all, batch, (index) => list[index]!.rows, workers);
        expect(blocks.flat()).toEqual(all);
        for (const block of blocks) {
          expect(block.length).toBeGreaterThan(0);
          expect(block.length).toBeLessThanOrEqual(Math.min(128, Math.ceil(list.length / workers)));
          expect(new Set(block.map(({ start }) => start)).size).toBe(1);
        }
      },
    ),
  );
});
