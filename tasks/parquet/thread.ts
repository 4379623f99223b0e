/** A thread that reads Parquet files, one after the other: a damaged one can make the library read for ever, and then only it is ended. */

import { statSync } from 'node:fs';
import { isMarkedAsUntransferable, parentPort } from 'node:worker_threads';
import zlib from 'node:zlib';
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet';
import { messageOf } from '../../src/errors.ts';

/** Sent to the thread: a file to open in place of the last one, or rows of a group of it, of some of its columns. */
export type ParquetRequest =
  | {
      type: 'open';
      path: string;
      /** What all pages together may unpack to. */
      mostBytes: number;
    }
  | { type: 'rows'; group: number; columns?: readonly string[] };

/** What a file holds, as its end says. */
export interface ParquetOutline {
  /** Names of the schema's elements, those within others too. */
  names: string[];
  /** What its writer put beside the rows, such as the Hub's names of classes. */
  notes: Record<string, string>;
  /** Per group of rows where it begins and ends, and the bytes that it unpacks to. */
  groups: { start: number; end: number; bytes: number }[];
}

/** Sent by the thread; what is refused is not one that is read, what failed is damaged. */
export type ParquetReply =
  | { type: 'outline'; outline: ParquetOutline }
  | { type: 'rows'; rows: Record<string, unknown>[] }
  | { type: 'refused' | 'failed'; got: string };

/** A page cannot be read in part: one that claims to unpack to more is refused. */
const MOST_PAGE = 512 * 2 ** 20;
const MOST_ROWS = 10_000_000;

const limit = { maxOutputLength: MOST_PAGE };

/** The packings that Node brings. */
const inflaters: Compressors = {
  GZIP: (bytes) => zlib.gunzipSync(bytes, limit),
  BROTLI: (bytes) => zlib.brotliDecompressSync(bytes, limit),
  ...(typeof zlib.zstdDecompressSync === 'function' && {
    ZSTD: (bytes) => zlib.zstdDecompressSync(bytes, limit),
  }),
};

class Refusal extends Error {}

let file: AsyncBuffer;
let metadata: FileMetaData;
let groups: ParquetOutline['groups'];

async function open({ path, mostBytes }: Extract<ParquetRequest, { type: 'open' }>): Promise<ParquetOutline> {
  file = await asyncBufferFromFile(path);
  metadata = await parquetMetadataAsync(file);
  const count = Number(metadata.num_rows);
  if (!(count >= 0 && count <= MOST_ROWS)) throw new Refusal(`it claims ${count} rows`);
  let start = 0;
  groups = metadata.row_groups.map(({ num_rows, columns }) => {
    const end = start + Number(num_rows);
    const bytes = columns.reduce((sum, column) => sum + Number(column.meta_data?.total_uncompressed_size), 0);
    const group = { start, end, bytes };
    start = end;
    return group;
  });
  if (groups.some(({ start, end }) => !(end >= start && end <= MOST_ROWS)) || start > MOST_ROWS)
    throw new Refusal(`its groups claim ${start} rows`);
  const unpacked = groups.reduce((sum, { bytes }) => sum + bytes, 0);
  if (!(unpacked >= 0 && unpacked <= mostBytes))
    throw new Refusal(`its ${statSync(path).size} bytes claim to unpack to ${unpacked}`);
  checkColumns();
  const pairs = (metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? ''] as const);
  return { names: metadata.schema.map(({ name }) => name), notes: Object.fromEntries(pairs), groups };
}

/** Demands that every group of rows has the columns of the schema, each once: the library reads all that a group lists. */
function checkColumns(): void {
  const wanted = leavesOf(parquetSchema(metadata)).sort().join('\n');
  for (const { columns } of metadata.row_groups) {
    const found = columns.map(({ meta_data }) => meta_data?.path_in_schema.join('.')).sort();
    if (found.join('\n') !== wanted) throw new Refusal('columns that its schema does not have');
  }
}

function leavesOf({ children, path: names }: SchemaTree): string[] {
  return children.length === 0 ? [names.join('.')] : children.flatMap(leavesOf);
}

function rowsOf({
  group,
  columns,
}: Extract<ParquetRequest, { type: 'rows' }>): Promise<Record<string, unknown>[]> {
  const { start: rowStart, end: rowEnd } = groups[group]!;
  const options = { file, metadata, rowStart, rowEnd, utf8: false, compressors: inflaters };
  return parquetReadObjects({ ...options, ...(columns && { columns: [...columns] }) });
}

/** Memory of pictures, which is handed over and not copied. */
function buffersOf(rows: readonly Record<string, unknown>[]): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const visit = (value: unknown): void => {
    if (value instanceof Uint8Array) {
      const { buffer } = value;
      // Small ones lie in a pool of Node's, which stays: they are copied.
      if (buffer instanceof ArrayBuffer && !isMarkedAsUntransferable(buffer)) found.add(buffer);
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  rows.forEach(visit);
  return [...found];
}

function fail(error: unknown): void {
  if (error instanceof Refusal) {
    reply({ type: 'refused', got: error.message });
    return;
  }
  // What the library says that did not reckon with a file tells nothing of it.
  const isSurprise = error instanceof TypeError || error instanceof RangeError;
  const got = messageOf(error);
  reply({ type: 'failed', got: isSurprise || /undefined/.test(got) ? 'its pages are damaged' : got });
}

function reply(message: ParquetReply, transfer: ArrayBuffer[] = []): void {
  parentPort!.postMessage(message, transfer);
}

parentPort!.on('message', (request: ParquetRequest) => {
  if (request.type === 'open') open(request).then((outline) => reply({ type: 'outline', outline }), fail);
  else rowsOf(request).then((rows) => reply({ type: 'rows', rows }, buffersOf(rows)), fail);
});
