/** The converter behind the README's pictures. */
import { describe, expect, test } from 'vitest';
import { readCells } from './ansi-cells.ts';
import { cellsSvg } from './cells-svg.ts';

const ESC = '\u001b[';

describe('reading a terminal’s cells', () => {
  test('colours, styles and their ends', () => {
    const [line] = readCells(`a${ESC}1;38;2;1;2;3mb${ESC}48;5;196mc${ESC}0md${ESC}7;31me\n`);
    expect(line!.map(({ text, fg, bg, bold, inverse }) => [text, fg, bg, bold, inverse])).toEqual([
      ['a', undefined, undefined, false, false],
      ['b', '#010203', undefined, true, false],
      ['c', '#010203', '#ff0000', true, false],
      ['d', undefined, undefined, false, false],
      ['e', '#e06c75', undefined, false, true],
    ]);
  });

  test('wide characters take two columns, combining marks none', () => {
    const [line] = readCells('猫e\u0301');
    expect(line!.map(({ text, columns }) => [text, columns])).toEqual([
      ['猫', 2],
      ['e\u0301', 1],
    ]);
  });
});

describe('drawing them', () => {
  test('letters become text of forced length, blocks and dots become shapes, markup is escaped', () => {
    const svg = cellsSvg(readCells(`<b> ${ESC}38;2;255;0;0;48;2;0;0;255m▀${ESC}0m⠁`), 6, 'a & b');
    expect(svg).toContain('&lt;b&gt;</text>');
    expect(svg).toContain('textLength="25.2"');
    expect(svg).toContain('<title>a &amp; b</title>');
    expect(svg).toContain('<path fill="#0000ff"');
    expect(svg).toContain('<path fill="#ff0000"');
    expect(svg).not.toContain('▀');
    expect(svg).not.toContain('⠁');
  });

  test('what is inverse has its colours exchanged', () => {
    const svg = cellsSvg(readCells(`${ESC}7mx`), 1, 't');
    expect(svg).toContain('fill="#15171c"');
    expect(svg).toContain('<path fill="#d6d9e0"');
  });
});
