/** Text that people save with any program: read as UTF-8, or refused, since a wrong letter would be scored silently. */

import { readFileSync } from 'node:fs';
import { InputError } from '../src/errors.ts';

const LINE_END = 10;

/**
 * The text of a file, without a byte order mark.
 * @param what begins the sentence, e.g. `cannot read the examples`
 * @throws InputError with the line that is not UTF-8; the system's error where the file cannot be read.
 */
export function readUtf8(path: string, what: string): string {
  const bytes = readFileSync(path);
  if (isUtf16(bytes)) throw notUtf8(what, `${path}, line 1`, 'UTF-16');
  try {
    return decoded(bytes);
  } catch {
    const { line, byte } = firstFault(bytes);
    const got = byte === undefined ? 'other bytes' : `the byte 0x${byte.toString(16)} within it`;
    throw notUtf8(what, `${path}, line ${line}`, got);
  }
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

/** By its mark, or by the zero beside its first letter: without a mark its Latin letters would be valid UTF-8. */
function isUtf16([first, second]: Uint8Array): boolean {
  const marked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return marked || (second !== undefined && (first === 0 || second === 0));
}

/** The first line that does not decode, and its byte that is wrong: line ends are never part of a longer letter. */
function firstFault(bytes: Uint8Array): { line: number; byte?: number } {
  let [line, start] = [1, 0];
  for (;;) {
    const end = bytes.indexOf(LINE_END, start);
    const part = bytes.subarray(start, end < 0 ? bytes.length : end);
    try {
      decoded(part);
    } catch {
      const byte = firstBadByte(part);
      return { line, ...(byte !== undefined && { byte }) };
    }
    if (end < 0) return { line };
    [line, start] = [line + 1, end + 1];
  }
}

/** The byte at which a line stops being UTF-8: what comes back differs from what is there. */
function firstBadByte(part: Uint8Array): number | undefined {
  const again = new TextEncoder().encode(new TextDecoder('utf-8', { ignoreBOM: true }).decode(part));
  return part.find((byte, k) => byte !== again[k]);
}

function notUtf8(what: string, where: string, got: string): InputError {
  return new InputError({ what, where, expected: 'UTF-8', got, fix: 'Save the file as UTF-8.' });
}
