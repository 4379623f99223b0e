/** What pages hold of tasks whose captions and images are not free. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { GalleryData } from '../../../src/report/html/gallery-format.ts';
import { PICTURE_SIDE } from '../../../src/report/html/pictures.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { hostileTask, made, writeReport } from './made-pages.ts';

const folder = temporaryFolder();

/** The data block of a page, and its text. */
async function pageOf(name: string, redistribution: 'free' | 'limited' | 'none', embedImages?: number) {
  const task = await hostileTask(8, { redistribution, license: 'Some terms.' });
  const run = made(folder, name, { task });
  const text = readFileSync(
    await writeReport(folder, [run], embedImages === undefined ? {} : { embedImages }),
    'utf8',
  );
  const [, block] = /<script type="application\/json" id="gallery-data">(.*?)<\/script>/s.exec(text)!;
  return {
    text,
    data: JSON.parse(block!) as GalleryData,
    captions: task.examples.flatMap((one) => one.captions),
  };
}

test('a free task: every caption and image is in the page, and the terms are said', async () => {
  const { text, data, captions } = await pageOf('free', 'free');
  const shown = data.examples.flatMap((example) => example.captions);
  // All but one that turns text about and one without end, which other tests look at.
  const isPlain = (_: unknown, k: number) => k !== 2 && k !== 3;
  expect(shown.filter(isPlain)).toEqual(captions.filter(isPlain));
  expect(shown).toHaveLength(captions.length);
  // The second has an id by which its task does not know it, so its pictures are not found; the first only other captions.
  expect(data.examples.flatMap(({ images }) => images).filter((place) => place >= 0)).toHaveLength(14);
  for (const uri of data.pictures) expect(uri).toMatch(/^data:image\/(png|webp);base64,/);
  expect(text).toContain('Some terms. Captions and images may be passed on');
});

test.each(['limited', 'none'] as const)(
  'a %s task: ids, tags and scores, and not one caption or image',
  async (redistribution) => {
    const { text, data, captions } = await pageOf(`${redistribution}-bare`, redistribution);
    expect(data.pictures).toEqual([]);
    expect(new Set(data.examples.flatMap((example) => example.captions))).toEqual(new Set([null]));
    for (const caption of captions) expect(text).not.toContain(caption);
    expect(text).not.toContain('data:image');
    expect(data.examples.map(({ id }) => id)).toEqual(['0', '1\\u202e', '2', '3', '4', '5', '6', '7']);
    expect(text).toContain('The licence of the data keeps its captions and images out of this page');
  },
);

test('a limited task with --embed-images: so many images, with the captions of their examples alone', async () => {
  const { data, text } = await pageOf('limited-some', 'limited', 5);
  const shown = data.examples.filter(({ images }) => images.every((place) => place >= 0));
  // Two images an example: the fifth has no fellow.
  expect(shown).toHaveLength(2);
  for (const example of data.examples)
    expect(example.captions.every((caption) => (caption !== null) === shown.includes(example))).toBe(true);
  expect(text).toContain('this page holds 4 images');
});

test('--embed-images refuses what a licence does not allow', async () => {
  await expect(pageOf('none-some', 'none', 1)).rejects.toThrow(/may not be copied/);
  await expect(pageOf('limited-many', 'limited', 101)).rejects.toThrow(/expected at most 100, got 101/);
  const { data } = await pageOf('free-none', 'free', 0);
  expect(data.pictures).toEqual([]);
});

test('pictures are small', () => {
  expect(PICTURE_SIDE).toBeLessThanOrEqual(256);
});
