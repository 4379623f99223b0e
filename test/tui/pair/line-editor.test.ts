import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  editLine,
  type Line,
  type LineEdit,
  lineOf,
  underCursor,
} from '../../../tui/screens/pair/line-editor.ts';

const edited = (line: Line, ...edits: (LineEdit['type'] | { insert: string })[]) =>
  edits.reduce(
    (state, edit) =>
      editLine(
        state,
        typeof edit === 'string' ? ({ type: edit } as LineEdit) : { type: 'insert', text: edit.insert },
      ),
    line,
  );

describe('the line editor', () => {
  test('types where the cursor is', () => {
    expect(edited(lineOf('a dog'), 'left', 'left', 'left', { insert: 'big ' })).toEqual({
      text: 'a big dog',
      cursor: 6,
    });
    expect(edited(lineOf('dog'), 'home', { insert: 'a ' })).toEqual({ text: 'a dog', cursor: 2 });
  });

  test('erases characters, words and what is before the cursor', () => {
    expect(edited(lineOf('a dog'), 'erase').text).toBe('a do');
    expect(edited(lineOf('a dog'), 'home', 'delete').text).toBe(' dog');
    expect(edited(lineOf('a big dog  '), 'erase-word')).toEqual({ text: 'a big ', cursor: 6 });
    expect(edited(lineOf('a big dog'), 'left', 'left', 'left', 'erase-line')).toEqual({
      text: 'dog',
      cursor: 0,
    });
  });

  test('does nothing at the ends', () => {
    for (const edit of ['left', 'erase', 'erase-word', 'erase-line'] as const)
      expect(edited({ text: 'x', cursor: 0 }, edit)).toEqual({ text: 'x', cursor: 0 });
    for (const edit of ['right', 'delete'] as const) expect(edited(lineOf('x'), edit)).toEqual(lineOf('x'));
  });

  test('takes what a reader sees as one character as one', () => {
    const family = '👨‍👩‍👧';
    expect(edited(lineOf(`a${family}`), 'erase').text).toBe('a');
    expect(edited(lineOf('e\u0301x'), 'left', 'left').cursor).toBe(0);
    expect(underCursor({ text: 'e\u0301x', cursor: 0 })).toBe('e\u0301');
    expect(edited(lineOf('猫犬'), 'left', 'erase')).toEqual({ text: '犬', cursor: 0 });
  });

  test('pasted line breaks and tabs become spaces, control characters are dropped', () => {
    expect(edited(lineOf(''), { insert: 'a\r\ncat\ton\u001b[31m a\u0007 mat' }).text).toBe(
      'a cat on[31m a mat',
    );
  });

  test('whatever is done, the cursor stands within the text and between two characters', () => {
    const edit = fc.oneof(
      fc.record({ type: fc.constant('insert' as const), text: fc.string({ unit: 'grapheme' }) }),
      fc.constantFrom<LineEdit>(
        ...(['left', 'right', 'home', 'end', 'erase', 'delete', 'erase-word', 'erase-line'] as const).map(
          (type) => ({ type }),
        ),
      ),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(edit), (text, edits) => {
        const line = edits.reduce(editLine, lineOf(text));
        return (
          line.cursor >= 0 &&
          line.cursor <= line.text.length &&
          !/\p{Cc}/u.test(line.text.slice(text.length + 1))
        );
      }),
    );
  });
});
