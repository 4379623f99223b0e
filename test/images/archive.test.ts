import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { listArchive, readArchived } from '../../src/images/archive.ts';
import { decodeImage, sourceName } from '../../src/images/decode.ts';
import { makeZip, type ZipFile } from '../support/zip.ts';
import { temporaryFolder } from '../temporary.ts';
import { decodeFixture, fixture } from './golden.ts';

const PICTURE = readFileSync(fixture('rgb-64x48.png'));

function write(files: readonly ZipFile[]): string {
  const path = join(temporaryFolder(), 'images.zip');
  writeFileSync(path, makeZip(files));
  return path;
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  const { message } = error as InputError;
  expect(message).not.toContain('\n');
  return message;
}

describe('an honest archive', () => {
  test.each([false, true])('gives its images as they are (deflated: %s)', async (deflate) => {
    const path = write([
      { name: 'images/', data: new Uint8Array() },
      { name: 'images/a.txt', data: Buffer.from('before') },
      { name: 'images/b.png', data: PICTURE, deflate },
    ]);
    const images = await listArchive(path);
    expect([...images.keys()]).toEqual(['images/a.txt', 'images/b.png']);
    const source = structuredClone(images.get('images/b.png')!);
    expect(Buffer.from(await readArchived(source)).equals(PICTURE)).toBe(true);
    expect(await decodeImage(source)).toEqual(await decodeFixture('rgb-64x48.png'));
    expect(sourceName(source)).toBe(`${path}: images/b.png`);
  });

  test('of many images gives each its own bytes', async () => {
    const files = Array.from({ length: 40 }, (_, k) => ({
      name: `${k}.bin`,
      data: Buffer.alloc(1000 + k, k),
      deflate: k % 2 === 0,
    }));
    for (const [name, source] of await listArchive(write(files)))
      expect(Buffer.from(await readArchived(source))).toEqual(files.find((file) => file.name === name)!.data);
  });
});

describe('an archive is refused by a sentence', () => {
  test.each([
    ['leads up', '../evil.png', /cannot read the zip archive: .*invalid relative path: \.\.\/evil\.png/],
    ['leads up within', 'images/../../evil.png', /cannot read the zip archive: .*invalid relative path/],
    ['is absolute', '/etc/evil.png', /cannot read the zip archive: .*absolute path: \/etc\/evil\.png/],
    ['names a drive', 'C:/evil.png', /cannot read the zip archive: .*absolute path/],
  ])('where an entry %s', async (_, name, pattern) => {
    const path = write([
      { name: 'good.png', data: PICTURE },
      { name, data: PICTURE },
    ]);
    expect(await refusal(listArchive(path))).toMatch(pattern);
  });

  test('where an entry is packed by another method', async () => {
    const path = write([{ name: 'a.png', data: PICTURE, claim: { method: 14 } }]);
    expect(await refusal(listArchive(path))).toMatch(
      /"a\.png" is packed by method 14, not stored or deflated/,
    );
  });

  test('where an entry is encrypted', async () => {
    const path = write([{ name: 'a.png', data: PICTURE, deflate: true, claim: { flags: 0x801 } }]);
    expect(await refusal(listArchive(path))).toMatch(/"a\.png" is encrypted/);
  });

  test('where an entry says it is larger than any image', async () => {
    const bomb = { name: 'a.png', data: Buffer.alloc(1000), deflate: true, claim: { size: 2 ** 31 } };
    expect(await refusal(listArchive(write([bomb])))).toMatch(
      /"a\.png" unpacks to 2147483648 bytes, more than any/,
    );
  });

  test('where an entry unpacks to more than it says', async () => {
    const bomb = { name: 'a.png', data: Buffer.alloc(50_000_000), deflate: true, claim: { size: 1000 } };
    const source = (await listArchive(write([bomb]))).get('a.png')!;
    const before = process.memoryUsage().arrayBuffers;
    expect(await refusal(readArchived(source))).toMatch(
      /cannot read the image from its archive: .*images\.zip: a\.png.*1000 bytes/,
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
  });

  test('where bytes were changed', async () => {
    const path = write([{ name: 'a.png', data: PICTURE, claim: { crc: 12345 } }]);
    const source = (await listArchive(path)).get('a.png')!;
    expect(await refusal(readArchived(source))).toMatch(/not what the archive says it is/);
  });

  test('where it was cut off after it was listed', async () => {
    const path = write([{ name: 'a.png', data: PICTURE }]);
    const source = (await listArchive(path)).get('a.png')!;
    truncateSync(path, 100);
    expect(await refusal(readArchived(source))).toMatch(/ends before the image does/);
  });

  test('where it is none', async () => {
    const path = join(temporaryFolder(), 'images.zip');
    writeFileSync(path, 'version https://git-lfs.github.com/spec/v1\n');
    expect(await refusal(listArchive(path))).toMatch(/cannot read the zip archive/);
  });
});
