/** Reading a benchmark's Parquet files, whose pictures go to the cache, once. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../../src/errors.ts';
import type { ImageSource } from '../../src/images/decode.ts';
import { cacheImage } from '../image-cache.ts';
import { openParquet, type ParquetFile, parquetFailure } from '../parquet/open-parquet.ts';
import type { BenchmarkRecords } from './benchmark.ts';
import { collect, joined, type Read } from './record-file.ts';

const imageSchema = z.looseObject({ bytes: z.instanceof(Uint8Array) });

/** What is read of a Parquet file. */
export interface ParquetColumns {
  /** Columns of values; those that a file lacks are left out. */
  values: readonly string[];
  /** Columns of pictures as the Hub stores them: a struct with `bytes`. */
  images: readonly string[];
}

/** The Parquet files of a split: `data/<split>-*.parquet`, in the folder or its `data`; in order. */
export function parquetFiles(folder: string, split: string): string[] {
  for (const place of [join(folder, 'data'), folder]) {
    if (!existsSync(place)) continue;
    const names = readdirSync(place).filter((name) => name.startsWith(split) && name.endsWith('.parquet'));
    if (names.length > 0) return names.sort().map((name) => join(place, name));
  }
  return [];
}

/**
 * Reads rows as records by `read`, which gets the values of a row and its pictures. One group of rows and one column of
 * pictures at a time are in memory.
 * @throws InputError naming file and row of what cannot be used, unless such records are skipped; ResultsError where the
 *   cache cannot be written.
 */
export async function readParquet(
  files: readonly string[],
  { columns, skipBad }: { columns: ParquetColumns; skipBad: boolean },
  read: (row: Record<string, unknown>, images: ImageSource[], key: string) => Read,
): Promise<BenchmarkRecords> {
  const parts: BenchmarkRecords[] = [];
  let count = 0;
  for (const path of files) {
    const file = await openParquet(path);
    try {
      const rows = await readRows(file, path, columns);
      const entries = rows.map((row, k) => [`${count + k}`, row] as const);
      count += rows.length;
      parts.push(
        collect(entries, { path, skipBad }, (value, key) => {
          const { row, images } = value as Row;
          const bad = images.indexOf(undefined);
          if (bad >= 0) return `column "${columns.images[bad]}" holds no image bytes`;
          return read(row, images as ImageSource[], key);
        }),
      );
    } catch (error) {
      throw parquetFailure(path, error);
    } finally {
      await file.close();
    }
  }
  return joined(parts);
}

interface Row {
  row: Record<string, unknown>;
  images: (ImageSource | undefined)[];
}

async function readRows(file: ParquetFile, path: string, columns: ParquetColumns): Promise<Row[]> {
  const { names } = file;
  const lacking = columns.images.filter((name) => !names.includes(name));
  if (lacking.length > 0) {
    throw new InputError({
      what: 'the Parquet file is of another data set',
      where: path,
      expected: `columns ${lacking.join(', ')}`,
      got: names.slice(1, 12).join(', '),
    });
  }
  const rows: Row[] = [];
  for (const [group, { start, end }] of file.groups.entries()) {
    const values = columns.values.filter((name) => names.includes(name));
    const read = await file.rows(group, values);
    const own: Row[] = Array.from({ length: end - start }, (_, k) => ({
      row: read[k] ?? {},
      images: [],
    }));
    for (const column of columns.images) {
      const cells = await file.rows(group, [column]);
      for (const [k, cell] of cells.entries()) {
        const image = imageSchema.safeParse(cell[column]);
        own[k]!.images.push(image.success ? { path: cacheImage(image.data.bytes) } : undefined);
      }
    }
    rows.push(...own);
  }
  return rows;
}
