import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cut, shown, sized, width, wrap } from '../../tui/text.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { makeController, press, textOf } from './render-tui.ts';
import { oddRun } from './runs.ts';

describe('text in cells', () => {
  test('is cut between characters as a reader sees them, and padded to the column', () => {
    expect(cut('ein Würfel', 6)).toBe('ein W…');
    expect(cut('红色圆圈', 5)).toBe('红色…');
    expect(cut('e\u0301e\u0301e\u0301', 2)).toBe('e\u0301…');
    expect(cut('👩‍👩‍👧x', 2)).toBe('…');
    expect(sized('红', 4)).toBe('红  ');
    expect(sized('7', 3, 'right')).toBe('  7');
    expect(cut('abc', 0)).toBe('');
  });

  test('of any kind has exactly the width asked for', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 30 }),
        fc.integer({ min: 1, max: 40 }),
        (text, columns) => {
          expect(width(sized(shown(text), columns))).toBe(columns);
        },
      ),
    );
  });

  test('wraps between words, within one only where it must, and ends in an ellipsis where lines run out', () => {
    expect(wrap('a red circle left of a star', 12)).toEqual(['a red circle', 'left of a', 'star']);
    expect(wrap('abcdefgh', 3)).toEqual(['abc', 'def', 'gh']);
    expect(wrap('a red circle left of a star', 12, 2)).toEqual(['a red circle', 'left of a s…']);
  });
});

const CAPTIONS = {
  'wide characters': '左边的红色圆圈和右边的蓝色正方形在一起很长很长很长很长很长很长很长的标题',
  'combining marks': 'e\u0301\u0300\u0302\u0303 '.repeat(40),
  'right to left': 'דג אדום משמאל לכוכב כחול وقطة على كلب كبير جدا في البيت القديم',
  emoji: '👩‍👩‍👧‍👦🏳️‍🌈👍🏽 '.repeat(20),
  'control characters': 'a\u001b[31mred\u001b[2J\u0007\r\n\t\u009bcircle\u202e',
};

describe('captions cannot break a screen', async () => {
  const folder = temporaryFolder();
  test.each(Object.entries(CAPTIONS))('%s', async (_, caption) => {
    const model = await oddRun(folder, { captions: [caption, `not ${caption}`], images: 2 });
    for (const [columns, rows] of [
      [60, 20],
      [120, 40],
    ] as const) {
      const controller = makeController({ opened: [model], columns, rows });
      for (const keys of [['2'], ['return'], ['escape', '3'], ['1'], ['2', '/', 'r', 'e']]) {
        const text = textOf(press(controller, ...keys));
        // biome-ignore lint/suspicious/noControlCharactersInRegex: none may reach the terminal
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
        const lines = text.split('\n');
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) expect(width(line)).toBeLessThanOrEqual(columns);
        expect(lines[0]).toContain('winoscope');
      }
    }
  });
});

test('long ids, tags and scores never run into the next column', async () => {
  const id = 'a-very-long-id-of-one-example-0001';
  const model = await oddRun(temporaryFolder(), {
    captions: ['one', 'two'],
    id,
    tags: ['a-tag-of-many-letters-and-more-of-them'],
  });
  for (const columns of [60, 80, 120]) {
    const text = textOf(press(makeController({ opened: [model], columns }), '2'));
    const [head, row] = text.split('\n').slice(3, 5);
    for (const name of ['tag', 'margin', 'captions']) {
      const at = head!.indexOf(name);
      if (at >= 0) expect([name, row![at - 1], row![at] !== ' ']).toEqual([name, ' ', true]);
    }
    expect(row).toContain('a-very-long-id…');
  }
});

test('a tag that holds a comma is one tag wherever an example’s tags are listed', async () => {
  const tags = ['Object', 'Noun, Adjective-Size'];
  const model = await oddRun(temporaryFolder(), { captions: ['one', 'two'], tags });
  const listed = 'Object; Noun, Adjective-Size';
  expect(textOf(press(makeController({ opened: [model] }), '2', 'return'))).toContain(listed);
  const told = makeController({ opened: [model], columns: 1000, linear: true });
  expect(textOf(press(told, '2'))).toContain(`Tags: ${listed}.`);
  expect(textOf(press(told, 'return'))).toContain(`Tags: ${listed}.`);
});

describe('examples of other shapes', async () => {
  const folder = temporaryFolder();
  test.each([
    [1, 2],
    [1, 12],
    [3, 3],
    [3, 1],
  ])('%i images × %i captions are listed and shown in full', async (images, captions) => {
    const texts = Array.from({ length: captions }, (_, k) => `caption number ${k}`);
    const model = await oddRun(folder, { captions: texts, images });
    const controller = press(makeController({ opened: [model], rows: 40 }), '2');
    expect(textOf(controller)).toContain('odd');
    expect(textOf(controller)).toMatch(images === 1 || captions === 1 ? / [A·]\?? +/ : / [TIGM·]{3,4}\?? +/);
    press(controller, 'return');
    // Words that differ stand in brackets.
    expect(textOf(controller)).toMatch(/caption number \[?0/);
    press(controller, 'escape', '1');
    expect(textOf(controller)).toContain(images === 1 || captions === 1 ? 'accuracy' : 'group');
  });
});
