/** Blocks of lines put side by side or cut to size. */

import { width } from '../text.ts';

/** A block of text: lines and how many columns they stand for. */
export interface Block {
  lines: readonly string[];
  columns: number;
}

/** Blocks beside each other with `gap` columns between; the shorter ones go on as space. Lines may hold colours. */
export function beside(blocks: readonly Block[], gap = 2): string[] {
  const rows = Math.max(0, ...blocks.map(({ lines }) => lines.length));
  return Array.from({ length: rows }, (_, row) =>
    blocks
      .map(({ lines, columns }, k) => {
        const line = lines[row] ?? '';
        return k === blocks.length - 1 ? line : line + ' '.repeat(Math.max(0, columns - width(line)));
      })
      .join(' '.repeat(gap)),
  );
}

/** Exactly `rows` lines: cut, or with empty ones at the end. */
export function exactly(lines: readonly string[], rows: number): string[] {
  return Array.from({ length: Math.max(0, rows) }, (_, row) => lines[row] ?? '');
}
