import { describe, expect, test } from 'vitest';
import { EmbeddingCache } from '../../src/scoring/embedding-cache.ts';

/** A cache over the length of a caption, each of one byte or `sizeOf` it, and the captions that were computed, in order. */
function counted(limit: number, sizeOf: (length: number) => number = () => 1) {
  const computed: string[] = [];
  const compute = async (caption: string) => {
    computed.push(caption);
    return caption.length;
  };
  const cache = new EmbeddingCache(compute, sizeOf, limit);
  return { cache, computed };
}

describe('EmbeddingCache', () => {
  test('computes each caption once', async () => {
    const { cache, computed } = counted(10);
    expect(await cache.get('ab')).toBe(2);
    expect(await cache.get('ab')).toBe(2);
    expect(await cache.get('')).toBe(0);
    expect(computed).toEqual(['ab', '']);
  });

  test('two askers at once share one computation', async () => {
    const { cache, computed } = counted(10);
    expect(await Promise.all([cache.get('abc'), cache.get('abc')])).toEqual([3, 3]);
    expect(computed).toEqual(['abc']);
  });

  test('drops the one that was used longest ago', async () => {
    const { cache, computed } = counted(2);
    for (const caption of ['a', 'b', 'a', 'c', 'a', 'b']) await cache.get(caption);
    expect(computed).toEqual(['a', 'b', 'c', 'b']);
  });

  test('keeps as many as its limit, no fewer', async () => {
    const { cache, computed } = counted(3);
    for (let round = 0; round < 3; round++) for (const caption of ['a', 'b', 'c']) await cache.get(caption);
    expect(computed).toEqual(['a', 'b', 'c']);
  });

  test('drops as many as a large value needs', async () => {
    const { cache, computed } = counted(4, (length) => length);
    for (const caption of ['a', 'b', 'c', 'ddd', 'c', 'ddd', 'a']) await cache.get(caption);
    expect(computed).toEqual(['a', 'b', 'c', 'ddd', 'a']);
  });

  test('hands out a value above the limit, and does not keep it', async () => {
    const { cache, computed } = counted(4, (length) => length);
    for (const caption of ['large', 'a', 'large', 'a']) await cache.get(caption);
    expect(computed).toEqual(['large', 'a', 'large', 'a']);
  });

  test('never drops what is still being computed', async () => {
    const { cache, computed } = counted(1);
    await Promise.all(['a', 'b', 'c', 'a'].map((caption) => cache.get(caption)));
    expect(computed).toEqual(['a', 'b', 'c']);
  });

  test('keeps 64 MiB where nothing is said', async () => {
    let calls = 0;
    const compute = async () => calls++;
    const cache = new EmbeddingCache(compute, () => 2 ** 20);
    for (let k = 0; k < 65; k++) await cache.get(`${k}`);
    for (let k = 1; k < 65; k++) await cache.get(`${k}`);
    expect(calls).toBe(65);
    await cache.get('0');
    expect(calls).toBe(66);
  });

  test('a failure is handed out but not kept', async () => {
    let calls = 0;
    const compute = async (caption: string) => {
      calls += 1;
      if (calls === 1) throw new Error('out of memory');
      return caption;
    };
    const cache = new EmbeddingCache(compute, () => 1);
    await expect(cache.get('a')).rejects.toThrow('out of memory');
    expect(await cache.get('a')).toBe('a');
    expect(await cache.get('a')).toBe('a');
    expect(calls).toBe(2);
  });
});
