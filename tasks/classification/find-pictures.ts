/** Pictures by class: a folder of class folders, or Parquet files with pictures and labels. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../../src/errors.ts';
import type { ImageSource } from '../../src/images/decode.ts';
import { cacheImage } from '../image-cache.ts';
import { openParquet, type ParquetFile, parquetFailure } from '../parquet/open-parquet.ts';

/** A picture and the place of its class. */
export interface LabelledPicture {
  /** Unique within its class. */
  name: string;
  label: number;
  source: ImageSource;
}

/** Pictures with their classes. */
export interface FoundPictures {
  /** The classes in their order: folders by name, as torchvision counts them, or the labels of Parquet. */
  keys: string[];
  /** Whether the keys are names; else they are numbers that need some. */
  named: boolean;
  pictures: LabelledPicture[];
}

const ENDINGS = new Set(['.png', '.jpg', '.jpeg', '.webp', '.gif', '.tif', '.tiff']);
const imageSchema = z.looseObject({ bytes: z.instanceof(Uint8Array) });
const labelSchema = z.union([z.number().int(), z.bigint()]).transform(Number).pipe(z.number().int().min(0));
const namesSchema = z.looseObject({
  info: z.looseObject({
    features: z.record(z.string(), z.looseObject({ names: z.array(z.string()).optional() })),
  }),
});

/**
 * Finds the pictures in a folder.
 * @param splits beginnings of Parquet files' names, the wanted one first.
 * @throws InputError where there are none, or a file is damaged; ResultsError where the cache cannot be written.
 */
export async function findPictures(folder: string, splits: readonly string[]): Promise<FoundPictures> {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new InputError({ what: 'there are no pictures', where: folder, got: 'no such folder' });
  const places = [folder, ...subfolders(folder).map((name) => join(folder, name))];
  const files = places.flatMap((place) => parquetNames(place).map((name) => ({ place, name })));
  for (const split of splits) {
    const own = files.filter(({ name }) => name.startsWith(split));
    if (own.length > 0) return readParquetFiles(own.map(({ place, name }) => join(place, name)));
  }
  if (files.length > 0) return readParquetFiles(files.map(({ place, name }) => join(place, name)));
  return readFolders(folder);
}

function readFolders(folder: string): FoundPictures {
  const keys = subfolders(folder);
  const pictures = keys.flatMap((key, label) => {
    const names = readdirSync(join(folder, key)).filter(
      (name) => ENDINGS.has(extname(name).toLowerCase()) && !name.startsWith('.'),
    );
    return names.sort().map((name) => ({ name, label, source: { path: join(folder, key, name) } }));
  });
  if (keys.length >= 2 && pictures.length > 0) return { keys, named: true, pictures };
  throw new InputError({
    what: 'the folder holds no pictures by class',
    where: folder,
    expected: 'a folder of pictures per class, at least two, or Parquet files with pictures and labels',
    got: readdirSync(folder).slice(0, 8).join(', ') || 'an empty folder',
  });
}

function subfolders(folder: string): string[] {
  return readdirSync(folder)
    .filter(
      (name) =>
        !name.startsWith('.') && statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory(),
    )
    .sort((a, b) => (a < b ? -1 : 1));
}

function parquetNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.parquet'))
    .sort();
}

async function readParquetFiles(paths: readonly string[]): Promise<FoundPictures> {
  const pictures: LabelledPicture[] = [];
  let names: string[] | undefined;
  for (const path of paths) {
    const file = await openParquet(path);
    try {
      const found = await readParquetFile(file, path, pictures.length);
      pictures.push(...found.pictures);
      names ??= found.names;
    } catch (error) {
      throw parquetFailure(path, error);
    } finally {
      await file.close();
    }
  }
  const most = pictures.reduce((highest, { label }) => Math.max(highest, label), -1);
  if (most < 0) throw new InputError({ what: 'the Parquet files hold no picture', where: paths[0]! });
  if (names && names.length > most) return { keys: names, named: true, pictures };
  return { keys: Array.from({ length: most + 1 }, (_, k) => `${k}`), named: false, pictures };
}

async function readParquetFile(file: ParquetFile, path: string, before: number) {
  const columns = file.names;
  const image = ['image', 'img'].find((name) => columns.includes(name));
  const label = ['label', 'fine_label', 'labels'].find((name) => columns.includes(name));
  if (image === undefined || label === undefined) {
    throw new InputError({
      what: 'the Parquet file holds no pictures by class',
      where: path,
      expected: 'columns image and label',
      got: columns.slice(1, 12).join(', '),
    });
  }
  const pictures: LabelledPicture[] = [];
  for (const [group, { start }] of file.groups.entries()) {
    const rows = await file.rows(group, [image, label]);
    for (const [k, row] of rows.entries()) {
      const where = `${path}, row ${start + k + 1}`;
      const [bytes, value] = [imageSchema.safeParse(row[image]), labelSchema.safeParse(row[label])];
      if (!bytes.success) throw new InputError({ what: `column "${image}" holds no image bytes`, where });
      if (!value.success) throw new InputError({ what: `column "${label}" holds no class`, where });
      const name = `${before + start + k}`;
      pictures.push({ name, label: value.data, source: { path: cacheImage(bytes.data.bytes) } });
    }
  }
  return { pictures, names: namesIn(file.notes.huggingface, label) };
}

/** The names that the Hub's own writer puts beside the rows, where it did. */
function namesIn(stored: string | undefined, label: string): string[] | undefined {
  try {
    const parsed = namesSchema.safeParse(JSON.parse(stored ?? 'null'));
    return parsed.success ? parsed.data.info.features[label]?.names : undefined;
  } catch {
    return undefined;
  }
}
