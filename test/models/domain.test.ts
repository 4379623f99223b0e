import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError, ModelFileError } from '../../src/errors.ts';
import {
  checkCaption,
  checkImageSize,
  DOMAIN_FILE,
  type Domain,
  readDomain,
} from '../../src/models/domain.ts';
import { loadProbeFolder } from '../../tasks/probe-folder.ts';
import { temporaryFolder } from '../temporary.ts';
import { CLIP, DIFFUSION, PROBE } from './tiny-world.ts';

const domain: Domain = { name: 'small', words: ['a', 'red', 'cat', '7'], image: { width: 64, height: 48 } };

describe('readDomain', () => {
  test('both embedded models declare the same one, which covers the probe', async () => {
    const declared = readDomain(DIFFUSION)!;
    expect(readDomain(CLIP)).toEqual(declared);
    const { examples, images } = await loadProbeFolder(PROBE);
    for (const { captions } of examples)
      for (const caption of captions) checkCaption(declared, caption, 'probe');
    for (const size of images.flat()) checkImageSize(declared, size, 'probe');
  });

  test('a folder without the file, or a file without the field, bounds nothing', () => {
    const folder = temporaryFolder();
    expect(readDomain(folder)).toBeUndefined();
    writeFileSync(join(folder, DOMAIN_FILE), '{"format": 1}');
    expect(readDomain(folder)).toBeUndefined();
  });

  test('a damaged file is refused by its name', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, DOMAIN_FILE), '{"domain": {"name": "x"}}');
    expect(() => readDomain(folder)).toThrow(ModelFileError);
    expect(() => readDomain(folder)).toThrow(join(folder, DOMAIN_FILE));
  });
});

describe('checkCaption', () => {
  test.each(['a red cat', 'A RED CAT!', '  red,cat;7 ', '', '...'])('"%s" is known', (caption) => {
    expect(() => checkCaption(domain, caption, 'x')).not.toThrow();
  });

  test.each([
    ['a red dog', '"dog"'],
    ['a réd cat', '"réd"'],
    ['cats', '"cats"'],
    ['a 77', '"77"'],
    ['猫 and cat', '"猫", "and"'],
    ['dog dog DOG', 'the word "dog"'],
    ['a 😀 cat 👩‍👧', '"😀", "👩‍👧"'],
    ['लाल हिन्दी', '"लाल", "हिन्दी"'],
    ['b c d e f g h', 'the words "b", "c", "d", "e", "f" and 2 more'],
  ])('"%s" is refused for %s', (caption, words) => {
    expect(() => checkCaption(domain, caption, 'caption 3')).toThrow(InputError);
    expect(() => checkCaption(domain, caption, 'caption 3')).toThrow(words);
    expect(() => checkCaption(domain, caption, 'caption 3')).toThrow(/caption 3.*a, red, cat, 7.*--force/);
  });
});

describe('checkImageSize', () => {
  test('takes its own size only', () => {
    expect(() => checkImageSize(domain, { width: 64, height: 48 }, 'x')).not.toThrow();
    for (const size of [
      { width: 48, height: 64 },
      { width: 64, height: 64 },
      { width: 640, height: 480 },
    ]) {
      expect(() => checkImageSize(domain, size, 'x.png')).toThrow(InputError);
      expect(() => checkImageSize(domain, size, 'x.png')).toThrow(
        `x.png (expected 64 x 48 pixels, got ${size.width} x`,
      );
    }
  });
});
