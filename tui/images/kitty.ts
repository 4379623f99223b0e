/**
 * The kitty graphics protocol with Unicode placeholders: an image is sent once, and from then on it is text, drawn
 * wherever cells with its number as their colour stand (https://sw.kovidgoyal.net/kitty/graphics-protocol).
 */

import { deflateSync } from 'node:zlib';
import type { RgbImage } from '../../src/images/decode.ts';
import type { CellSize } from './fit-image.ts';

const APC = '\u001b_G';
const END = '\u001b\\';
/** Most bytes of base64 in one escape sequence. */
const CHUNK = 4096;
const PLACEHOLDER = '\u{10EEEE}';

/** The protocol's marks for row and column numbers: index k stands for k. As many as a picture has cells on a side. */
const MARKS = [
  [0x305, 0x305],
  [0x30d, 0x30e],
  [0x310, 0x310],
  [0x312, 0x312],
  [0x33d, 0x33f],
  [0x346, 0x346],
  [0x34a, 0x34c],
  [0x350, 0x352],
  [0x357, 0x357],
  [0x35b, 0x35b],
  [0x363, 0x36f],
  [0x483, 0x487],
  [0x592, 0x595],
  [0x597, 0x599],
  [0x59c, 0x5a1],
  [0x5a8, 0x5a9],
  [0x5ab, 0x5ac],
  [0x5af, 0x5af],
  [0x5c4, 0x5c4],
  [0x610, 0x617],
  [0x657, 0x65b],
  [0x65d, 0x65e],
  [0x6d6, 0x6dc],
  [0x6df, 0x6e2],
  [0x6e4, 0x6e4],
  [0x6e7, 0x6e8],
  [0x6eb, 0x6ec],
  [0x730, 0x730],
  [0x732, 0x733],
  [0x735, 0x736],
  [0x73a, 0x73a],
  [0x73d, 0x73d],
  [0x73f, 0x741],
  [0x743, 0x743],
  [0x745, 0x745],
  [0x747, 0x747],
  [0x749, 0x74a],
  [0x7eb, 0x7f1],
  [0x7f3, 0x7f3],
  [0x816, 0x819],
  [0x81b, 0x823],
  [0x825, 0x827],
].flatMap(([from, to]) => Array.from({ length: to! - from! + 1 }, (_, k) => String.fromCodePoint(from! + k)));

/** Most cells on a side that placeholders can name. */
export const MOST_CELLS = MARKS.length;

/**
 * Escape sequences that hand an image over, as zlib-packed RGB, and give it a virtual place of `size`. Nothing is drawn
 * by them, the cursor stays, and the terminal is told not to answer.
 * @param id 1 … 2^24 − 1: the placeholders carry it as their colour.
 */
export function transmission(id: number, image: RgbImage, { columns, rows }: CellSize): string {
  const data = deflateSync(image.data).toString('base64');
  const head = `a=T,U=1,q=2,i=${id},f=24,o=z,s=${image.width},v=${image.height},c=${columns},r=${rows}`;
  let text = '';
  for (let at = 0; at < data.length; at += CHUNK) {
    const isLast = at + CHUNK >= data.length;
    const control = at === 0 ? `${head},m=${isLast ? 0 : 1}` : `m=${isLast ? 0 : 1}`;
    text += `${APC}${control};${data.slice(at, at + CHUNK)}${END}`;
  }
  return text;
}

/** Deletes an image with its places and its data. */
export function deletion(id: number): string {
  return `${APC}a=d,d=I,q=2,i=${id}${END}`;
}

/** The text that an image shows through: `rows` lines of `columns` cells. */
export function placeholderRows(id: number, { columns, rows }: CellSize): string[] {
  const color = `\u001b[38;2;${(id >> 16) & 255};${(id >> 8) & 255};${id & 255}m`;
  return Array.from({ length: rows }, (_, row) => {
    let line = color;
    for (let column = 0; column < columns; column++) line += PLACEHOLDER + MARKS[row]! + MARKS[column]!;
    return `${line}\u001b[39m`;
  });
}

/** Asks whether the terminal knows the protocol, ended by a question that every terminal answers. */
export const SUPPORT_QUERY = `${APC}i=31,s=1,v=1,a=q,t=d,f=24;AAAA${END}\u001b[c`;

/**
 * Reads what came back to `SUPPORT_QUERY`.
 * @returns undefined while the answer is not complete.
 */
export function readSupport(answer: string): boolean | undefined {
  if (answer.includes(`${APC}i=31;OK${END}`)) return true;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's answer begins with ESC
  return /\u001b\[\?[\d;]*c/.test(answer) ? false : undefined;
}
