/** Reading and writing tables as RFC 4180 has them, and as spreadsheets save them. */

import { InputError } from '../errors.ts';

/** A row of a CSV file and the line on which it begins, counted from 1. */
export interface CsvRow {
  line: number;
  cells: string[];
}

/**
 * All rows of a text; empty lines are none. Cells in quotes may hold separators, line ends and doubled quotes. A lone
 * carriage return ends a line too, as old spreadsheets wrote it.
 * @throws InputError where a quote is not closed, or followed by more text.
 */
export function parseCsv(text: string, where: string, separator: ',' | '\t' = ','): CsvRow[] {
  const rows: CsvRow[] = [];
  const source = text.replace(/^\uFEFF/, '');
  let [at, line] = [0, 1];
  while (at < source.length) {
    const row: CsvRow = { line, cells: [] };
    for (;;) {
      const cell = readCell(source, at, { where: `${where}, line ${line}`, separator });
      row.cells.push(cell.text);
      at = cell.end;
      line += cell.lines;
      if (source[at] !== separator) break;
      at++;
    }
    if (source[at] === '\r') at++;
    if (source[at] === '\n') at++;
    line++;
    if (row.cells.length > 1 || row.cells[0] !== '') rows.push(row);
  }
  return rows;
}

/** A cell from `at` to the separator or line end after it. */
function readCell(
  source: string,
  at: number,
  { where, separator }: { where: string; separator: string },
): { text: string; end: number; lines: number } {
  if (source[at] !== '"') {
    const end = endOfCell(source, at, separator);
    return { text: source.slice(at, end), end, lines: 0 };
  }
  let close = source.indexOf('"', at + 1);
  while (close >= 0 && source[close + 1] === '"') close = source.indexOf('"', close + 2);
  if (close < 0) throw new InputError({ what: 'a quote of the table is never closed', where });
  if (endOfCell(source, close + 1, separator) > close + 1) {
    throw new InputError({
      what: 'a cell of the table goes on after its quote',
      where,
      got: JSON.stringify(source.slice(close + 1, close + 12)),
    });
  }
  const inner = source.slice(at + 1, close);
  return { text: inner.replaceAll('""', '"'), end: close + 1, lines: inner.split('\n').length - 1 };
}

/** Where the next separator or line end is. */
function endOfCell(source: string, from: number, separator: string): number {
  let at = from;
  while (at < source.length && source[at] !== separator && source[at] !== '\n' && source[at] !== '\r') at++;
  return at;
}

/** What spreadsheets take for the beginning of a formula, and would carry out. */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * One row with its line end; cells are quoted where they must be. Text that a spreadsheet would take for a formula gets an
 * apostrophe before it, which `unguarded` takes away: names in a probe come from anywhere.
 */
export function csvRow(cells: readonly string[]): string {
  const quoted = cells.map((cell) => {
    const isFormula = FORMULA.test(cell) && Number.isNaN(Number(cell));
    const safe = isFormula || /^'+[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
    return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  });
  // A single empty cell would be an empty line, which is no row.
  return `${quoted.join(',')}\n`;
}

/** A cell as it was before `csvRow` kept spreadsheets from carrying it out. */
export function unguarded(cell: string): string {
  return /^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
}
