/**
 * Checksums that files of a run carry within themselves, so that a flipped bit or a lost line is found wherever the
 * file was copied to. They guard against damage, not against forgers: see `winoscope audit`.
 */

import { createHash } from 'node:crypto';
import { hashJson } from './canonical-json.ts';

/** The field that holds a checksum. */
const FIELD = 'sha256';

/** A text's sha256, hexadecimal. */
function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A value with its checksum as its last field. */
export function sealObject<T extends object>(value: T): T & { sha256: string } {
  return { ...value, [FIELD]: hashJson(value) } as T & { sha256: string };
}

/** The text of a file that is one sealed value. */
export function sealedFile(value: object): string {
  return `${JSON.stringify(sealObject(value), null, 2)}\n`;
}

/**
 * Takes the checksum out of a value that was read.
 * @returns the value without it, and whether it fits; a value without any does not, since a bit may have turned in its name.
 */
export function unsealObject(value: unknown): { value: unknown; fits: boolean } {
  if (typeof value !== 'object' || value === null) return { value, fits: false };
  const { [FIELD]: stored, ...rest } = value as Record<string, unknown>;
  return { value: rest, fits: stored === hashJson(rest) };
}

/** JSON lines, the last of which also carries the checksum of them all. */
export function sealLines(lines: string): string {
  if (lines === '') return '';
  const end = lines.length - 1;
  const from = lines.lastIndexOf('\n', end - 1) + 1;
  const last = JSON.parse(lines.slice(from, end)) as object;
  return `${lines.slice(0, from)}${JSON.stringify({ ...last, [FIELD]: hashText(lines) })}\n`;
}

/** Sealed pieces of a file of lines, and how it is otherwise. */
export interface UnsealedLines {
  /** The lines of all pieces that are whole, without their checksums. */
  lines: string[];
  /** Pieces that were found whole. */
  pieces: number;
  /** Pieces whose checksum does not fit. */
  damaged: number;
  /** Whether lines follow the last checksum: the file was cut off, or nothing of it is sealed. */
  torn: boolean;
}

/** Reads pieces that `sealLines` made, one after another. A damaged piece costs no other one. */
export function unsealLines(text: string): UnsealedLines {
  const found: UnsealedLines = { lines: [], pieces: 0, damaged: 0, torn: false };
  let piece: string[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const { bare, checksum } = splitSeal(line);
    piece.push(bare);
    if (checksum === undefined) continue;
    if (checksum === hashText(piece.map((part) => `${part}\n`).join(''))) {
      found.lines.push(...piece);
      found.pieces++;
    } else found.damaged++;
    piece = [];
  }
  found.torn = piece.length > 0;
  return found;
}

/** A line without its checksum, to the letter: what was hashed. */
function splitSeal(line: string): { bare: string; checksum?: string } {
  const match = /^(.*),"sha256":"([0-9a-f]{64})"\}$/.exec(line);
  return match ? { bare: `${match[1]}}`, checksum: match[2]! } : { bare: line };
}
