/** Records of a Parquet file, one group of rows at a time. */

import { statSync } from 'node:fs';
import zlib from 'node:zlib';
import { asyncBufferFromFile, type Compressors, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { Row } from './rows.ts';

/** A page cannot be read in part: one that claims to unpack to more is refused. */
const MOST_PAGE = 512 * 2 ** 20;
/** What all pages together may unpack to; a file of more is a data set, not a probe. */
const MOST_BYTES = 4 * 2 ** 30;
const MOST_ROWS = 10_000_000;

const limit = { maxOutputLength: MOST_PAGE };

/** The packings that Node brings. */
export const inflaters: Compressors = {
  GZIP: (bytes) => zlib.gunzipSync(bytes, limit),
  BROTLI: (bytes) => zlib.brotliDecompressSync(bytes, limit),
  ...(typeof zlib.zstdDecompressSync === 'function' && {
    ZSTD: (bytes) => zlib.zstdDecompressSync(bytes, limit),
  }),
};

/** All rows; text as text, pictures as bytes. @throws whatever is wrong with the file. */
export async function readParquet(path: string): Promise<Row[]> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const count = Number(metadata.num_rows);
  if (!(count >= 0 && count <= MOST_ROWS)) throw new Error(`it claims ${count} rows`);
  const columns = metadata.row_groups.flatMap((group) => group.columns);
  const unpacked = columns.reduce(
    (sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0),
    0,
  );
  if (!(unpacked >= 0 && unpacked <= MOST_BYTES))
    throw new Error(`its ${statSync(path).size} bytes claim to unpack to ${unpacked}`);
  const rows: Row[] = [];
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const found = await parquetReadObjects({
      file,
      metadata,
      rowStart,
      rowEnd,
      utf8: false,
      compressors: inflaters,
    });
    for (const [k, value] of found.entries()) {
      rows.push({ place: `row ${rowStart + k + 1}`, value: dropNulls(value) });
    }
    rowStart = rowEnd;
  }
  return rows;
}

/** Columns are nullable where records lack a field. */
function dropNulls(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== undefined));
}
