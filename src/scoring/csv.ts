/** Reading and writing comma-separated values as RFC 4180 has them. */

import { InputError } from '../errors.ts';

/** A row of a CSV file and the line on which it begins, counted from 1. */
export interface CsvRow {
  line: number;
  cells: string[];
}

/**
 * All rows of a text; empty lines are none. Cells in quotes may hold commas, line ends and doubled quotes.
 * @throws InputError where a quote is not closed, or followed by more text.
 */
export function parseCsv(text: string, where: string): CsvRow[] {
  const rows: CsvRow[] = [];
  const source = text.replace(/^\uFEFF/, '');
  let [at, line] = [0, 1];
  while (at < source.length) {
    const row: CsvRow = { line, cells: [] };
    for (;;) {
      const cell = readCell(source, at, `${where}, line ${line}`);
      row.cells.push(cell.text);
      at = cell.end;
      line += cell.lines;
      if (source[at] !== ',') break;
      at++;
    }
    if (source[at] === '\r') at++;
    if (source[at] === '\n') at++;
    line++;
    if (row.cells.length > 1 || row.cells[0] !== '') rows.push(row);
  }
  return rows;
}

/** A cell from `at` to the comma or line end after it. */
function readCell(source: string, at: number, where: string): { text: string; end: number; lines: number } {
  if (source[at] !== '"') {
    let end = at;
    while (end < source.length && !/[,\r\n]/.test(source[end]!)) end++;
    return { text: source.slice(at, end), end, lines: 0 };
  }
  let text = '';
  let [from, lines] = [at + 1, 0];
  for (;;) {
    const close = source.indexOf('"', from);
    if (close < 0) throw new InputError({ what: 'a quote of the CSV file is not closed', where });
    const piece = source.slice(from, close);
    text += piece;
    lines += piece.split('\n').length - 1;
    if (source[close + 1] !== '"') {
      const next = source[close + 1];
      if (next === undefined || /[,\r\n]/.test(next)) return { text, end: close + 1, lines };
      throw new InputError({
        what: 'a cell of the CSV file goes on after its quote',
        where,
        got: JSON.stringify(source.slice(close + 1, close + 12)),
      });
    }
    text += '"';
    from = close + 2;
  }
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
