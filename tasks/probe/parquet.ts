/** Records of a Parquet file, one group of rows at a time. */

import { openParquet } from '../parquet/open-parquet.ts';
import type { Row } from './rows.ts';

/** What a file may unpack to; one of more is a data set, not a probe. */
const MOST_BYTES = 4 * 2 ** 30;

/** All rows; text as text, pictures as bytes. @throws InputError where it claims too much, or is damaged. */
export async function readParquet(path: string): Promise<Row[]> {
  const file = await openParquet(path, MOST_BYTES);
  try {
    const rows: Row[] = [];
    for (const [group, { start }] of file.groups.entries()) {
      for (const [k, value] of (await file.rows(group)).entries())
        rows.push({ place: `row ${start + k + 1}`, value: dropNulls(value) });
    }
    return rows;
  } finally {
    await file.close();
  }
}

/** Columns are nullable where records lack a field. */
function dropNulls(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== undefined));
}
