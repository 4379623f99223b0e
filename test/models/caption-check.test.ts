import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { openCaptionCheck } from '../../src/models/caption-check.ts';
import { describeClip } from '../../src/models/clip-folder.ts';
import { describeDiffusion } from '../../src/models/diffusion-folder.ts';
import { CLIP } from './tiny-world.ts';

const part = (name: string) =>
  fileURLToPath(new URL(`../../fixtures/parts/diffusion/${name}`, import.meta.url));
const cats = (count: number) => new Array(count).fill('cat').join(' ');

test('the first text encoder that is too short tells where a caption is cut', () => {
  const cutOf = openCaptionCheck(describeDiffusion(part('sd3-t5')));
  expect(cutOf(cats(5))).toBeUndefined();
  // Begin, 15 cats and end: one more than CLIP's 16 positions; T5 would take 256.
  expect(cutOf(cats(15))).toEqual({ limit: 16, length: 17 });
});

test('T5 alone takes what its pipeline gives it', () => {
  const cutOf = openCaptionCheck(describeDiffusion(part('pixart-alpha')));
  expect(cutOf(cats(100))).toBeUndefined();
  expect(cutOf(cats(130))).toEqual({ limit: 120, length: 131 });
});

test('classes are known by name', () => {
  const cutOf = openCaptionCheck(describeDiffusion(part('dit')));
  expect(cutOf(' Shape 7 ')).toBeUndefined();
  expect(() => cutOf('constructor')).toThrow(InputError);
  expect(() => cutOf('7')).toThrow(/one of its 10 classes by name, such as /);
});

test('a CLIP has one text encoder', () => {
  const cutOf = openCaptionCheck(describeClip(join(CLIP)));
  expect(cutOf('a red circle')).toBeUndefined();
  expect(cutOf(cats(200))).toMatchObject({ limit: 24 });
});
