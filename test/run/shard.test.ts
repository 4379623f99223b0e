import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { dealShards, parseShard } from '../../src/run/shard.ts';

const works = fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 200 });
const counts = fc.integer({ min: 1, max: 24 });

describe('examples are dealt out', () => {
  test('in turn where they are of one size', () => {
    expect(dealShards(Array(7).fill(96), 3)).toEqual([1, 2, 3, 1, 2, 3, 1]);
  });

  test('so that one with many captions counts as much as it is', () => {
    expect(dealShards([50, 2, 2, 2, 50, 2], 2)).toEqual([1, 2, 2, 2, 2, 1]);
  });

  test('in turn where they are nothing', () => {
    expect(dealShards([0, 0, 0, 0], 2)).toEqual([1, 2, 1, 2]);
  });

  test('each to exactly one shard, and no shard has more than one example more work than another', () => {
    fc.assert(
      fc.property(works, counts, (work, of) => {
        const dealt = dealShards(work, of);
        expect(dealt).toHaveLength(work.length);
        const loads = Array(of).fill(0);
        for (const [k, shard] of dealt.entries()) loads[shard - 1] += Math.max(1, work[k]!);
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(Math.max(1, ...work));
      }),
    );
  });

  test('alike however many follow, so that a selection can grow', () => {
    fc.assert(
      fc.property(works, works, counts, (first, more, of) => {
        expect(dealShards([...first, ...more], of).slice(0, first.length)).toEqual(dealShards(first, of));
      }),
    );
  });
});

describe('i/n', () => {
  test('is counted from 1', () => {
    expect(parseShard('1/1')).toEqual({ index: 1, of: 1 });
    expect(parseShard(' 8/8 ')).toEqual({ index: 8, of: 8 });
  });

  test.each(['0/4', '5/4', '1', '/4', '1/', '1/0', '-1/4', '1.5/4', 'a/b', '1/2/3', '', '1/1000000'])(
    '%j is refused in a sentence',
    (text) => {
      expect(() => parseShard(text)).toThrow(UsageError);
      expect(() => parseShard(text)).toThrow(/expected i\/n/);
    },
  );
});
