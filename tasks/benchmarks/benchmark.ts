/** What a built-in benchmark says of itself, and the records that its files are read to. */

import type { ImageSource } from '../../src/images/decode.ts';
import type { Example } from '../../src/scoring/example.ts';
import type { Redistribution } from '../task.ts';

/** One example as a benchmark's files state it; images by name are not found yet. */
export interface BenchmarkRecord extends Omit<Example, 'images'> {
  images: readonly (string | ImageSource)[];
  /** The part of each image that is meant, in pixels of the file. */
  crop?: CropBox;
  /** Where it stands, for errors: file and key or row. */
  where: string;
}

/** A rectangle within an image: it may reach beyond it, as Pillow's `crop` allows. */
export interface CropBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What a benchmark's files were read to. */
export interface BenchmarkRecords {
  records: BenchmarkRecord[];
  failures: { id: string; message: string }[];
}

/** A score that somebody published, to compare one's own with. */
export interface PublishedScore {
  /** The model. */
  scorer: string;
  /** The part of the benchmark; all of it where absent. */
  part?: string;
  metric: string;
  percent: number;
  /** Where the number stands. */
  source: string;
}

/** A part that can be scored by itself, as the task `<benchmark>-<part>`. */
export interface BenchmarkPart {
  name: string;
  /** Examples in the published files; undefined where it is not known for sure. */
  count: number | undefined;
}

/** A published benchmark whose data the user has. */
export interface Benchmark {
  /** The task's name. */
  name: string;
  title: string;
  /** What it asks, in a few words. */
  about: string;
  /** Images × captions of an example. */
  shape: string;
  parts: readonly BenchmarkPart[];
  /** Whether a task may be made of one part alone; a single anonymous part otherwise. */
  hasParts: boolean;
  /** Examples in the published files; undefined where it is not known for sure. */
  count: number | undefined;
  /** Against what the reader was tried: the files as published, or a small set made by their description. */
  checked: 'published files' | 'description';
  /** Where its files are. */
  source: string;
  /** The files that this reads, for a reader who looks for them. */
  files: string;
  /** Which pictures are needed and where they come from: a sentence that goes with every failure to find them. */
  pictures: string;
  /** The data set on the Hub that `--data` may name, and what of it is read. */
  hub?: { repo: string; choices: readonly (readonly string[])[] };
  license: string;
  redistribution: Redistribution;
  citation: string;
  /** How its authors count, in terms of the metrics here. */
  counted: string;
  published: readonly PublishedScore[];
  /** Tags of fewer examples are left out of macro averages. */
  leastPerTag?: number;
  /**
   * Reads the records of some parts.
   * @throws InputError where a file is missing or, unless such records are skipped, at the first that cannot be used.
   */
  read(folder: string, parts: readonly string[], skipBad: boolean): Promise<BenchmarkRecords>;
}

/** The true pairs of an example with as many images as captions: image k belongs to caption k. */
export function diagonal(count: number): [image: number, caption: number][] {
  return Array.from({ length: count }, (_, k) => [k, k]);
}
