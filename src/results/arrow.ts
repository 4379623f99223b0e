/**
 * The only use of apache-arrow: two declared schemas, whole record batches appended to streams, and files.
 *
 * Columns are built for the declared schema, never inferred: arrow-js drops a batch without a word whose inferred
 * types differ from the first one's.
 */

import {
  Binary,
  type DataType,
  Field,
  Float32,
  Float64,
  Int16,
  Int32,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import { EMPTY_SEAL, sealBytes, sealedLength } from './sealed-bytes.ts';

/** Typed columns of some trial rows, in any order of rows. */
export interface TrialColumns {
  example: string[];
  image: Int16Array;
  /** −1 for the empty caption. */
  caption: Int16Array;
  timestep: Float32Array;
  noise: Int32Array;
  mse: Float64Array;
  mae: Float64Array;
  huber: Float64Array;
  /** Parts of the variational bound, of models that have them. */
  kl?: Float64Array;
  nll?: Float64Array;
  /** Place in the manifest's list of numeric settings. */
  numerics: Int16Array;
}

/** One row per pair: its error map, summed over its first `trials` trials and all channels. */
export interface MapColumns {
  example: string[];
  image: Int16Array;
  /** −1 for the empty caption. */
  caption: Int16Array;
  trials: Int32Array;
  numerics: Int16Array;
  /** Each float32 little-endian `[H · W]`. */
  sums: Uint8Array[];
}

const TYPES = {
  trials: {
    example: new Utf8(),
    image: new Int16(),
    caption: new Int16(),
    timestep: new Float32(),
    noise: new Int32(),
    mse: new Float64(),
    mae: new Float64(),
    huber: new Float64(),
    numerics: new Int16(),
  },
  maps: {
    example: new Utf8(),
    image: new Int16(),
    caption: new Int16(),
    trials: new Int32(),
    numerics: new Int16(),
    sums: new Binary(),
  },
} satisfies Record<string, Record<string, DataType>>;

/** Columns that a table has or has not: all of a scorer's tables alike. */
const OPTIONAL = { trials: { kl: new Float64(), nll: new Float64() }, maps: {} } satisfies Record<
  string,
  Record<string, DataType>
>;

export type TableKind = keyof typeof TYPES;
export type Columns<K extends TableKind> = K extends 'trials' ? TrialColumns : MapColumns;

/** The end of every complete Arrow stream: a continuation marker and length zero. */
const END_MARK = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];
const END_OF_STREAM = END_MARK.length;

/** Rows per record batch of a file: small enough to read one at a time. */
const FILE_BATCH = 65_536;

/** The metadata that holds a seal. */
const SEAL = 'winoscope';

/** Encodes rows for appending to one stream file: the schema once, then batches, at last the end mark. */
export class StreamEncoder<K extends TableKind> {
  readonly #schema: Schema;
  /** The stream's first bytes: magic-less schema message. */
  readonly header: Uint8Array;

