/** Winoground from a folder, in either of the layouts that its repository has. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../src/errors.ts';
import { imageSize, readSource, sourceName } from '../../src/images/decode.ts';
import type { Example } from '../../src/scoring/example.ts';
import { sha256 } from '../sha256.ts';
import { hashExamples, type ImageFacts, type Task } from '../task.ts';
import type { BadRecord, FoundRecord, FoundRecords } from './found.ts';
import { readJsonlLayout } from './jsonl-layout.ts';
import { WINOGROUND } from './names.ts';
import { readParquetLayout } from './parquet-layout.ts';
import { diwanTags, isPublishedSet, winogroundTags } from './tags.ts';

/** What of the repository scoring needs; the first set that it has. */
export const WINOGROUND_FILES: readonly (readonly string[])[] = [
  ['data/examples.jsonl', 'data/images.zip'],
  ['data/test-*.parquet'],
];

const CITATION =
  'Thrush, Jiang, Bartolo, Singh, Williams, Kiela, Ross: Winoground: Probing Vision and Language Models for Visio-Linguistic Compositionality. CVPR 2022.';
const LICENSE =
  'META IMAGES RESEARCH LICENSE: research only; no copies, no hosting; at most 100 images in publications, with attribution to Getty Images';

/** Where in the repository the files lie; a folder may also hold them directly. */
const PLACES = ['data', ''];

/**
 * Loads Winoground from a copy of its repository, or of its `data` folder. `examples.jsonl` with `images.zip` (or the
 * unpacked folder `images`) comes before Parquet. Every image is read once, for its hash and its size.
 * @param skipBad leave out records that cannot be used, and list them, instead of failing.
 * @throws InputError where there is neither, or naming the first record that cannot be used.
 */
export async function loadWinoground(folder: string, skipBad = false): Promise<Task> {
  const found = await readLayout(folder, skipBad);
  const diwan = isPublishedSet(found.records.map(({ record }) => record)) ? diwanTags() : undefined;
  const examples: Example[] = [];
  const images: ImageFacts[][] = [];
  const failures: BadRecord[] = [...found.failures];
  const places = new Map<string, string>();
  for (const one of found.records) {
    const { record, where } = one;
    try {
      const earlier = places.get(record.id);
      if (earlier !== undefined)
        throw new InputError({
          what: `the id "${record.id}" is used twice`,
          where,
          got: `first at ${earlier}`,
        });
      const facts = await readFacts(one);
      places.set(record.id, where);
      examples.push({
        id: record.id,
        images: one.images,
        captions: record.captions,
        truth: [
          [0, 0],
          [1, 1],
        ],
        tags: winogroundTags(record, diwan),
      });
      images.push(facts);
    } catch (error) {
      if (!skipBad || !(error instanceof InputError)) throw error;
      failures.push({ id: record.id, message: error.message });
    }
  }
  if (examples.length === 0) throw new InputError({ what: 'there is no usable example', where: folder });
  return {
    name: WINOGROUND,
    version: '1',
    title: 'Winoground',
    license: LICENSE,
    redistribution: 'limited',
    citation: CITATION,
    source: folder,
    examples,
    images,
    failures,
    hash: hashExamples(examples, images),
  };
}

async function readLayout(folder: string, skipBad: boolean): Promise<FoundRecords> {
  const places = PLACES.map((place) => join(folder, place));
  const jsonl = places.map((place) => join(place, 'examples.jsonl')).find((path) => existsSync(path));
  if (jsonl) return readJsonlLayout(jsonl, skipBad);
  for (const place of places) {
    const files = parquetFiles(place);
    if (files.length > 0) return readParquetLayout(files, skipBad);
  }
  throw new InputError({
    what: 'Winoground is not in this folder',
    where: folder,
    expected:
      'data/examples.jsonl with data/images.zip, or data/test-*.parquet, as its repository on the Hub has them',
    got: existsSync(folder)
      ? readdirSync(folder).slice(0, 8).join(', ') || 'an empty folder'
      : 'no such folder',
  });
}

/** The shards of the only split, in order. */
function parquetFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^test-.*\.parquet$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

async function readFacts({ images, where }: FoundRecord): Promise<ImageFacts[]> {
  const facts: ImageFacts[] = [];
  for (const source of images) {
    const bytes = await readSource(source);
    const { width, height } = await imageSize(bytes, `${where}: ${sourceName(source)}`);
    facts.push({ sha256: sha256(bytes), width, height });
  }
  return facts;
}
