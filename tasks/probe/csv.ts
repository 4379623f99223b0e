/** Tables as spreadsheets save them (RFC 4180): quoted cells may hold separators, line ends and doubled quotes. */

import type { Row } from './rows.ts';

/**
 * Rows as records by the names of the first line. Cells that are empty are absent from their record.
 * @throws Error with a phrase where there is no header, a name comes twice, or a quote is never closed.
 */
export function readCsv(text: string, separator: ',' | '\t' = ','): Row[] {
  const [head, ...lines] = splitCells(text, separator);
  const names = head?.cells.map((name) => name.trim()) ?? [];
  if (names.every((name) => name === '')) throw new Error('the first line must name the columns');
  const twice = names.find((name, k) => name !== '' && names.indexOf(name) !== k);
  if (twice !== undefined) throw new Error(`two columns are called "${twice}"`);
  return lines.map(({ line, cells }) => {
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

/** The cells of every line that is not empty, and the line that it begins on. */
function splitCells(text: string, separator: string): { line: number; cells: string[] }[] {
  const rows: { line: number; cells: string[] }[] = [];
  let cells: string[] = [];
  let [at, line, began] = [0, 1, 1];
  const endRow = () => {
    if (cells.some((cell) => cell !== '')) rows.push({ line: began, cells });
    cells = [];
  };
  while (at < text.length) {
    let cell: string;
    if (text[at] === '"') {
      const end = closingQuote(text, at + 1);
      if (end < 0) throw new Error(`the quote that line ${line} opens is never closed`);
      const inner = text.slice(at + 1, end);
      line += inner.split('\n').length - 1;
      // What follows a closing quote up to the separator belongs to the cell.
      const rest = endOfCell(text, end + 1, separator);
      cell = inner.replaceAll('""', '"') + text.slice(end + 1, rest);
      at = rest;
    } else {
      const end = endOfCell(text, at, separator);
      cell = text.slice(at, end);
      at = end;
    }
    cells.push(cell);
    if (text[at] === separator) {
      at++;
      if (at === text.length) cells.push('');
      continue;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
    line++;
    endRow();
    began = line;
  }
  endRow();
  return rows;
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}

/** Where the next separator or line end is. A lone carriage return ends a line too, as old spreadsheets wrote it. */
function endOfCell(text: string, from: number, separator: string): number {
  let at = from;
  while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at++;
  return at;
}
