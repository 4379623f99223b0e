/** Scores of other programs as comma-separated values, and which form a file has. */

import { readFileSync } from 'node:fs';
import { InputError, messageOf } from '../errors.ts';
import { type CsvRow, parseCsv, unguarded } from './csv.ts';
import { pairLabel, parseScoreLines } from './score-lines.ts';

/** The columns of a plain table: a pair per row, image and caption counted from 0. */
export const TABLE_COLUMNS = ['example', 'image', 'caption', 'score'] as const;

/**
 * Reads a file of scores in any of three forms, told apart by its beginning: lines
 * `{"label":"<id>_c0_i0","score":x}`; a table with the columns example, image, caption, score, in any order and with any
 * others; VisMin's table `id,T0_I0,T0_I1,T1_I0,T1_I1`, T being the caption, an example per row.
 *
 * @returns scores by label, in the order of the file; null, an empty cell and NaN are NaN, which never wins.
 * @throws InputError naming the line of the first score that is none, or that gives a pair a second one.
 */
export function readScoreFile(path: string): Map<string, number> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError({ what: 'cannot read the scores', where: path, got: messageOf(error) });
  }
  if (/^\uFEFF?\s*(?:\{|$)/.test(text)) return parseScoreLines(text, path);
  const [head, ...rows] = parseCsv(text, path);
  const names = head?.cells.map((cell) => cell.trim()) ?? [];
  const scores = new Map<string, number>();
  const put = (label: string, cell: string | undefined, where: string) => {
    if (scores.has(label)) throw new InputError({ what: 'a pair has two scores', where, got: `"${label}"` });
    scores.set(label, toScore(cell, where));
  };
  if (TABLE_COLUMNS.every((name) => names.includes(name))) readPlain(names, rows, { path, put });
  else if (names[0] === 'id' && names.length > 1 && names.slice(1).every((name) => /^T\d+_I\d+$/.test(name)))
    readVisMin(names, rows, { path, put });
  else {
    throw new InputError({
      what: 'the file holds no scores',
      where: `${path}, line 1`,
      expected: `{"label":"<id>_c0_i0","score":x}, or the columns ${TABLE_COLUMNS.join(',')} or id,T0_I0,T0_I1,T1_I0,T1_I1`,
      got: names.slice(0, 6).join(','),
    });
  }
  if (scores.size === 0) throw new InputError({ what: 'the file holds no score', where: path });
  return scores;
}

interface Sink {
  path: string;
  put(label: string, cell: string | undefined, where: string): void;
}

function readPlain(names: readonly string[], rows: readonly CsvRow[], { path, put }: Sink): void {
  const [example, image, caption, score] = TABLE_COLUMNS.map((name) => names.indexOf(name));
  for (const { line, cells } of rows) {
    const where = `${path}, line ${line}`;
    const id = unguarded(cells[example!]?.trim() ?? '');
    if (id === '') throw new InputError({ what: 'a row names no example', where });
    const places = [image!, caption!].map((column) => {
      const cell = cells[column]?.trim() ?? '';
      if (/^\d{1,6}$/.test(cell)) return Number(cell);
      throw new InputError({
        what: `column "${names[column]}" is no place`,
        where,
        expected: 'a number counted from 0',
        got: `"${cell}"`,
      });
    });
    put(pairLabel(id, places[0]!, places[1]!), cells[score!], where);
  }
}

function readVisMin(names: readonly string[], rows: readonly CsvRow[], { path, put }: Sink): void {
  const pairs = names.slice(1).map((name) => name.slice(1).split('_I').map(Number) as [number, number]);
  for (const { line, cells } of rows) {
    const where = `${path}, line ${line}`;
    const id = unguarded(cells[0]?.trim() ?? '');
    if (id === '') throw new InputError({ what: 'a row names no example', where });
    for (const [k, [caption, image]] of pairs.entries())
      put(pairLabel(id, image, caption), cells[k + 1], where);
  }
}

/** A number as programs write it; an empty cell or NaN is NaN. */
function toScore(cell: string | undefined, where: string): number {
  const text = cell?.trim();
  if (text === undefined) throw new InputError({ what: 'a row ends before its score', where });
  if (text === '' || /^nan$/i.test(text)) return Number.NaN;
  if (/^[+-]?inf(?:inity)?$/i.test(text))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return Number(text);
  throw new InputError({ what: 'a score is no number', where, got: `"${text}"` });
}
