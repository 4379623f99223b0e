/** Winoground's older layout: `examples.jsonl` with `images.zip`, or with the folder that unpacking it gives. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { InputError, messageOf } from '../../src/errors.ts';
import { listArchive } from '../../src/images/archive.ts';
import type { ImageSource } from '../../src/images/decode.ts';
import type { FoundRecord, FoundRecords } from './found.ts';
import { readWinogroundRecord } from './record.ts';

const ENDINGS = new Set(['.png', '.jpg', '.jpeg', '.webp']);

/**
 * Reads the records of `file` and finds their images by stem.
 * @throws InputError naming the line of the first record that cannot be used, unless such are skipped.
 */
export async function readJsonlLayout(file: string, skipBad: boolean): Promise<FoundRecords> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError({ what: 'cannot read the examples', where: file, got: messageOf(error) });
  }
  const { place, images } = await findImages(join(file, '..'));
  const found: FoundRecords = { records: [], failures: [] };
  for (const [k, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '') continue;
    const where = `${file}, line ${k + 1}`;
    try {
      found.records.push(readLine(line, where, (stem) => images.get(stem) ?? missing(stem, place, where)));
    } catch (error) {
      if (!skipBad || !(error instanceof InputError)) throw error;
      found.failures.push({ id: `line ${k + 1}`, message: error.message });
    }
  }
  return found;
}

function readLine(line: string, where: string, imageOf: (stem: string) => ImageSource): FoundRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new InputError({ what: 'a record is not JSON', where, got: messageOf(error) });
  }
  const record = readWinogroundRecord(value);
  if (typeof record === 'string')
    throw new InputError({ what: 'a record cannot be used', where, got: record });
  const [first, second] = ['image_0', 'image_1'].map((field) => {
    const stem = (value as Record<string, unknown>)[field];
    if (typeof stem === 'string' && stem !== '') return imageOf(stemOf(stem));
    throw new InputError({
      what: 'a record cannot be used',
      where,
      got: `field "${field}" is no image name`,
    });
  });
  return { record, images: [first!, second!], where };
}

/** All images beside the records by their stem: from the archive where there is one, else from the folder. */
async function findImages(folder: string): Promise<{ place: string; images: Map<string, ImageSource> }> {
  const archive = join(folder, 'images.zip');
  const images = new Map<string, ImageSource>();
  const add = (name: string, source: ImageSource, place: string) => {
    if (!ENDINGS.has(extname(name).toLowerCase()) || basename(name).startsWith('.')) return;
    const stem = stemOf(name);
    if (images.has(stem)) {
      throw new InputError({
        what: 'two images have one name',
        where: place,
        got: `"${stem}"`,
        fix: 'Keep the archive as it was published.',
      });
    }
    images.set(stem, source);
  };
  if (existsSync(archive)) {
    // macOS's own packer adds a shadow of every file.
    for (const [name, source] of await listArchive(archive))
      if (!name.startsWith('__MACOSX/')) add(name, source, archive);
    return { place: archive, images };
  }
  const place = join(folder, 'images');
  if (!existsSync(place) || !statSync(place).isDirectory()) {
    throw new InputError({
      what: "Winoground's images are missing",
      where: folder,
      expected: 'images.zip, or the folder images',
      fix: 'Download the file beside examples.jsonl as well.',
    });
  }
  for (const name of readdirSync(place)) add(name, { path: join(place, name) }, place);
  return { place, images };
}

/** `ex_0_img_0` of `images/ex_0_img_0.png`, and of the bare stem. */
function stemOf(name: string): string {
  const base = basename(name);
  const ending = extname(base).toLowerCase();
  return ENDINGS.has(ending) ? base.slice(0, -ending.length) : base;
}

function missing(stem: string, place: string, where: string): never {
  throw new InputError({ what: 'an image is missing', where, expected: `${stem}.png in ${place}` });
}
