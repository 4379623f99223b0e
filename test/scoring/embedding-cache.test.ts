import { describe, expect, test } from 'vitest';
import { EmbeddingCache } from '../../src/scoring/embedding-cache.ts';

/** A cache over the length of a caption, and the captions that were computed, in order. */
function counted(limit: number) {
  const computed: string[] = [];
  const cache = new EmbeddingCache(async (caption) => {
    computed.push(caption);
    return caption.length;
  }, limit);
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

  test('a failure is handed out but not kept', async () => {
    let calls = 0;
    const cache = new EmbeddingCache(async (caption) => {
      calls += 1;
      if (calls === 1) throw new Error('out of memory');
      return caption;
    });
    await expect(cache.get('a')).rejects.toThrow('out of memory');
    expect(await cache.get('a')).toBe('a');
    expect(await cache.get('a')).toBe('a');
    expect(calls).toBe(2);
  });
});
