import { expect, test } from 'vitest';
import type { ImageSource, RgbImage } from '../../src/images/decode.ts';
import { ImagesAhead } from '../../src/scoring/images-ahead.ts';

const image: RgbImage = { width: 1, height: 1, data: new Uint8Array(3) };
const sources = (count: number): ImageSource[] => Array.from({ length: count }, (_, k) => ({ path: `${k}` }));

/** What was decoded so far, by path. */
function decoding() {
  const begun: string[] = [];
  const ahead = new ImagesAhead(async (source) => {
    begun.push((source as { path: string }).path);
    return image;
  });
  return { begun, ahead };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('eight images are decoded at a time, each once and in order', async () => {
  const { begun, ahead } = decoding();
  const list = sources(12);
  ahead.expect(list);
  expect(begun).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  await settled();
  expect(begun).toEqual(list.map((_, k) => `${k}`));
  for (const source of list) expect(await ahead.take(source)).toBe(image);
  expect(begun.length).toBe(12);
});

test('what waits is bounded by its bytes: one that is taken lets the next begin', async () => {
  const begun: ImageSource[] = [];
  const large: RgbImage = { width: 0, height: 0, data: new Uint8Array(8 * 2 ** 20) };
  const ahead = new ImagesAhead(async (source) => {
    begun.push(source);
    return large;
  });
  const list = sources(20);
  ahead.expect(list);
  await settled();
  expect(begun).toEqual(list.slice(0, 8)); // 64 MiB
  await ahead.take(list[0]!);
  await settled();
  expect(begun).toEqual(list.slice(0, 16)); // eight at a time, whose sizes are not known before
  await ahead.take(list[1]!);
  expect(begun.length).toBe(16);
  ahead.clear();
  ahead.expect(list.slice(16));
  expect(begun).toEqual(list);
});

test('one that is taken before it is begun is decoded once', async () => {
  const { begun, ahead } = decoding();
  const list = sources(10);
  ahead.expect(list);
  await ahead.take(list[9]!);
  await settled();
  expect(begun.length).toBe(10);
});

test('images announced twice are decoded once', async () => {
  const { begun, ahead } = decoding();
  const list = sources(3);
  ahead.expect(list);
  ahead.expect(list);
  for (const source of list) await ahead.take(source);
  expect(begun).toEqual(['0', '1', '2']);
});

test('an image that nobody announced is decoded when it is taken', async () => {
  const { begun, ahead } = decoding();
  await ahead.take({ path: 'unknown' });
  expect(begun).toEqual(['unknown']);
});

test('one that cannot be read fails for whoever takes it, and for nobody else', async () => {
  const [good, bad] = sources(2) as [ImageSource, ImageSource];
  const ahead = new ImagesAhead(async (source) => {
    if (source === bad) throw new Error('damaged');
    return image;
  });
  ahead.expect([bad, good]);
  await new Promise((resolve) => setImmediate(resolve)); // an unhandled rejection would end the test
  expect(await ahead.take(good)).toBe(image);
  await expect(ahead.take(bad)).rejects.toThrow('damaged');
});

test('what was dropped makes room as soon as it is decoded', async () => {
  const { begun, ahead } = decoding();
  ahead.expect(sources(20));
  ahead.clear();
  ahead.expect([{ path: 'next' }]);
  expect(begun.length).toBe(8);
  await settled();
  expect(begun.length).toBe(9);
  expect(begun.at(-1)).toBe('next');
});
