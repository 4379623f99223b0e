/** Records of a Parquet file, one group of rows at a time. */

import { statSync } from 'node:fs';
import zlib from 'node:zlib';
import {
  asyncBufferFromFile,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet';
import { InputError, messageOf, ResultsError } from '../../src/errors.ts';
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

/** All rows; text as text, pictures as bytes. @throws InputError where it claims too much; anything where it is damaged. */
export async function readParquet(path: string): Promise<Row[]> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const count = Number(metadata.num_rows);
  if (!(count >= 0 && count <= MOST_ROWS)) refuse(path, `it claims ${count} rows`);
  const columns = metadata.row_groups.flatMap((group) => group.columns);
  const unpacked = columns.reduce(
    (sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0),
    0,
  );
  if (!(unpacked >= 0 && unpacked <= MOST_BYTES))
    refuse(path, `its ${statSync(path).size} bytes claim to unpack to ${unpacked}`);
  checkColumns(path, metadata);
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

/**
 * Demands that every group of rows has the columns of the schema, each once. The library reads all that a group lists, and
 * an error in one that the schema lacks would end the process: nobody waits for it.
 */
export function checkColumns(path: string, metadata: FileMetaData): void {
  const wanted = leavesOf(parquetSchema(metadata)).sort().join('\n');
  for (const { columns } of metadata.row_groups) {
    const found = columns.map(({ meta_data }) => meta_data?.path_in_schema.join('.')).sort();
    if (found.join('\n') !== wanted) refuse(path, 'columns that its schema does not have');
  }
}

function leavesOf({ children, path }: SchemaTree): string[] {
  return children.length === 0 ? [path.join('.')] : children.flatMap(leavesOf);
}

function refuse(where: string, got: string): never {
  throw new InputError({ what: 'the Parquet file is not one that is read', where, got });
}

/** Columns are nullable where records lack a field. */
function dropNulls(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== undefined));
}

/** What a failure to read a Parquet file is told as: our own errors as they are, anything else as a sentence. */
export function parquetFailure(path: string, error: unknown): unknown {
  if (error instanceof InputError || error instanceof ResultsError) return error;
  return new InputError({
    what: 'cannot read the Parquet file',
    where: path,
    got: messageOf(error),
    fix: 'Download it again.',
    cause: error,
  });
}
