/** One line of text with a cursor, as plain data: every edit gives a new one. Characters are what a reader sees as one. */

export interface Line {
  text: string;
  /** Place in `text` where typing goes on, always between two characters. */
  cursor: number;
}

export type LineEdit =
  | { type: 'insert'; text: string }
  | { type: 'left' | 'right' | 'home' | 'end' | 'erase' | 'delete' | 'erase-word' | 'erase-line' };

const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** A line with the cursor at its end. */
export function lineOf(text: string): Line {
  return { text, cursor: text.length };
}

/** The line after an edit. Pasted line breaks and tabs become spaces, other control characters are dropped. */
export function editLine({ text, cursor }: Line, edit: LineEdit): Line {
  const [before, after] = [text.slice(0, cursor), text.slice(cursor)];
  switch (edit.type) {
    case 'insert': {
      const clean = edit.text.replace(/\s+/gu, ' ').replace(/\p{Cc}/gu, '');
      return { text: before + clean + after, cursor: before.length + clean.length };
    }
    case 'left':
      return { text, cursor: before.length - lastOf(before).length };
    case 'right':
      return { text, cursor: cursor + firstOf(after).length };
    case 'home':
      return { text, cursor: 0 };
    case 'end':
      return { text, cursor: text.length };
    case 'erase':
      return kept(before.slice(0, before.length - lastOf(before).length), after);
    case 'delete':
      return kept(before, after.slice(firstOf(after).length));
    case 'erase-word':
      return kept(before.replace(/\S*\s*$/u, ''), after);
    case 'erase-line':
      return kept('', after);
  }
}

/** The character under the cursor, or '' at the end. */
export function underCursor({ text, cursor }: Line): string {
  return firstOf(text.slice(cursor));
}

function kept(before: string, after: string): Line {
  return { text: before + after, cursor: before.length };
}

function firstOf(text: string): string {
  for (const { segment } of characters.segment(text)) return segment;
  return '';
}

function lastOf(text: string): string {
  let last = '';
  // Combining marks reach back a few code units at most in practice; a short tail is enough and stays quick.
  for (const { segment } of characters.segment(text.slice(-64))) last = segment;
  return last;
}
