/** Text in cells of a terminal: widths, cutting, padding and wrapping that survive any script. */

import stringWidth from 'string-width';
import { visible } from '../src/report/format.ts';

const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const PLAIN = /^[\x20-\x7e]*$/;

/** Columns that a text takes, as Ink counts them; colours take none. */
export function width(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** At most `columns` wide: what is too long ends in an ellipsis. Never cuts a character in two. Takes no colours. */
export function cut(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (width(text) <= columns) return text;
  let taken = 0;
  let result = '';
  for (const { segment } of segments.segment(text)) {
    const size = width(segment);
    if (taken + size > columns - 1) break;
    taken += size;
    result += segment;
  }
  return `${result}…`;
}

/** Exactly `columns` wide, cut or padded with spaces. @param align where the text stands. @default 'left' */
export function sized(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const short = cut(text, columns);
  const space = ' '.repeat(Math.max(0, columns - width(short)));
  return align === 'left' ? short + space : space + short;
}

/** In a column of a table: exactly `columns` wide, the last of them empty, so that no two cells run into each other. */
export function inColumn(text: string, columns: number): string {
  return sized(cut(text, columns - 1), columns);
}

/** Lines of at most `columns`, broken between words where there are any; at most `rows` of them. */
export function wrap(text: string, columns: number, rows = Number.POSITIVE_INFINITY): string[] {
  if (columns < 1) return [];
  const lines: string[] = [];
  let line = '';
  const push = () => {
    lines.push(line);
    line = '';
  };
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (width(joined) <= columns) {
      line = joined;
      continue;
    }
    if (line !== '') push();
    for (const { segment } of segments.segment(word)) {
      if (width(line) + width(segment) > columns) push();
      line += segment;
    }
  }
  push();
  if (lines.length <= rows) return lines;
  return [...lines.slice(0, rows - 1), cut(lines.slice(rows - 1).join(' '), columns)];
}

/** Data as it may be shown: control characters are made visible, so that they cannot steer the terminal. */
export function shown(text: string): string {
  return visible(text);
}
