import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { InputError, UsageError } from '../../src/errors.ts';
import { decodeImage, readSource, sourceName } from '../../src/images/decode.ts';
import { loadTask } from '../../tasks/registry.ts';
import { loadWinoground } from '../../tasks/winoground/load-winoground.ts';
import { diwanTags } from '../../tasks/winoground/tags.ts';
import { makeZip } from '../support/zip.ts';
import { temporaryFolder } from '../temporary.ts';

const SHAPED = fileURLToPath(new URL('../../fixtures/winoground-shaped', import.meta.url));
const JSONL = join(SHAPED, 'jsonl');
const PARQUET = join(SHAPED, 'parquet');

let cache: string;
beforeEach(() => {
  cache = temporaryFolder();
  vi.stubEnv('WINOSCOPE_CACHE', cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** A copy of the JSONL layout's `data` folder, with the zip unpacked into `images`. */
async function unpacked(): Promise<string> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'images'));
  cpSync(join(JSONL, 'data', 'examples.jsonl'), join(folder, 'examples.jsonl'));
  cpSync(join(JSONL, 'data', 'images.zip'), join(folder, 'images.zip'));
  for (const source of (await loadWinoground(folder)).examples.flatMap(({ images }) => images)) {
    const name = sourceName(source).split('/').at(-1)!;
    writeFileSync(join(folder, 'images', name), await readSource(source));
  }
  rmSync(join(folder, 'images.zip'));
  return folder;
}

/** Changes the records of an unpacked copy. */
async function withRecords(change: (records: Record<string, unknown>[]) => unknown[]): Promise<string> {
  const folder = await unpacked();
  const path = join(folder, 'examples.jsonl');
  const records = readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => JSON.parse(line));
  writeFileSync(
    path,
    change(records)
      .map((record) => JSON.stringify(record))
      .join('\n'),
  );
  return folder;
}

describe('both layouts are one task', () => {
  test('the same hash, ids, captions, tags and pixels', async () => {
    const [zip, parquet] = [await loadWinoground(JSONL), await loadWinoground(PARQUET)];
    expect(parquet.hash).toBe(zip.hash);
    expect(zip.examples).toHaveLength(12);
    const bare = (task: typeof zip) => task.examples.map(({ images: _, ...rest }) => rest);
    expect(bare(parquet)).toEqual(bare(zip));
    expect(parquet.images).toEqual(zip.images);
    for (const [k, { images }] of zip.examples.entries())
      for (const [i, image] of images.entries())
        expect(await decodeImage(parquet.examples[k]!.images[i]!)).toEqual(await decodeImage(image));
  });

  test('the unpacked archive is the same task as well, and so is the data folder itself', async () => {
    const { hash } = await loadWinoground(JSONL);
    expect((await loadWinoground(await unpacked())).hash).toBe(hash);
    expect((await loadWinoground(join(JSONL, 'data'))).hash).toBe(hash);
    expect((await loadWinoground(join(PARQUET, 'data'))).hash).toBe(hash);
  });

  test('a zip is not unpacked, Parquet’s images are put into the cache once', async () => {
    await loadWinoground(JSONL);
    expect(readdirSync(cache)).toEqual([]);
    const first = await loadWinoground(PARQUET);
    const names = readdirSync(join(cache, 'images'));
    expect(names.sort()).toEqual([...new Set(first.images.flat().map(({ sha256 }) => sha256))].sort());
    // A file that was spoilt meanwhile is made anew.
    writeFileSync(join(cache, 'images', names[0]!), 'x');
    expect((await loadWinoground(PARQUET)).hash).toBe(first.hash);
    expect(readdirSync(join(cache, 'images'))).toHaveLength(names.length);
  });

  test('jsonl with the zip comes before Parquet', async () => {
    const folder = temporaryFolder();
    cpSync(join(JSONL, 'data'), join(folder, 'data'), { recursive: true });
    cpSync(join(PARQUET, 'data'), join(folder, 'data'), { recursive: true });
    const { examples } = await loadWinoground(folder);
    expect(sourceName(examples[0]!.images[0]!)).toContain('images.zip: images/ex_0_img_0.png');
  });
});

describe('what a task says', () => {
  test('limited redistribution, licence and citation', async () => {
    const task = await loadTask('winoground', { data: JSONL });
    expect(task).toMatchObject({ name: 'winoground', redistribution: 'limited', source: JSONL });
    expect(task.license).toMatch(/research only/);
    expect(task.citation).toMatch(/Thrush.*2022/);
  });

  test('tags of every kind, those of several values by membership and exactly', async () => {
    const { examples } = await loadWinoground(JSONL);
    expect(examples[4]!.tags).toEqual([
      'Object',
      'main predicates: 1',
      'tag: Noun',
      'secondary: Symbolic',
      'secondary: Series',
      'secondary exactly: Symbolic, Series',
    ]);
    expect(examples[3]!.tags).toContain('main predicates: 2');
    expect(examples.flatMap(({ tags }) => tags).filter((tag) => tag.startsWith('Diwan'))).toEqual([]);
  });

  test('the tags of Diwan et al. for the published 400, and for no other set', async () => {
    const counts = { Relation: 233, Object: 141, Both: 26 };
    const kinds = Object.entries(counts).flatMap(([kind, count]) => Array<string>(count).fill(kind));
    const fill = (records: Record<string, unknown>[]) =>
      kinds.map((collapsed_tag, id) => ({ ...records[id % records.length], id, collapsed_tag }));
    const { examples } = await loadWinoground(await withRecords(fill));
    const tagged = (name: string) => examples.filter(({ tags }) => tags.includes(`Diwan: ${name}`)).length;
    // The paper's counts; for No Tag the file's own, which has one more than the paper.
    expect({
      'Complex Reasoning': tagged('Complex Reasoning'),
      'Unusual Image': tagged('Unusual Image'),
      'Unusual Text': tagged('Unusual Text'),
      'Ambiguously Correct': tagged('Ambiguously Correct'),
      'Visually Difficult': tagged('Visually Difficult'),
      'Non Minimal': tagged('Non Minimal'),
      'No Tag': tagged('No Tag'),
    }).toEqual({
      'Complex Reasoning': 78,
      'Unusual Image': 56,
      'Unusual Text': 50,
      'Ambiguously Correct': 46,
      'Visually Difficult': 38,
      'Non Minimal': 30,
      'No Tag': 172,
    });
    const others = await withRecords((records) => fill(records).slice(0, 399));
    expect((await loadWinoground(others)).examples.flatMap(({ tags }) => tags).join()).not.toContain('Diwan');
    expect(Object.keys(diwanTags())).toHaveLength(400);
  });
});

