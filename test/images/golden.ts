/** Reads `fixtures/golden/images/golden.json`, written by make_images.py from Pillow, transformers and diffusers. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { expect } from 'vitest';
import { decodeImage, type RgbImage } from '../../src/images/decode.ts';
import type { PerChannel } from '../../src/images/normalize.ts';
import type { ResizeFilter } from '../../src/images/resize.ts';

interface Stored {
  base64?: string;
  sha256?: string;
  /** crc32 of each row, where only a hash of the whole is stored. */
  rows?: number[];
}

export interface PixelCase extends Stored {
  file: string;
  width: number;
  height: number;
}

export interface FloatCase extends Stored {
  file: string;
  shape: number[];
  every499?: string;
}

interface Golden {
  decode: (PixelCase & { mode: string })[];
  resize: (PixelCase & { filter: ResizeFilter })[];
  crop: (PixelCase & { rule: 'floor' | 'round' })[];
  shortestEdge: (PixelCase & { edge: number; filter: ResizeFilter })[];
  normalize: (FloatCase &
    ({ kind: 'vae' } | { kind: 'tensor'; mean: PerChannel; std: PerChannel; rescale: number }))[];
  clip: (FloatCase & { edge: number })[];
}

const FOLDER = new URL('../../fixtures/golden/images/', import.meta.url);

export const golden: Golden = JSON.parse(readFileSync(new URL('golden.json', FOLDER), 'utf8'));

export function fixture(file: string): string {
  return fileURLToPath(new URL(file, FOLDER));
}

export function decodeFixture(file: string): Promise<RgbImage> {
  return decodeImage({ path: fixture(file) });
}

/** Fails with the first pixel, or the first row, that differs. */
export function expectPixels(actual: RgbImage, wanted: PixelCase): void {
  expect([actual.width, actual.height]).toEqual([wanted.width, wanted.height]);
  const row = actual.width * 3;
  expect(actual.data.length).toBe(row * actual.height);
  if (wanted.base64 !== undefined) {
    const bytes = Buffer.from(wanted.base64, 'base64');
    const at = bytes.findIndex((value, i) => value !== actual.data[i]);
    const place = `pixel x=${Math.floor((at % row) / 3)} y=${Math.floor(at / row)} channel ${at % 3}`;
    expect(at, `${place}: expected ${bytes[at]}, got ${actual.data[at]}`).toBe(-1);
    return;
  }
  const sums = wanted.rows!.map((_, y) => crc32(actual.data.subarray(y * row, (y + 1) * row)));
  const at = sums.findIndex((sum, y) => sum !== wanted.rows![y]);
  expect(at, `row y=${at} differs`).toBe(-1);
  expect(sha256(actual.data)).toBe(wanted.sha256);
}

/** All stored values within 1e-6; returns whether the whole tensor is equal bit for bit. */
export function expectFloats(actual: Float32Array, wanted: FloatCase): boolean {
  expect(actual.length).toBe(wanted.shape.reduce((a, b) => a * b, 1));
  const step = wanted.base64 === undefined ? 499 : 1;
  const bytes = Buffer.from(wanted.base64 ?? wanted.every499!, 'base64');
  const values = new Float32Array(new Uint8Array(bytes).buffer);
  expect(values.length).toBe(Math.ceil(actual.length / step));
  let worst = 0;
  for (let i = 0; i < values.length; i++) {
    worst = Math.max(worst, Math.abs(values[i]! - actual[i * step]!));
  }
  expect(worst).toBeLessThan(1e-6);
  return wanted.sha256 === undefined ? worst === 0 : sha256(actual) === wanted.sha256;
}

/** An image of the given size from a flat list of 0-255 values, for property tests. */
export function imageOf(width: number, height: number, values: ArrayLike<number>): RgbImage {
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, i) => values[i] ?? 0) };
}

function sha256(data: Uint8Array | Float32Array): string {
  return createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');
}
