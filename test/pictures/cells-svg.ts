/** Terminal cells as an SVG that looks the same everywhere: blocks and dots are drawn, letters are put into place. */

import type { Cell } from './ansi-cells.ts';

const CELL = { width: 8.4, height: 17 };
const MARGIN = 14;
const BAR = 26;
const COLORS = { background: '#15171c', frame: '#2a2e37', text: '#d6d9e0', title: '#8b92a0' };
const FONT = "ui-monospace, 'SF Mono', Menlo, 'DejaVu Sans Mono', Consolas, monospace";

/** Parts of a cell that block characters fill: left, top, width, height. */
const BLOCKS: Record<string, readonly [number, number, number, number]> = {
  '▀': [0, 0, 1, 0.5],
  '▄': [0, 0.5, 1, 0.5],
  '█': [0, 0, 1, 1],
  '▌': [0, 0, 0.5, 1],
  '▐': [0.5, 0, 0.5, 1],
  '━': [0, 0.44, 1, 0.14],
  '─': [0, 0.47, 1, 0.06],
};
/** Dots of a braille character by bit: column, row. */
const DOTS = [
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 0],
  [1, 1],
  [1, 2],
  [0, 3],
  [1, 3],
] as const;

interface Placed {
  cell: Cell;
  x: number;
  y: number;
}

/** A window with the given lines of a terminal `columns` wide. @param title shown in its bar */
export function cellsSvg(lines: readonly (readonly Cell[])[], columns: number, title: string): string {
  const width = columns * CELL.width + 2 * MARGIN;
  const height = lines.length * CELL.height + 2 * MARGIN + BAR;
  const placed = lines.flatMap((cells, row) => place(cells, row));
  const shapes = new Map<string, string>();
  const fill = (color: string, path: string) => shapes.set(color, (shapes.get(color) ?? '') + path);
  const texts: string[] = [];
  for (const run of backgrounds(placed)) fill(run.color, box(run.x, run.y, run.width, CELL.height));
  const letters: Placed[] = [];
  for (const entry of placed) {
    const path = drawn(entry);
    if (path) fill(inkOf(entry.cell), path);
    else if (entry.cell.text.trim() !== '') letters.push(entry);
  }
  texts.push(...runs(letters).map(textElement));
  const paths = [...shapes].map(([color, path]) => `<path fill="${color}" d="${path}"/>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" rx="9" fill="${COLORS.background}" stroke="${COLORS.frame}"/>`,
    ...['#ec6a5e', '#f4bf4f', '#61c554'].map(
      (color, k) => `<circle cx="${MARGIN + 6 + 18 * k}" cy="16" r="5.5" fill="${color}"/>`,
    ),
    `<text x="${round(width / 2)}" y="20" font-family="${FONT}" font-size="12" fill="${COLORS.title}" text-anchor="middle">${escaped(title)}</text>`,
    `<g shape-rendering="crispEdges">${paths.join('')}</g>`,
    `<g font-family="${FONT}" font-size="13.8" xml:space="preserve">${texts.join('')}</g>`,
    '</svg>',
    '',
  ].join('\n');
}

function place(cells: readonly Cell[], row: number): Placed[] {
  let column = 0;
  return cells.map((cell) => {
    const x = MARGIN + column * CELL.width;
    column += cell.columns;
    return { cell, x, y: MARGIN + BAR + row * CELL.height };
  });
}

function inkOf({ fg, bg, inverse, dim }: Cell): string {
  const color = inverse ? (bg ?? COLORS.background) : (fg ?? COLORS.text);
  return dim && !inverse && fg === undefined ? COLORS.title : color;
}

function paperOf({ fg, bg, inverse }: Cell): string | undefined {
  return inverse ? (fg ?? COLORS.text) : bg;
}

/** Neighbours with one background as one rectangle each. */
function backgrounds(placed: readonly Placed[]): { x: number; y: number; width: number; color: string }[] {
  const found: { x: number; y: number; width: number; color: string }[] = [];
  for (const { cell, x, y } of placed) {
    const color = paperOf(cell);
    if (color === undefined) continue;
    const last = found.at(-1);
    const width = cell.columns * CELL.width;
    if (last?.color === color && last.y === y && Math.abs(last.x + last.width - x) < 0.01)
      last.width += width;
    else found.push({ x, y, width, color });
  }
  return found;
}

/** The path of a character that is drawn instead of written; undefined for letters. */
function drawn({ cell: { text }, x, y }: Placed): string | undefined {
  const block = BLOCKS[text];
  if (block) {
    const [left, top, width, height] = block;
    return box(x + left * CELL.width, y + top * CELL.height, width * CELL.width, height * CELL.height);
  }
  if (text === '░') {
    const at = [0.1, 0.6].flatMap((across) =>
      [0.08, 0.33, 0.58, 0.83].map((down) => [across, down] as const),
    );
    return at
      .map(([across, down]) => box(x + across * CELL.width, y + down * CELL.height, 1.6, 1.6))
      .join('');
  }
  const code = text.codePointAt(0)! - 0x2800;
  if (code < 0 || code > 255) return undefined;
  return DOTS.filter((_, bit) => code & (1 << bit))
    .map(([column, row]) =>
      box(
        x + (0.25 + 0.5 * column) * CELL.width - 1.2,
        y + (0.125 + 0.25 * row) * CELL.height - 1.2,
        2.5,
        2.5,
      ),
    )
    .join('');
}

/** Letters that stand beside each other in one style. */
function runs(letters: readonly Placed[]): Placed[][] {
  const found: Placed[][] = [];
  for (const entry of letters) {
    const run = found.at(-1);
    const last = run?.at(-1);
    const follows =
      last && last.y === entry.y && Math.abs(last.x + last.cell.columns * CELL.width - entry.x) < 0.01;
    if (run && follows && styleOf(last.cell) === styleOf(entry.cell)) run.push(entry);
    else found.push([entry]);
  }
  return found;
}

function styleOf(cell: Cell): string {
  return `${inkOf(cell)} ${cell.bold} ${cell.underline}`;
}

function textElement(run: readonly Placed[]): string {
  const { cell, x, y } = run[0]!;
  const columns = run.reduce((sum, entry) => sum + entry.cell.columns, 0);
  const text = run.map((entry) => entry.cell.text).join('');
  // The length is forced: fonts differ in width, columns must not.
  const length = `textLength="${round(columns * CELL.width)}" lengthAdjust="spacingAndGlyphs"`;
  const style = `${cell.bold ? ' font-weight="bold"' : ''}${cell.underline ? ' text-decoration="underline"' : ''}`;
  return `<text x="${round(x)}" y="${round(y + 0.76 * CELL.height)}" fill="${inkOf(cell)}"${style} ${length}>${escaped(text)}</text>`;
}

function box(x: number, y: number, width: number, height: number): string {
  return `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`;
}

function round(value: number): string {
  return `${Math.round(value * 100) / 100}`;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
