import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { InputError, UsageError } from '../../src/errors.ts';
import { decodeImage } from '../../src/images/decode.ts';
import { readAro } from '../../tasks/benchmarks/aro.ts';
import type { Benchmark } from '../../tasks/benchmarks/benchmark.ts';
import { readCola } from '../../tasks/benchmarks/cola.ts';
import { benchmarks, findBenchmark } from '../../tasks/benchmarks/index.ts';
import { BENCHMARK_LIST } from '../../tasks/benchmarks/list.ts';
import { loadBenchmark } from '../../tasks/benchmarks/load-benchmark.ts';
import { readMmvp } from '../../tasks/benchmarks/mmvp-vlm.ts';
import { readSugarCrepe } from '../../tasks/benchmarks/sugarcrepe.ts';
import { readPair } from '../../tasks/benchmarks/two-by-two.ts';
import { readValse } from '../../tasks/benchmarks/valse.ts';
import { readWhatsUp } from '../../tasks/benchmarks/whatsup.ts';
import { loadTask } from '../../tasks/registry.ts';
import { worldImage } from '../support/small-probe.ts';
import { makeZip } from '../support/zip.ts';
import { temporaryFolder } from '../temporary.ts';

/** A folder with the files that benchmarks publish; see CONTRIBUTING. */
const DATA = process.env.WINOSCOPE_DATA;
const isNotThere = DATA === undefined || !existsSync(DATA);
const named = (name: string) => findBenchmark(name)!.benchmark;

