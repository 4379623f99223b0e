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

test('the first images are begun when they are announced, another one with each that is taken', async () => {
  const { begun, ahead } = decoding();
  const list = sources(12);
  ahead.expect(list);
  expect(begun).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  for (const source of list) expect(await ahead.take(source)).toBe(image);
  expect(begun).toEqual(list.map((_, k) => `${k}`)); // each once, in order
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

test('what was dropped makes room', () => {
  const { begun, ahead } = decoding();
  ahead.expect(sources(20));
  ahead.clear();
  ahead.expect([{ path: 'next' }]);
  expect(begun.length).toBe(9);
  expect(begun.at(-1)).toBe('next');
});
