/** What a terminal shows, read from `tmux capture-pane -e -p`: lines of cells with colours. */

import stringWidth from 'string-width';

/** `#rrggbb`, or undefined for the terminal's own. */
export type Color = string | undefined;

export interface Style {
  fg: Color;
  bg: Color;
  bold: boolean;
  dim: boolean;
  underline: boolean;
  inverse: boolean;
}

export interface Cell extends Style {
  /** One character as a reader sees it. */
  text: string;
  /** Columns: 1, or 2 for a wide character. */
  columns: number;
}

const PLAIN: Style = {
  fg: undefined,
  bg: undefined,
  bold: false,
  dim: false,
  underline: false,
  inverse: false,
};

/** The first 16 colours, as the pictures show them. */
const BASIC = [
  ['#24272e', '#e06c75', '#7fbf6a', '#d9a441', '#5b9ee8', '#c07bd8', '#4fb6c4', '#c8ccd4'],
  ['#6b7280', '#ff8b92', '#9fdc8a', '#f0c36a', '#82b8f5', '#d79be8', '#7ad3de', '#ffffff'],
].flat();
const CUBE = [0, 95, 135, 175, 215, 255];

/** Every line as its cells. */
export function readCells(text: string): Cell[][] {
  let style = PLAIN;
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => {
      const cells: Cell[] = [];
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with ESC
      for (const [, parameters, other] of line.matchAll(/\u001b\[([\d;:]*)m|([^\u001b]+)/g)) {
        if (parameters !== undefined) style = apply(style, parameters);
        else if (other !== undefined) cells.push(...cellsOf(other, style));
      }
      return cells;
    });
}

function cellsOf(text: string, style: Style): Cell[] {
  return [...new Intl.Segmenter().segment(text)].flatMap(({ segment }) => {
    const columns = stringWidth(segment);
    return columns > 0 ? [{ ...style, text: segment, columns }] : [];
  });
}

function apply(before: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map((code) => Number(code || 0));
  let style = { ...before };
  for (let k = 0; k < codes.length; k++) {
    const code = codes[k]!;
    if (code === 0) style = { ...PLAIN };
    else if (code === 1) style.bold = true;
    else if (code === 2) style.dim = true;
    else if (code === 4) style.underline = true;
    else if (code === 7) style.inverse = true;
    else if (code === 22) style = { ...style, bold: false, dim: false };
    else if (code === 24) style.underline = false;
    else if (code === 27) style.inverse = false;
    else if (code === 39) style.fg = undefined;
    else if (code === 49) style.bg = undefined;
    else if (code === 38 || code === 48) {
      const isDirect = codes[k + 1] === 2;
      const color = isDirect ? hex(codes.slice(k + 2, k + 5)) : palette(codes[k + 2] ?? 0);
      if (code === 38) style.fg = color;
      else style.bg = color;
      k += isDirect ? 4 : 2;
    } else if (code >= 30 && code <= 37) style.fg = BASIC[code - 30];
    else if (code >= 40 && code <= 47) style.bg = BASIC[code - 40];
    else if (code >= 90 && code <= 97) style.fg = BASIC[code - 82];
    else if (code >= 100 && code <= 107) style.bg = BASIC[code - 92];
  }
  return style;
}

function palette(index: number): Color {
  if (index < 16) return BASIC[index];
  if (index >= 232) return hex(new Array<number>(3).fill(8 + 10 * (index - 232)));
  const at = index - 16;
  return hex([CUBE[Math.floor(at / 36)]!, CUBE[Math.floor(at / 6) % 6]!, CUBE[at % 6]!]);
}

function hex(channels: readonly number[]): string {
  return `#${channels.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