  /** @param optional names of the optional columns that every batch has. */
  constructor(kind: K, metadata: Record<string, string>, optional: readonly string[] = []) {
    this.#schema = schemaOf(kind, metadata, optional);
    this.header = sealBytes(this.#encode([]).slice(0, -END_OF_STREAM));
  }

  /** One record batch as bytes to append, without the schema and the end mark that a stream of its own would have. */
  batch(columns: Columns<K>): Uint8Array {
    const batch = recordBatch(this.#schema, columns, true);
    return sealBytes(this.#encode([batch]).subarray(this.header.length, -END_OF_STREAM));
  }

  /** The mark that proves a stream complete. */
  get end(): Uint8Array {
    return Uint8Array.from(END_MARK);
  }

  #encode(batches: RecordBatch[]): Uint8Array {
    const writer = new RecordBatchStreamWriter();
    writer.reset(undefined, this.#schema);
    for (const batch of batches) writer.write(batch);
    writer.finish();
    return writer.toUint8Array(true);
  }
}

/** All rows as one Arrow file, sealed. */
export function encodeFile<K extends TableKind>(
  kind: K,
  metadata: Record<string, string>,
  columns: Columns<K>,
): Uint8Array {
  const optional = Object.keys(OPTIONAL[kind]).filter((name) => name in columns);
  const schema = schemaOf(kind, metadata, optional);
  const writer = new RecordBatchFileWriter();
  writer.reset(undefined, schema);
  for (let at = 0; at < columns.example.length; at += FILE_BATCH) {
    writer.write(recordBatch(schema, slice(columns, at, at + FILE_BATCH)));
  }
  writer.finish();
  return sealBytes(writer.toUint8Array(true));
}

/** What became of reading a stream. */
export interface StreamEnd {
  /** Whether bytes behind the last whole batch were left: a write that was cut off, or damage. */
  cut: boolean;
}

/**
 * Every record batch of a stream or file, in order; nothing is parsed that does not bear its seal.
 * @param torn whether the end may be missing, as in a segment of a killed session: batches are appended one write at
 *   a time, so what lies before a tear is whole. A file is written at once: an error in it is damage.
 * @param end is told whether a stream was read to its end.
 * @throws Error where the bytes are damaged and may not be torn, or hold another table.
 */
export function* decodeBatches<K extends TableKind>(
  kind: K,
  bytes: Uint8Array,
  { torn, end }: { torn: boolean; end?: StreamEnd },
): Generator<Columns<K>> {
  const whole = torn ? wholePart(bytes) : sealedLength(bytes) === bytes.length ? bytes.length : 0;
  if (!torn && whole === 0) throw new Error('its checksum does not fit');
  if (end && bytes.subarray(whole).some((byte, k) => byte !== END_MARK[k])) end.cut = true;
  if (whole === 0) return;
  for (const batch of RecordBatchReader.from(bytes.subarray(0, whole))) yield readColumns(kind, batch);
}

/** Bytes of a stream that are whole: its schema and the batches before the first that is cut off or damaged. */
function wholePart(bytes: Uint8Array): number {
  let whole = 0;
  for (;;) {
    const length = sealedLength(bytes, whole);
    if (length === undefined) return whole;
    whole += length;
  }
}

/** The declared columns of a batch. @throws Error where one is missing: the table is another one. */
function readColumns<K extends TableKind>(kind: K, batch: RecordBatch): Columns<K> {
  const optional = Object.keys(OPTIONAL[kind]).filter((name) => batch.getChild(name));
  const columns = [...Object.keys(TYPES[kind]), ...optional].map((name) => {
    const vector = batch.getChild(name);
    if (!vector) throw new Error(`column "${name}" is missing`);
    if (name === 'example') return [name, readStrings(vector as Vector<Utf8>)];
    return [name, name === 'sums' ? [...vector] : vector.toArray()];
  });
  return Object.fromEntries(columns) as Columns<K>;
}

/** Strings of a column in which neighbours are mostly equal: those are decoded once. */
function readStrings(vector: Vector<Utf8>): string[] {
  const strings: string[] = [];
  for (const { values, valueOffsets, length } of vector.data) {
    let [from, end, text] = [0, 0, ''];
    for (let k = 0; k < length; k++) {
      const [start, stop] = [valueOffsets[k]!, valueOffsets[k + 1]!];
      let isSame = k > 0 && stop - start === end - from;
      for (let at = start; isSame && at < stop; at++) isSame = values[at] === values[from + at - start];
      if (!isSame) text = decoder.decode(values.subarray(start, stop));
      [from, end] = [start, stop];
      strings.push(text);
    }
  }
  return strings;
}

const decoder = new TextDecoder();

/** Metadata of the schema: the run's identity among it. Undefined where not even the schema is whole. */
export function readMetadata(bytes: Uint8Array): Map<string, string> | undefined {
  // Of a stream, the schema is a piece of its own.
  const length = sealedLength(bytes);
  if (length === undefined) return undefined;
  const reader = RecordBatchReader.from(bytes.subarray(0, length));
  reader.open();
  return reader.schema.metadata;
}

function schemaOf(kind: TableKind, metadata: Record<string, string>, optional: readonly string[]): Schema {
  const types = [
    ...Object.entries(TYPES[kind]),
    ...Object.entries(OPTIONAL[kind]).filter(([name]) => optional.includes(name)),
  ];
  const fields = types.map(([name, type]) => new Field(name, type as DataType, false));
  return new Schema(fields, new Map(Object.entries({ ...metadata, [SEAL]: EMPTY_SEAL })));
}

/** @param sealed whether the batch has a place for a seal of its own, as in a stream */
function recordBatch<K extends TableKind>(schema: Schema, columns: Columns<K>, sealed = false): RecordBatch {
  const children = schema.fields.map(({ name, type }) => {
    const values = (columns as unknown as Record<string, ArrayBufferView | unknown[]>)[name]!;
    if (Array.isArray(values)) return vectorFromArray(values, type).data[0]!;
    return makeData({ type: type as Float64, data: values as Float64Array });
  });
  const length = columns.example.length;
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }),
    sealed ? new Map([[SEAL, EMPTY_SEAL]]) : undefined,
  );
}

function slice<K extends TableKind>(columns: Columns<K>, from: number, to: number): Columns<K> {
  const entries = Object.entries(columns) as [string, { slice(from: number, to: number): unknown }][];
  return Object.fromEntries(
    entries.map(([name, values]) => [name, values.slice(from, to)]),
  ) as unknown as Columns<K>;
}
