import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { NoiseBank } from '../../src/diffusion/noise-bank.ts';

interface Golden {
  seed: number;
  /** `[count, C, H, W]` */
  shape: [number, number, number, number];
  /** The first and last values of each noise, 64 at most. */
  noises: { first: number[]; last: number[] }[];
}

const file = new URL('../../fixtures/golden/noise/noise.json', import.meta.url);
const { cases }: { cases: Golden[] } = JSON.parse(readFileSync(file, 'utf8'));

/** Absolute: float32 logarithms, cosines and sines differ between libraries in the last bit. */
const TOLERANCE = 2e-6;

function bankOf({ seed, shape: [count, ...shape] }: Pick<Golden, 'seed' | 'shape'>): NoiseBank {
  return new NoiseBank({ seed, count, shape });
}

function expectClose(got: Float32Array, wanted: readonly number[]): void {
  const worst = Math.max(...wanted.map((value, k) => Math.abs(value - got[k]!)));
  expect(got.length).toBe(wanted.length);
  expect(worst).toBeLessThanOrEqual(TOLERANCE);
}

describe('NoiseBank equals torch.manual_seed and torch.randn', () => {
  test.each(cases)('seed $seed, shape $shape', (golden) => {
    const bank = bankOf(golden);
    const [count, channels, height, width] = golden.shape;
    expect(golden.noises).toHaveLength(count);
    for (const [index, { first, last }] of golden.noises.entries()) {
      const noise = bank.get(index);
      expect(noise).toHaveLength(channels * height * width);
      expectClose(noise.subarray(0, first.length), first);
      expectClose(noise.subarray(-last.length), last);
    }
  });

  test('the cases reach every path: whole blocks, a redrawn tail, fewer than 16 values', () => {
    const totals = cases.map(({ shape }) => shape.reduce((a, b) => a * b));
    expect(totals.some((total) => total % 16 === 0)).toBe(true);
    expect(totals.some((total) => total > 16 && total % 16 !== 0)).toBe(true);
    expect(totals.some((total) => total < 16)).toBe(true);
  });
});

describe('access by index', () => {
  // More than one saved state, noises that share blocks of 16, and a redrawn tail.
  const spec = { seed: 5, shape: [41, 3, 25, 43] as Golden['shape'] };

  test('any order gives the same bits', () => {
    const ascending = Array.from({ length: 41 }, (_, k) => k);
    const forward = bankOf(spec);
    const noises = ascending.map((k) => forward.get(k));
    const backward = bankOf(spec);
    for (const k of ascending.toReversed()) expect(backward.get(k)).toEqual(noises[k]);
    const scattered = bankOf(spec);
    for (const k of [40, 0, 40, 17, 17, 3, 39, 0]) expect(scattered.get(k)).toEqual(noises[k]);
  });

  test('a noise handed out can be written to without harm', () => {
    const bank = bankOf(spec);
    const before = bank.get(40).slice();
    bank.get(40).fill(0);
    expect(bank.get(40)).toEqual(before);
  });

  test('noises of one bank differ, and so do those of two seeds', () => {
    const bank = bankOf(spec);
    expect(bank.get(0)).not.toEqual(bank.get(1));
    expect(bankOf({ ...spec, seed: 6 }).get(0)).not.toEqual(bank.get(0));
  });

  test('the first whole blocks do not depend on how many noises follow', () => {
    const shape = [4, 8, 8] as const;
    const few = new NoiseBank({ seed: 0, count: 2, shape });
    const many = new NoiseBank({ seed: 0, count: 300, shape });
    expect(few.get(1)).toEqual(many.get(1));
  });

  test.each([-1, 41, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('%f is refused', (index) => {
    expect(() => bankOf(spec).get(index)).toThrow(RangeError);
  });

  test('sha256 covers all noises in order', () => {
    const bank = bankOf({ seed: 9, shape: [3, 1, 5, 5] });
    const hash = createHash('sha256');
    for (let k = 0; k < 3; k++) hash.update(Buffer.from(bank.get(k).buffer));
    expect(bank.sha256()).toBe(hash.digest('hex'));
    expect(bankOf({ seed: 10, shape: [3, 1, 5, 5] }).sha256()).not.toBe(bank.sha256());
  });
});

test('values are standard normal', () => {
  const bank = new NoiseBank({ seed: 0, count: 16, shape: [4, 32, 32] });
  const values = Array.from({ length: 16 }, (_, k) => [...bank.get(k)]).flat();
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  // Five standard errors of each over 65536 values.
  expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(values.length));
  expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / values.length));
});
