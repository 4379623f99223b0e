/**
 * Checksums inside Arrow data, over its bytes: nothing is parsed before they fit. A damaged file can make apache-arrow
 * loop for ever, and a flipped bit in a float is seen by nobody else.
 *
 * The seal is a text in the metadata of a schema or batch, `seal:<bytes>:<sha256>`. It gives the length of the piece it
 * lies in and the sha256 of that piece with zeros in the hash's place.
 */

import { createHash } from 'node:crypto';

const HASH = 64;
const START = 'seal:';
const DIGITS = 12;
const ZEROS = '0'.repeat(HASH);

/** What stands in the metadata while a piece is encoded; `sealBytes` fills it in. */
export const EMPTY_SEAL = `${START}${'0'.repeat(DIGITS)}:${ZEROS}`;

/** Fills in the seal of a piece, everywhere it stands (a file has its schema twice). Changes the bytes and returns them. */
export function sealBytes(bytes: Uint8Array): Uint8Array {
  const buffer = viewOf(bytes);
  const unsigned = `${START}${String(bytes.length).padStart(DIGITS, '0')}:${ZEROS}`;
  const places: number[] = [];
  for (let at = buffer.indexOf(EMPTY_SEAL); at >= 0; at = buffer.indexOf(EMPTY_SEAL, at + 1)) places.push(at);
  for (const at of places) buffer.write(unsigned, at, 'latin1');
  const hash = createHash('sha256').update(buffer).digest('hex');
  for (const at of places) buffer.write(hash, at + unsigned.length - HASH, 'latin1');
  return bytes;
}

/** Length of the sealed piece that begins at `from`; undefined where there is none that is whole. */
export function sealedLength(bytes: Uint8Array, from = 0): number | undefined {
  const buffer = viewOf(bytes);
  const at = buffer.indexOf(START, from, 'latin1');
  if (at < 0) return undefined;
  const seal = buffer.toString('latin1', at, at + EMPTY_SEAL.length);
  const match = /^seal:(\d{12}):([0-9a-f]{64})$/.exec(seal);
  const length = Number(match?.[1]);
  if (!match || at + seal.length > from + length || from + length > bytes.length) return undefined;
  return hashWithout(buffer.subarray(from, from + length), seal) === match[2] ? length : undefined;
}

/** sha256 of the bytes with zeros for the seal's hash wherever the seal stands. */
function hashWithout(buffer: Buffer, seal: string): string {
  const hash = createHash('sha256');
  let done = 0;
  for (let at = buffer.indexOf(seal, 0, 'latin1'); at >= 0; at = buffer.indexOf(seal, done, 'latin1')) {
    const end = at + seal.length;
    hash.update(buffer.subarray(done, end - HASH)).update(ZEROS);
    done = end;
  }
  return hash.update(buffer.subarray(done)).digest('hex');
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