beforeEach(() => {
  vi.stubEnv('WINOSCOPE_CACHE', temporaryFolder());
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** Writes files, JSON where the contents are no text, and a link to a picture of the tiny world for every other name. */
function folderOf(files: Record<string, unknown>, pictures: readonly string[]): string {
  const folder = temporaryFolder();
  for (const [path, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof contents === 'string' ? contents : JSON.stringify(contents));
  }
  linkPictures(folder, pictures);
  return folder;
}

function linkPictures(folder: string, names: Iterable<string>): void {
  let k = 0;
  for (const name of new Set(names)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    symlinkSync(worldImage((k >> 1) % 100, (k++ % 2) as 0 | 1), join(folder, name));
  }
}

/** The words of a caption, sorted: what a reader without order has. */
const bag = (text: string) => (text.toLowerCase().match(/[a-z0-9']+/g) ?? []).sort().join(' ');

describe('the files as published', () => {
  const cases: [name: string, folder: string, parts: number][] = [
    ['sugarcrepe', 'sugar-crepe', 7],
    ['valse', 'valse', 11],
    ['cola', 'cola', 1],
  ];

  test.skipIf(isNotThere).each(cases)(
    '%s loads with the known counts (not run without WINOSCOPE_DATA)',
    async (name, place, parts) => {
      const benchmark = named(name);
      const folder = join(DATA!, place);
      const every = benchmark.parts.map((part) => part.name);
      const { records, failures } = await benchmark.read(folder, every, false);
      expect([every.length, failures.length]).toEqual([parts, 0]);
      const pictures = temporaryFolder();
      linkPictures(
        pictures,
        records.flatMap(({ images }) => images as string[]),
      );
      const task = await loadBenchmark(benchmark, { data: folder, images: [pictures] });
      expect(task.examples).toHaveLength(benchmark.count!);
      expect(task.warnings).toBeUndefined();
      expect(new Set(task.examples.map(({ id }) => id)).size).toBe(benchmark.count);
      for (const { name: part, count } of benchmark.hasParts ? benchmark.parts : [])
        expect(task.examples.filter(({ id }) => id.startsWith(`${part}/`))).toHaveLength(count!);
    },
  );

  test.skipIf(isNotThere)(
    '572 pairs of SugarCrepe have the same words (not run without WINOSCOPE_DATA)',
    async () => {
      const { records } = await named('sugarcrepe').read(
        join(DATA!, 'sugar-crepe'),
        named('sugarcrepe').parts.map(({ name }) => name),
        false,
      );
      const same = records.filter(({ captions }) => bag(captions[0]!) === bag(captions[1]!));
      const of = (part: string) => same.filter(({ id }) => id.startsWith(part)).length;
      expect([same.length, of('swap_obj'), of('swap_att')]).toEqual([572, 164, 408]);
    },
  );
});

describe('each on a small set in its documented form', () => {
  const sugar = (filename: string) => ({
    filename,
    caption: 'a red circle',
    negative_caption: 'a blue circle',
  });

  test('SugarCrepe: one part, or all; keys with gaps; the picture in a zip as COCO is published', async () => {
    const data = folderOf(
      { 'data/swap_obj.json': { 107: sugar('000000000001.jpg'), 109: sugar('000000000002.jpg') } },
      [],
    );
    writeFileSync(
      join(data, 'val2017.zip'),
      makeZip(
        [1, 2].map((k) => ({ name: `val2017/00000000000${k}.jpg`, data: readFileSync(worldImage(k, 0)) })),
      ),
    );
    const task = await loadTask('sugarcrepe-swap_obj', { data });
    expect(task).toMatchObject({ name: 'sugarcrepe-swap_obj', source: data, redistribution: 'none' });
    expect(task.examples.map(({ id }) => id)).toEqual(['swap_obj/107', 'swap_obj/109']);
    expect(task.examples[0]).toMatchObject({
      captions: ['a red circle', 'a blue circle'],
      truth: [[0, 0]],
      tags: ['part: swap_obj', 'edit: swap', 'of: obj'],
    });
    expect(task.warnings![0]).toMatch(/swap_obj as published has 245 examples, these files hold 2/);
    await expect(loadTask('sugarcrepe', { data })).rejects.toThrow(
      /part add_att is not in this folder.*add_att\.json/,
    );
  });

  test('VALSE: foils that were not confirmed do not count, keys may repeat between files', async () => {
    const record = (votes: number) => ({
      image_file: `v7w_${votes}.jpg`,
      caption: 'There are no people.',
      foil: 'There are people.',
      linguistic_phenomena: 'existence',
      mturk: { foil: 0, caption: votes, other: 0 },
    });
    const pieces = Object.fromEntries(
      named('valse').parts.map(({ name }) => [`${name}.json`, { a: record(1), b: record(2), c: record(3) }]),
    );
    const { examples } = await loadTask('valse', {
      data: folderOf(pieces, ['v7w_2.jpg', 'deep/er/v7w_3.jpg']),
    });
    expect(examples).toHaveLength(22);
    expect(examples[0]).toMatchObject({
      id: 'existence/b',
      tags: ['piece: existence', 'phenomenon: existence'],
    });
  });

  test('COLA: pictures go by the last part of their address', async () => {
    const at = (name: string) => `https://cs-people.bu.edu/array/data/vg_gqa_images/${name}`;
    const rows = [[at('1.jpg'), 'a tall tree', at('2.jpg'), 'a short tree']];
    const data = folderOf({ 'COLA_multiobjects_matching_benchmark.json': rows }, [
      'images/1.jpg',
      'images/2.jpg',
    ]);
    const { examples } = await loadTask('cola', { data });
    expect(examples[0]).toMatchObject({ id: '0', truth: [[0, 0], [1, 1]] }); // biome-ignore format: pairs
  });

  test('ARO: the box is scored, the true caption is the second, relations have their average', async () => {
    const record = {
      image_path: '7.jpg',
      bbox_x: 4,
      bbox_y: -2,
      bbox_w: 20,
      bbox_h: 10,
      true_caption: 'the cup is on the table',
      false_caption: 'the table is on the cup',
      relation_name: 'on',
    };
    const data = folderOf({ 'visual_genome_relation.json': [record] }, ['images/7.jpg']);
    const task = await loadTask('aro-vg_relation', { data });
    expect(task).toMatchObject({ leastPerTag: 25, images: [[{ width: 20, height: 10 }]] });
    expect(task.examples[0]).toMatchObject({ truth: [[0, 1]], tags: ['part: vg_relation', 'relation: on'] });
    const [whole, cut] = [
      await decodeImage({ path: worldImage(0, 0) }),
      await decodeImage(task.examples[0]!.images[0]!),
    ];
    const pixel = (image: typeof whole, x: number, y: number) => [
      ...image.data.slice((y * image.width + x) * 3).slice(0, 3),
    ];
    expect(pixel(cut, 5, 1)).toEqual([0, 0, 0]);
    expect(pixel(cut, 5, 6)).toEqual(pixel(whole, 9, 4));
  });

  test("What'sUp: pairs and sets by the file's name", async () => {
    const options = ['left of', 'right of', 'on', 'under'].map((where) => `A mug ${where} a plate`);
    const places = ['left_of', 'right_of', 'on', 'under'].map(
      (where) => `data/controlled_images/mug_${where}_plate.jpeg`,
    );
    const records = places.map((image_path, k) => ({
      image_path,
      caption_options: [options[k], ...options.toSpliced(k, 1)],
    }));
    const data = folderOf(
      { 'controlled_images_dataset.json': records },
      places.map((path) => path.slice(5)),
    );
    const { examples } = await loadTask('whatsup-controlled_a', { data });
    expect(examples.map(({ groups }) => groups!.pair)).toEqual(
      ['left or right', 'left or right', 'on or under', 'on or under'].map(
        (pair) => `controlled_a, mug and plate, ${pair}`,
      ),
    );
    expect(new Set(examples.map(({ groups }) => groups!.set)).size).toBe(1);
  });

  test('MMVP-VLM: rows that follow each other are a pair', async () => {
    const rows = 'Question ID,Type,Statement\n1,Texts,"a cup, full"\n2,Texts,an empty cup\n';
    const pictures = [
      'MLLM_VLM Images/Texts/1.jpg',
      'MLLM_VLM Images/Texts/2.jpg',
      'MLLM_VLM Images/Other/1.jpg',
    ];
    const { examples } = await loadTask('mmvp-vlm', { data: folderOf({ 'Questions.csv': rows }, pictures) });
    expect(examples).toHaveLength(1);
    expect(examples[0]).toMatchObject({
      id: '1-2',
      captions: ['a photo of a cup, full', 'a photo of an empty cup'],
      tags: ['pattern: Texts'],
    });
    expect((examples[0]!.images[0] as { path: string }).path).toMatch(/Texts\/1\.jpg$/);
  });

  test('NaturalBench-Retrieval', async () => {
    const record = {
      index: 3,
      image_0: 'images/a.jpg',
      image_1: 'images/b.jpg',
      caption_0: 'a',
      caption_1: 'b',
    };
    const files = { 'NaturalBench-Retrieval/metadata.json': [record] };
    const data = folderOf(files, [
      'NaturalBench-Retrieval/images/a.jpg',
      'NaturalBench-Retrieval/images/b.jpg',
    ]);
    const { examples } = await loadTask('naturalbench', { data });
    expect(examples[0]).toMatchObject({ id: '3', captions: ['a', 'b'] });
  });

  const FIXTURES = fileURLToPath(new URL('../../fixtures/benchmark-shaped', import.meta.url));
  test.each([
    ['bivlc', '0', ['type: replace', 'subtype: object'], ['a red circle', 'a blue circle']],
    [
      'colorswap',
      '11',
      ['image source: midjourney', 'caption source: human'],
      ['a red circle', 'a blue circle'],
    ],
    ['vismin', 'attr-1', ['category: attribute'], ['a red circle', 'a blue circle']],
  ])('%s from Parquet', async (name, id, tags, captions) => {
    const task = await loadTask(name, { data: join(FIXTURES, name) });
    expect(task.examples[0]).toMatchObject({ id, tags, captions });
    expect(task.images[0]![0]!.sha256).not.toBe(task.images[0]![1]!.sha256);
    expect(task.examples).toHaveLength(2);
  });
});

describe('what cannot be used is refused by a sentence', () => {
  test('no data, and flags that a task has no use for', async () => {
    await expect(loadTask('valse')).rejects.toThrow(
      /VALSE does not come with this program.*--data FOLDER.*github\.com/,
    );
    await expect(loadTask('valse', { data: '.', classes: 'x' })).rejects.toThrow(UsageError);
    await expect(loadTask('cifar10', { data: '.', images: ['x'] })).rejects.toThrow(/--images has no use/);
    await expect(loadTask('tiny-world', { templates: ['a {}'] })).rejects.toThrow(
      /--template is for tasks that come without/,
    );
  });

  test('missing pictures, by one sentence that says how to get them', async () => {
    const file = { 'swap_obj.json': { 0: { filename: '1.jpg', caption: 'a', negative_caption: 'b' } } };
    await expect(loadTask('sugarcrepe-swap_obj', { data: folderOf(file, []) })).rejects.toThrow(
      /the pictures of SugarCrepe are missing: 1\.jpg .*--images FOLDER.*val2017\.zip/,
    );
  });

  test('two pictures of one name', async () => {
    const file = { 'swap_obj.json': { 0: { filename: '1.jpg', caption: 'a', negative_caption: 'b' } } };
    const data = folderOf(file, ['val/1.jpg', 'train/1.jpg']);
    await expect(loadTask('sugarcrepe-swap_obj', { data })).rejects.toThrow(/two pictures have one name/);
  });

  test('a record with nothing in a field: stops the load, or is left out and listed', async () => {
    const records = {
      0: { filename: '1.jpg', caption: 'a', negative_caption: ' ' },
      1: { filename: '1.jpg', caption: 'a', negative_caption: 'b' },
      2: { filename: '2.jpg', caption: 'a', negative_caption: 'b' },
    };
    const data = folderOf({ 'swap_obj.json': records }, ['1.jpg']);
    await expect(loadTask('sugarcrepe-swap_obj', { data })).rejects.toThrow(
      /swap_obj\.json, record 0 .*field "negative_caption"/,
    );
    const { examples, failures } = await loadTask('sugarcrepe-swap_obj', { data, skipBad: true });
    expect(examples.map(({ id }) => id)).toEqual(['swap_obj/1']);
    expect(failures.map(({ message }) => message).join()).toMatch(/negative_caption.*a picture is missing/s);
  });

  test('files that are damaged, or of something else', async () => {
    const load = (contents: string) =>
      loadTask('cola', { data: folderOf({ 'COLA_multiobjects_matching_benchmark.json': contents }, []) });
    await expect(load('[[')).rejects.toThrow(/the file is not JSON/);
    await expect(load('7')).rejects.toThrow(/the file holds no records/);
    await expect(load('[]')).rejects.toThrow(/no usable example/);
  });

  test('readers never throw, whatever a record holds', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.record(
        Object.fromEntries(
          [
            'filename',
            'caption',
            'negative_caption',
            'image_file',
            'foil',
            'mturk',
            'image_path',
            'caption_options',
            'true_caption',
            'false_caption',
            'bbox_x',
            'bbox_y',
            'bbox_w',
            'bbox_h',
            'attributes',
            'relation_name',
            'linguistic_phenomena',
            'image_0',
            'image_1',
            'caption_0',
            'caption_1',
            'index',
          ].map((field) => [field, fc.jsonValue()]),
        ),
        { requiredKeys: [] },
      ),
    );
    const fields = {
      id: 'index',
      images: ['image_0', 'image_1'],
      captions: [['caption_0'], ['caption_1']],
      tags: {},
    } as const;
    fc.assert(
      fc.property(value, (record) => {
        for (const read of [
          readSugarCrepe(record, 'swap_obj', '0'),
          readValse(record, 'plurals', '0'),
          readCola(record, '0'),
          readAro(record, 'vg_relation', '0'),
          readAro(record, 'vg_attribution', '0'),
          readWhatsUp(record, 'controlled_a', '0'),
          readPair(record, fields, { key: '0' }),
        ])
          expect(read === undefined || typeof read === 'string' || read.captions.length >= 2).toBe(true);
      }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string(), { maxLength: 4 }), { minLength: 1, maxLength: 2 }),
        (rows) => {
          const read = readMmvp(rows);
          expect(typeof read === 'string' || read!.captions.length === 2).toBe(true);
        },
      ),
    );
  });
});

describe('declarations', () => {
  test('the list for help texts is that of the declarations', () => {
    expect(BENCHMARK_LIST).toEqual(benchmarks.map(({ name, title, about }) => ({ name, title, about })));
  });

  test('counts add up, names are known once, and every picture’s source is told', () => {
    const names = benchmarks.flatMap(({ name, parts }) => [
      name,
      ...parts.map((part) => `${name}-${part.name}`),
    ]);
    expect(new Set(names).size).toBe(names.length);
    for (const { count, parts, source, pictures, citation, published } of benchmarks as Benchmark[]) {
      if (count !== undefined) expect(parts.reduce((sum, part) => sum + part.count!, 0)).toBe(count);
      expect(source).toMatch(/^https:/);
      expect(pictures).toMatch(/\.$/);
      expect(citation).toMatch(/20\d\d\.$/);
      for (const score of published) expect(score.source).not.toBe('');
    }
    expect(findBenchmark('cola-all')).toBeUndefined();
  });
});

test('an InputError is what a wrong folder is answered with', async () => {
  await expect(loadTask('bivlc', { data: temporaryFolder() })).rejects.toThrow(InputError);
});