describe('what cannot be used is refused by a sentence', () => {
  test('no data named, and --data for another task', async () => {
    await expect(loadTask('winoground')).rejects.toThrow(UsageError);
    await expect(loadTask('winoground')).rejects.toThrow(/--data facebook\/winoground.*accepted the terms/);
    await expect(loadTask('tiny-world', { data: JSONL })).rejects.toThrow(
      /--data is for tasks that come without/,
    );
  });

  test('a folder with neither layout', async () => {
    await expect(loadWinoground(SHAPED)).rejects.toThrow(
      /Winoground is not in this folder.*images\.zip.*test-\*\.parquet.*got .*make_winoground_shaped\.py/,
    );
    await expect(loadWinoground(join(SHAPED, 'absent'))).rejects.toThrow(/no such folder/);
  });

  test('records without their images', async () => {
    const folder = await unpacked();
    rmSync(join(folder, 'images', 'ex_3_img_1.png'));
    await expect(loadWinoground(folder)).rejects.toThrow(
      /an image is missing: .*examples\.jsonl, line 4 .*ex_3_img_1\.png in .*images/,
    );
    const task = await loadWinoground(folder, true);
    expect(task.examples).toHaveLength(11);
    expect(task.failures).toMatchObject([{ id: 'line 4' }]);
    rmSync(join(folder, 'images'), { recursive: true });
    await expect(loadWinoground(folder)).rejects.toThrow(/images are missing.*images\.zip/);
  });

  test.each([
    ['an id used twice', { id: 0 }, /the id "0" is used twice.*line 2.*line 1/],
    ['an empty caption', { caption_1: ' ' }, /line 2.*field "caption_1" is empty/],
    ['no caption', { caption_0: undefined }, /line 2.*field "caption_0"/],
    ['an image name that is none', { image_0: 7 }, /line 2.*field "image_0" is no image name/],
  ])('%s', async (_, change, pattern) => {
    const folder = await withRecords((all) =>
      all.map((record, k) => (k === 1 ? { ...record, ...change } : record)),
    );
    await expect(loadWinoground(folder)).rejects.toThrow(InputError);
    await expect(loadWinoground(folder)).rejects.toThrow(pattern);
  });

  test('two images of one name in the archive', async () => {
    const folder = await unpacked();
    const data = readFileSync(join(folder, 'images', 'ex_0_img_0.png'));
    const names = ['a/ex_0_img_0.png', 'b/ex_0_img_0.png', '__MACOSX/images/ex_0_img_0.png'];
    writeFileSync(join(folder, 'images.zip'), makeZip(names.map((name) => ({ name, data }))));
    await expect(loadWinoground(folder)).rejects.toThrow(/two images have one name.*"ex_0_img_0"/);
  });

  test('an image of more than 100 megapixels in the archive, from its header', async () => {
    const folder = await unpacked();
    const files = readdirSync(join(folder, 'images')).map((name) => ({
      name: `images/${name}`,
      data: readFileSync(join(folder, 'images', name)),
    }));
    const { data } = files.find(({ name }) => name.endsWith('ex_2_img_0.png'))!;
    data.writeUInt32BE(20_000, 16);
    data.writeUInt32BE(20_000, 20);
    data.writeUInt32BE(crc32(data.subarray(12, 29)), 29);
    writeFileSync(join(folder, 'images.zip'), makeZip(files));
    await expect(loadWinoground(folder)).rejects.toThrow(
      /image is too large: .*line 3.*ex_2_img_0\.png.*20000x20000, 400 megapixels/,
    );
  });

  test('a Parquet file that is damaged, and one of another set', async () => {
    const folder = temporaryFolder();
    const shard = join(folder, 'test-00000-of-00001.parquet');
    const bytes = readFileSync(join(PARQUET, 'data', 'test-00000-of-00002.parquet'));
    writeFileSync(shard, bytes.subarray(0, bytes.length - 500));
    await expect(loadWinoground(folder)).rejects.toThrow(/cannot read the Parquet file: .*test-00000/);
    const spoilt = Buffer.from(bytes);
    spoilt.fill(0x55, 200, 20_000);
    writeFileSync(shard, spoilt);
    await expect(loadWinoground(folder)).rejects.toThrow(InputError);
  });
});
