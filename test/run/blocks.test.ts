import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunks, makeBlocks, makeStoppingBlocks } from '../../src/run/blocks.ts';
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
  expect(sizes(makeBlocks(work(zeros(12)), () => 6, { batch: 24, workers: 1 }))).toEqual([4, 4, 4]);
  expect(sizes(makeBlocks(work(zeros(10)), () => 6, { batch: 12, workers: 1 }))).toEqual([2, 2, 2, 2, 2]);
  expect(sizes(makeBlocks(work(zeros(3)), () => 6, { batch: 6, workers: 1 }))).toEqual([1, 1, 1]);
  expect(sizes(makeBlocks(work(zeros(6)), () => 4, { batch: 6, workers: 1 }))).toEqual([3, 3]);
});

test('blocks are cut so that all workers have as many calls', () => {
  // Blocks of 16 examples would fill their calls, and leave one worker 7 of the 13.1 to do.
  const blocks = makeBlocks(work(zeros(210)), () => 6, { batch: 32, workers: 2 });
  const calls = blocks.map((block) => Math.ceil((6 * block.length) / 32));
  expect(calls.reduce((a, b) => a + b)).toBe(40);
  expect(blocks.length % 2).toBe(0);
  expect(makeBlocks(work(zeros(210)), () => 6, { batch: 24, workers: 2 }).length).toBe(53);
});

test('a few examples are not spread over workers where one call takes them all', () => {
  expect(sizes(makeBlocks(work(zeros(4)), () => 6, { batch: 24, workers: 8 }))).toEqual([4]);
});

test('a block has 32 examples at most', () => {
  const blocks = makeBlocks(work(zeros(70)), () => 1, { batch: 1000, workers: 1 });
  expect(Math.max(...sizes(blocks))).toBeLessThanOrEqual(32);
  expect(blocks.length).toBe(3);
});

test('an example larger than a call is a block of its own', () => {
  expect(sizes(makeBlocks(work(zeros(3)), () => 1000, { batch: 6, workers: 1 }))).toEqual([1, 1, 1]);
});

test('examples that go on from different trials are never in one block', () => {
  expect(sizes(makeBlocks(work([0, 0, 5, 5, 5, 0]), () => 2, { batch: 24, workers: 1 }))).toEqual([2, 3, 1]);
});

test('no work, no blocks', () => {
  expect(makeBlocks([], () => 6, { batch: 24, workers: 2 })).toEqual([]);
  expect(makeStoppingBlocks([], () => 6, { batch: 24, workers: 2 })).toEqual([]);
  expect(chunks([], 8)).toEqual([]);
});

const items = fc.array(fc.record({ rows: fc.integer({ min: 1, max: 60 }), start: fc.nat(2) }));
const calls = { batch: fc.integer({ min: 2, max: 24 }), workers: fc.integer({ min: 1, max: 9 }) };

test('every example is in exactly one block, in order, whatever the rows', () => {
  fc.assert(
    fc.property(items, fc.record(calls), (list, options) => {
      const all = work(list.map(({ start }) => start));
      const blocks = makeBlocks(all, (index) => list[index]!.rows, options);
      expect(blocks.flat()).toEqual(all);
      for (const block of blocks) {
        expect(block.length).toBeGreaterThan(0);
        expect(block.length).toBeLessThanOrEqual(32);
        expect(new Set(block.map(({ start }) => start)).size).toBe(1);
      }
    }),
  );
});

const stopping = (count: number, rows: number, batch: number, workers: number) =>
  sizes(makeStoppingBlocks(work(zeros(count)), () => rows, { batch, workers }));

test('where examples may leave early, blocks are large: up to 32 calls per trial or 128 examples', () => {
  expect(stopping(300, 6, 24, 1)).toEqual([128, 128, 44]);
  expect(stopping(50, 12, 6, 1)).toEqual([16, 16, 16, 2]);
});

test('and every worker gets its part of them', () => {
  expect(stopping(10, 6, 24, 2)).toEqual([5, 5]);
  expect(stopping(11, 6, 24, 4)).toEqual([3, 3, 3, 2]);
  expect(stopping(2, 6, 24, 8)).toEqual([1, 1]);
});

test('there too every example is in exactly one block, in order, with those of its start', () => {
  fc.assert(
    fc.property(items, fc.record(calls), (list, options) => {
      const all = work(list.map(({ start }) => start));
      const blocks = makeStoppingBlocks(all, (index) => list[index]!.rows, options);
      expect(blocks.flat()).toEqual(all);
      for (const block of blocks) expect(new Set(block.map(({ start }) => start)).size).toBe(1);
    }),
  );
});
