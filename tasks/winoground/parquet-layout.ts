/** Winoground's newer layout: Parquet files that hold the images as bytes. */

import { z } from 'zod';
import { InputError } from '../../src/errors.ts';
import type { ImageSource } from '../../src/images/decode.ts';
import { cacheImage } from '../image-cache.ts';
import { openParquet, type ParquetFile, parquetFailure } from '../parquet/open-parquet.ts';
import type { FoundRecord, FoundRecords } from './found.ts';
import { readWinogroundRecord } from './record.ts';

const IMAGES = ['image_0', 'image_1'] as const;
const TEXTS = ['id', 'caption_0', 'caption_1', 'tag', 'secondary_tag', 'collapsed_tag', 'num_main_preds'];
const imageSchema = z.looseObject({ bytes: z.instanceof(Uint8Array) });

/**
 * Reads the records of the files in order. Their images go to the cache, once: a page of Parquet cannot be read in
 * part, workers would each unpack hundreds of megabytes for one image, and all of them in memory would be as much again.
 * @throws InputError naming file and row of what cannot be used, unless such records are skipped; ResultsError where the
 *   cache cannot be written.
 */
export async function readParquetLayout(files: readonly string[], skipBad: boolean): Promise<FoundRecords> {
  const found: FoundRecords = { records: [], failures: [] };
  for (const path of files) {
    const file = await openParquet(path);
    try {
      await readShard(file, { path, skipBad }, found);
    } catch (error) {
      throw parquetFailure(path, error);
    } finally {
      await file.close();
    }
  }
  return found;
}

async function readShard(
  file: ParquetFile,
  { path, skipBad }: { path: string; skipBad: boolean },
  found: FoundRecords,
): Promise<void> {
  const columns = file.names;
  const lacking = ['id', 'caption_0', 'caption_1', ...IMAGES].filter((name) => !columns.includes(name));
  if (lacking.length > 0) {
    throw new InputError({
      what: "the Parquet file is not Winoground's",
      where: path,
      expected: `columns ${lacking.join(', ')}`,
      got: columns.slice(1, 12).join(', '),
    });
  }
  // One group of rows and one image column at a time: that is what is in memory.
  for (const [group, { start }] of file.groups.entries()) {
    const rows = await file.rows(
      group,
      TEXTS.filter((name) => columns.includes(name)),
    );
    const images: (ImageSource | string)[][] = rows.map(() => []);
    for (const column of IMAGES) {
      const cells = await file.rows(group, [column]);
      for (const [k, cell] of cells.entries()) images[k]!.push(storeImage(cell[column], column));
    }
    for (const [k, row] of rows.entries()) {
      const where = `${path}, row ${start + k + 1}`;
      try {
        found.records.push(toFound(row, images[k]!, where));
      } catch (error) {
        if (!skipBad || !(error instanceof InputError)) throw error;
        found.failures.push({ id: `row ${start + k + 1}`, message: error.message });
      }
    }
  }
}

function toFound(row: unknown, images: readonly (ImageSource | string)[], where: string): FoundRecord {
  const record = readWinogroundRecord(row);
  if (typeof record === 'string')
    throw new InputError({ what: 'a record cannot be used', where, got: record });
  const [first, second] = images.map((image) => {
    if (typeof image !== 'string') return image;
    throw new InputError({ what: 'a record cannot be used', where, got: image });
  });
  return { record, images: [first!, second!], where };
}

/** Puts an image into the cache under the name of its contents; a phrase where the cell holds none. */
function storeImage(cell: unknown, column: string): ImageSource | string {
  const image = imageSchema.safeParse(cell);
  if (!image.success) return `column "${column}" holds no image bytes`;
  return { path: cacheImage(image.data.bytes) };
}
