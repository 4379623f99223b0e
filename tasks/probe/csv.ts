/** Records of a probe in a table as spreadsheets save it. */

import { InputError } from '../../src/errors.ts';
import { parseCsv } from '../../src/scoring/csv.ts';
import type { Row } from './rows.ts';

/**
 * Rows as records by the names of the first line. Cells that are empty are absent from their record, rows of nothing else
 * are none.
 * @throws Error with a phrase where there is no header or a name comes twice, InputError as `parseCsv` and where the header
 * has another separator.
 */
export function readCsv(text: string, where: string, separator: ',' | '\t' = ','): Row[] {
  requireSeparator(text, where, separator);
  const [head, ...rows] = parseCsv(text, where, separator).filter(({ cells }) =>
    cells.some((cell) => cell !== ''),
  );
  const names = head?.cells.map((name) => name.trim()) ?? [];
  if (names.every((name) => name === '')) throw new Error('the first line must name the columns');
  const twice = names.find((name, k) => name !== '' && names.indexOf(name) !== k);
  if (twice !== undefined) throw new Error(`two columns are called "${twice}"`);
  return rows.map(({ line, cells }) => {
    const place = `line ${line}`;
    if (cells.length > names.length)
      return {
        place,
        fault: `it has ${cells.length} cells for ${names.length} columns; put cells that hold a separator in quotes`,
      };
    const entries = cells.map((cell, k) => [names[k]!, cell] as const);
    return { place, value: Object.fromEntries(entries.filter(([name, cell]) => name !== '' && cell !== '')) };
  });
}

/** What tables are separated by, the likelier first. */
const SEPARATORS = [';', '\t', ','];

/**
 * Spreadsheets of many countries write semicolons, which would make one column of all; quoted cells would then be the
 * first fault found, so this is looked at before them.
 */
function requireSeparator(text: string, where: string, separator: ',' | '\t'): void {
  const header = /^.*\S.*$/m.exec(text)?.[0] ?? '';
  if (header.includes(separator)) return;
  const other = SEPARATORS.find((candidate) => header.trim().includes(candidate));
  if (other === undefined) return;
  const plural = separator === ',' ? 'commas' : 'tabs';
  const shown = other === '\t' ? 'tabs' : `"${other}"`;
  throw new InputError({
    what: 'cannot read the examples',
    where,
    expected: `columns separated by ${plural}`,
    got: `a header separated by ${shown}`,
    fix: `Save the table with ${plural}.`,
  });
}
