import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { decodeImage, imageSize, readSource } from '../../src/images/decode.ts';
import { decodeFixture, expectPixels, fixture, golden, imageOf } from './golden.ts';

const folder = await mkdtemp(join(tmpdir(), 'images-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function failure(bytes: Uint8Array, name: string): Promise<InputError> {
  const error = await decodeImage({ bytes, name }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

function bytesOf(file: string): Buffer {
  return readFileSync(fixture(file));
}

/** The same PNG with another size in its header, and the header's checksum made right. */
function withSize(png: Uint8Array, width: number, height: number): Buffer {
  const copy = Buffer.from(png);
  copy.writeUInt32BE(width, 16);
  copy.writeUInt32BE(height, 20);
  copy.writeUInt32BE(crc32(copy.subarray(12, 29)), 29);
  return copy;
}

describe('decodeImage equals Pillow', () => {
  it.each(golden.decode)('$file (mode $mode)', async (wanted) => {
    expectPixels(await decodeFixture(wanted.file), wanted);
  });

  it('covers every mode that is promised', () => {
    const modes = new Set(golden.decode.map(({ mode }) => mode));
    expect([...modes].sort()).toEqual(['1', 'CMYK', 'I;16', 'L', 'LA', 'P', 'RGB', 'RGBA']);
  });

  it('gives the same pixels from bytes as from a path', async () => {
    const bytes = await readSource({ path: fixture('q75-420.jpg') });
    expect(await decodeImage({ bytes, name: 'q75-420.jpg' })).toEqual(await decodeFixture('q75-420.jpg'));
  });

  it('gives the size without the pixels', async () => {
    for (const { file, width, height } of golden.decode) {
      expect(await imageSize(bytesOf(file), file), file).toEqual({ width, height });
    }
  });

  it('returns what a lossless PNG was made of', async () => {
    const side = fc.integer({ min: 1, max: 9 });
    const pixels = fc.uint8Array({ minLength: 243, maxLength: 243 });
    await fc.assert(
      fc.asyncProperty(side, side, pixels, async (width, height, values) => {
        const image = imageOf(width, height, values);
        const bytes = await sharp(image.data, { raw: { width, height, channels: 3 } })
          .png()
          .toBuffer();
        const back = await decodeImage({ bytes, name: 'made.png' });
        expect(back).toEqual(image);
      }),
      { numRuns: 40 },
    );
  });

  it('reads a JPEG with stray bytes that libjpeg only warns of', async () => {
    const bytes = bytesOf('q95-444.jpg');
    const stray = Buffer.concat([bytes.subarray(0, 2), Buffer.alloc(3), bytes.subarray(2)]);
    const back = await decodeImage({ bytes: stray, name: 'stray.jpg' });
    expect(back).toEqual(await decodeFixture('q95-444.jpg'));
  });
});

describe('decodeImage refuses', () => {
  const formats = 'PNG, JPEG, WebP, GIF or TIFF';

  it('a path that does not exist', async () => {
    const path = join(folder, 'absent.png');
    await expect(decodeImage({ path })).rejects.toThrow(
      `cannot read the image: ${path} (expected a readable file, got no such file). Check the path.`,
    );
  });

  it('a folder', async () => {
    await expect(readSource({ path: folder })).rejects.toThrow(
      `cannot read the image: ${folder} (expected a readable file, got a folder). Check the path.`,
    );
  });

  it('an empty file', async () => {
    const error = await failure(new Uint8Array(0), 'empty.png');
    expect(error.message).toBe(
      `the image is empty: empty.png (expected ${formats}, got 0 bytes). Replace the file.`,
    );
    expect(error.exitCode).toBe(2);
  });

  it('text', async () => {
    const error = await failure(Buffer.from('hello, I am not an image'), 'notes.txt');
    expect(error.message).toBe(
      `not an image that can be read: notes.txt (expected ${formats}, got an unknown format). Convert it to PNG or JPEG.`,
    );
  });

  it('an SVG, which Pillow does not read either', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="5" height="5"/>');
    expect((await failure(svg, 'a.svg')).message).toBe(
      `not an image that can be read: a.svg (expected ${formats}, got SVG). Convert it to PNG or JPEG.`,
    );
  });

  it.each([
    ['rgb-64x48.png', 'PNG'],
    ['q75-420.jpg', 'JPEG'],
    ['lossy.webp', 'image'],
    ['palette.gif', 'image'],
  ])('half of %s', async (file, kind) => {
    const bytes = bytesOf(file);
    const error = await failure(bytes.subarray(0, bytes.length / 2), file);
    expect(error.message).toMatch(
      new RegExp(
        `^the image is damaged: ${file} \\(expected a complete ${kind} file, got decoder error ".+"\\)\\. Replace the file\\.$`,
      ),
    );
    expect(error.message).not.toContain('\n');
  });

  it('a PNG cut off in its header', async () => {
    const error = await failure(bytesOf('rgb-64x48.png').subarray(0, 20), 'head.png');
    expect(error.message).toContain('the image is damaged: head.png');
  });

  it('a PNG with a flipped byte in its pixels', async () => {
    const bytes = bytesOf('rgb-64x48.png');
    bytes[bytes.length >> 1]! ^= 0xff;
    expect((await failure(bytes, 'flipped.png')).message).toContain('the image is damaged: flipped.png');
  });

  it('more than 100 megapixels, from the header alone', async () => {
    const error = await failure(withSize(bytesOf('rgb-5x7.png'), 20_000, 5_001), 'huge.png');
    expect(error.message).toBe(
      'the image is too large: huge.png (expected at most 100 megapixels, got 20000x5001, 101 megapixels). Scale it down first.',
    );
  });

  it('a float TIFF', async () => {
    expect((await failure(bytesOf('float.tiff'), 'float.tiff')).message).toBe(
      'the image has samples that cannot be read: float.tiff (expected at most 16 bits per channel, got type float). Convert it to 8-bit PNG.',
    );
  });

  it('a TIFF without its directory, which is at the end', async () => {
    const bytes = bytesOf('rgb.tiff');
    const error = await failure(bytes.subarray(0, bytes.length / 2), 'half.tiff');
    expect(error.message).toContain('half.tiff');
  });
});
