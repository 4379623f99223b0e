/** A built-in benchmark, from the user's copy of its files and pictures to a task. */

import { resolve } from 'node:path';
import { InputError } from '../../src/errors.ts';
import { type ImageSource, imageSize, readSource, sourceName } from '../../src/images/decode.ts';
import type { Example } from '../../src/scoring/example.ts';
import { sha256 } from '../sha256.ts';
import { hashExamples, type ImageFacts, type Task } from '../task.ts';
import type { Benchmark, BenchmarkRecord } from './benchmark.ts';
import { cropImage } from './crop-image.ts';
import { indexPictures, type PictureIndex } from './picture-index.ts';

export interface BenchmarkOptions {
  /** One part; all of them where absent. */
  part?: string;
  /** Folder of the published files. */
  data: string;
  /** Folders of pictures, searched before that of the files. */
  images?: readonly string[];
  /** Leave out records that cannot be used, and list them, instead of failing. @default false */
  skipBad?: boolean;
}

/**
 * Loads a benchmark. Every picture is read once, for its hash and its size.
 * @throws InputError where a file, a record or a picture is missing or damaged.
 */
export async function loadBenchmark(benchmark: Benchmark, options: BenchmarkOptions): Promise<Task> {
  const { part, data, images = [], skipBad = false } = options;
  const folder = resolve(data);
  const parts = part === undefined ? benchmark.parts.map(({ name }) => name) : [part];
  const { records, failures } = await benchmark.read(folder, parts, skipBad);
  const pictures = await indexPictures([...images.map((path) => resolve(path)), folder]);
  checkPictures(benchmark, records, pictures, skipBad);
  const known = new Map<string, Promise<Known>>();
  const examples: Example[] = [];
  const facts: ImageFacts[][] = [];
  for (const { images: names, crop, where, ...rest } of records) {
    try {
      const found = await Promise.all(
        names.map((name) => {
          const source = typeof name === 'string' ? pictures.find(name) : name;
          if (!source) throw new InputError({ what: 'a picture is missing', where, got: `"${name}"` });
          const key = JSON.stringify([sourceName(source), crop]);
          const stored = known.get(key) ?? readPicture(source, crop, where);
          known.set(key, stored);
          return stored;
        }),
      );
      examples.push({ ...rest, images: found.map(({ source }) => source) });
      facts.push(found.map(({ facts }) => facts));
    } catch (error) {
      if (!skipBad || !(error instanceof InputError)) throw error;
      failures.push({ id: rest.id, message: error.message });
    }
  }
  if (examples.length === 0) throw new InputError({ what: 'there is no usable example', where: data });
  const name = part === undefined ? benchmark.name : `${benchmark.name}-${part}`;
  const warning = countWarning(benchmark, part, records.length);
  return {
    name,
    version: '1',
    title: part === undefined ? benchmark.title : `${benchmark.title}, ${part}`,
    license: benchmark.license,
    redistribution: benchmark.redistribution,
    citation: benchmark.citation,
    source: data,
    examples,
    images: facts,
    failures,
    ...(benchmark.leastPerTag !== undefined && { leastPerTag: benchmark.leastPerTag }),
    ...(warning !== undefined && { warnings: [warning] }),
    hash: hashExamples(examples, facts),
  };
}

interface Known {
  source: ImageSource;
  facts: ImageFacts;
}

async function readPicture(
  source: ImageSource,
  crop: BenchmarkRecord['crop'],
  where: string,
): Promise<Known> {
  const used = crop ? await cropImage(source, crop) : source;
  const bytes = await readSource(used);
  const { width, height } = await imageSize(bytes, `${where}: ${sourceName(source)}`);
  return { source: used, facts: { sha256: sha256(bytes), width, height } };
}

/** Says in one sentence which pictures are missing and where they come from. @throws InputError unless some may be. */
function checkPictures(
  benchmark: Benchmark,
  records: readonly BenchmarkRecord[],
  pictures: PictureIndex,
  skipBad: boolean,
): void {
  const names = [...new Set(records.flatMap(({ images }) => images))].filter(
    (name) => typeof name === 'string',
  );
  const missing = names.filter((name) => !pictures.find(name));
  if (missing.length === 0 || (skipBad && missing.length < names.length)) return;
  throw new InputError({
    what: `${missing.length === names.length ? 'the' : missing.length} pictures of ${benchmark.title} are missing`,
    where: missing.slice(0, 3).join(', ') + (missing.length > 3 ? ', …' : ''),
    expected: `${names.length} pictures under --data or --images FOLDER`,
    got: `${names.length - missing.length} of them`,
    fix: benchmark.pictures,
  });
}

/** A sentence where the files hold another number of examples than the published ones. */
function countWarning(benchmark: Benchmark, part: string | undefined, count: number): string | undefined {
  const known =
    part === undefined ? benchmark.count : benchmark.parts.find(({ name }) => name === part)?.count;
  if (known === undefined || known === count) return undefined;
  const name = part === undefined ? benchmark.title : `${benchmark.title}, ${part}`;
  return `${name} as published has ${known} examples, these files hold ${count}: scores are not comparable with published ones`;
}
