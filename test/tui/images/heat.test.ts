import { describe, expect, test } from 'vitest';
import { heatOf } from '../../../src/report/heat.ts';
import { FIRST, heatPicture, heatSigns, SECOND } from '../../../tui/images/heat.ts';
import { flatImage } from '../pair/made-model.ts';

const maps = (first: number[], second: number[], trials = 4) => ({
  height: 2,
  width: 2,
  pairs: [
    [
      { trials, sums: Float32Array.from(first) },
      { trials, sums: Float32Array.from(second) },
    ],
    [
      { trials, sums: Float32Array.from(second) },
      { trials, sums: Float32Array.from(second) },
    ],
  ],
});

describe('heat maps', () => {
  const heat = heatOf(maps([4, 8, 0, 4], [8, 0, 0, 4]), 0, 1)!;

  test('are means over the trials of err(second) − err(first)', () => {
    expect([...heat.maps[0]!.values]).toEqual([1, -2, 0, 0]);
    expect(heat.trials).toBe(4);
  });

  test('share one symmetric scale over all images', () => {
    expect(heat.extent).toBe(2);
    expect([...heat.maps[1]!.values]).toEqual([0, 0, 0, 0]);
  });

  test('are absent where a caption has no map or no trial', () => {
    expect(heatOf(maps([1, 1, 1, 1], [1, 1, 1, 1], 0), 0, 1)).toBeUndefined();
    expect(heatOf(maps([1, 1, 1, 1], [1, 1, 1, 1]), 0, 2)).toBeUndefined();
  });

  const at = (picture: { width: number; data: Uint8Array }, x: number, y: number) => [
    ...picture.data.subarray((y * picture.width + x) * 3, (y * picture.width + x) * 3 + 3),
  ];

  test('alone, the ends of the scale have the captions’ colours and cells are squares', () => {
    const picture = heatPicture(heat.maps[0]!, heat.extent, { image: flatImage(4, 4), mode: 'alone' });
    expect([picture.width, picture.height]).toEqual([16, 16]);
    expect(at(picture, 8, 0)).toEqual([...SECOND]);
    expect(at(picture, 15, 7)).toEqual([...SECOND]);
    expect(at(picture, 7, 7)).not.toEqual(at(picture, 8, 7));
    const half = at(picture, 0, 0);
    for (const k of [0, 1, 2])
      expect(Math.abs(half[k]! - (FIRST[k]! + [38, 38, 42][k]!) / 2)).toBeLessThanOrEqual(1);
  });

  test('over an image, what is near 0 leaves it grey', () => {
    const picture = heatPicture(heat.maps[0]!, heat.extent, { image: flatImage(64, 64), mode: 'over' });
    const [red, green, blue] = at(picture, 10, 50);
    expect(new Set([red, green, blue]).size).toBe(1);
    expect(new Set(at(picture, 40, 10)).size).toBeGreaterThan(1);
  });

  test('no difference at all colours nothing', () => {
    const none = heatOf(maps([1, 1, 1, 1], [1, 1, 1, 1]), 0, 1)!;
    expect(none.extent).toBe(0);
    const picture = heatPicture(none.maps[0]!, none.extent, { image: flatImage(16, 16), mode: 'over' });
    expect(new Set(at(picture, 3, 3)).size).toBe(1);
  });

  test('without colours they are signs, averaged where there is no room', () => {
    expect(heatSigns(heat.maps[0]!, heat.extent, { columns: 20, rows: 9 })).toEqual(['+ --', '. . ']);
    expect(heatSigns(heat.maps[0]!, heat.extent, { columns: 2, rows: 1 })).toEqual(['. ']);
  });
});
