/** Rows of plain values as Arrow tables and as Arrow files, for programs that read columns. */

import {
  Bool,
  type DataType,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int16,
  Int32,
  List,
  RecordBatchFileWriter,
  Schema,
  Table,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';

/** Types that a column of rows may have; a value that is null or undefined is null. */
export type ColumnType =
  | 'text'
  | 'texts'
  | 'int16'
  | 'int32'
  | 'float32'
  | 'float64'
  | 'bool'
  | { floats: number };

/** Columns by name, in order. */
export type ColumnTypes<Row> = { [K in keyof Row & string]-?: ColumnType };

const PLAIN: Record<Exclude<ColumnType, object>, () => DataType> = {
  text: () => new Utf8(),
  texts: () => new List(new Field('item', new Utf8(), false)),
  int16: () => new Int16(),
  int32: () => new Int32(),
  float32: () => new Float32(),
  float64: () => new Float64(),
  bool: () => new Bool(),
};

/**
 * An Arrow table of rows. Columns have the types declared, whatever the rows hold: an empty table has them too.
 * @param metadata of the schema, as the run's identity.
 */
export function tableOf<Row extends object>(
  types: ColumnTypes<Row>,
  rows: Iterable<Row>,
  metadata: Record<string, string> = {},
): Table {
  const all = [...rows];
  const names = Object.keys(types) as (keyof Row & string)[];
  const fields = names.map((name) => new Field(name, typeOf(types[name]), true));
  const schema = new Schema(fields, new Map(Object.entries(metadata)));
  const vectors = names.map((name, k) =>
    vectorFromArray(
      all.map((row) => row[name] ?? null),
      fields[k]!.type,
    ),
  );
  return new Table(schema, Object.fromEntries(names.map((name, k) => [name, vectors[k]!])));
}

function typeOf(type: ColumnType): DataType {
  return typeof type === 'object'
    ? new FixedSizeList(type.floats, new Field('item', new Float32(), false))
    : PLAIN[type]();
}

/** The bytes of an Arrow IPC file (Feather version 2): what pyarrow, pandas and Polars read, uncompressed. */
export function arrowFile(table: Table): Uint8Array {
  const writer = new RecordBatchFileWriter();
  writer.reset(undefined, table.schema);
  for (const batch of table.batches) writer.write(batch);
  writer.finish();
  return writer.toUint8Array(true);
}

export type { Table } from 'apache-arrow';
