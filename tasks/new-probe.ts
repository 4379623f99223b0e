/** `task new`: a probe that runs at once, made of pictures of the embedded world, with a task file that teaches. */

import { copyFileSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { counted, InputError, UsageError, withFiles } from '../src/errors.ts';
import { makeFolder } from '../src/hub/make-folder.ts';
import { packageRoot } from '../src/hub/package-root.ts';
import { readTextRows } from './probe/rows.ts';
import { PLAIN_RULES, readRecord } from './probe-records.ts';

/** What a new probe is to be. */
export interface NewProbe {
  name: string;
  title: string;
  license: string;
  /** Of each example. */
  images: number;
  captions: number;
  /** How many examples of the tiny world to begin with; 0 where the first is the user's own. */
  count: number;
}

/** The most images or captions of a made example: the embedded pictures give no more that are surely apart. */
export const MOST_OPTIONS = 10;

/** `2x2`, `1x10`: images, then captions. @throws UsageError for anything else. */
export function parseShape(text: string): { images: number; captions: number } {
  const [, images, captions] = /^(\d{1,2})\s*[x×]\s*(\d{1,2})$/i.exec(text.trim()) ?? [];
  const shape = { images: Number(images), captions: Number(captions) };
  const fits = [shape.images, shape.captions].every((size) => size >= 1 && size <= MOST_OPTIONS);
  if (fits && shape.images * shape.captions > 1) return shape;
  throw new UsageError({
    what: `no shape "${text}"`,
    where: '--shape',
    expected: `images x captions, each 1 to ${MOST_OPTIONS} and not both 1: 2x2 as in Winoground, 1x2 for a caption and a false one, 1x10`,
  });
}

/** A name for a probe in this folder. */
export function nameFor(folder: string): string {
  const name = basename(folder)
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64);
  return name === '' ? 'my-probe' : name;
}

/** Demands that the folder is new or empty. @throws InputError */
export function requireEmpty(folder: string): void {
  const isFile = existsSync(folder) && !statSync(folder).isDirectory();
  if (!isFile && (!existsSync(folder) || readdirSync(folder).length === 0)) return;
  throw new InputError({
    what: isFile ? 'there is a file where the folder would be' : 'the folder is not empty',
    where: folder,
    fix: 'Choose a new one; `winoscope task add FOLDER IMAGE… --caption TEXT…` adds an example to a probe that exists.',
  });
}

/**
 * Writes the probe. Returns how many examples it has.
 * @throws InputError where the folder is taken, ResultsError where it cannot be written.
 */
export function writeNewProbe(folder: string, probe: NewProbe): number {
  requireEmpty(folder);
  const records = makeRecords(probe);
  withFiles({ what: 'cannot write the probe', where: folder, fix: 'Choose another folder.' }, () => {
    makeFolder(join(folder, 'images'));
    for (const { images } of records)
      for (const { from, name } of images) copyFileSync(from, join(folder, 'images', name));
    writeFileSync(join(folder, 'examples.jsonl'), linesOf(records));
    writeFileSync(join(folder, 'task.yaml'), taskText(probe));
  });
  return records.length;
}

function linesOf(records: readonly MadeRecord[]): string {
  const lines = records.map(({ images, ...record }) =>
    JSON.stringify({ ...record, images: images.map(({ name }) => name) }, [
      'id',
      'images',
      'captions',
      'truth',
      'kind',
    ]),
  );
  return lines.map((line) => `${line}\n`).join('');
}

interface MadeRecord {
  id: string;
  images: { from: string; name: string }[];
  captions: string[];
  truth: [number, number][];
  kind: string;
}

interface WorldRecord {
  images: string[];
  captions: string[];
  truth: [number, number][];
  kind: string;
}

function makeRecords({ images, captions, count }: NewProbe): MadeRecord[] {
  const largest = Math.max(images, captions);
  const world = largest <= 2 ? worldRecords('probe', 'tag') : worldRecords('probes/choices', 'axis');
  return Array.from({ length: count }, (_, k) => {
    const made = largest <= 2 ? fromSwap(world[k]!, k) : fromChoices(world, k, { images, captions });
    return {
      id: `example-${k + 1}`,
      kind: made.kind,
      captions: made.captions.slice(0, captions),
      images: made.images
        .slice(0, images)
        .map((from) => ({ from, name: basename(from).replace(/^ex_/, 'world-').replace('_img_', '-') })),
      truth: made.truth.filter(([image, caption]) => image < images && caption < captions),
    };
  });
}

/** A swap as it is, or from its other end, so that the true caption does not always come first. */
function fromSwap(record: WorldRecord, k: number): WorldRecord {
  if (k % 2 === 0) return record;
  const captions = record.captions.toReversed();
  return {
    ...record,
    captions,
    images: record.images.slice(),
    truth: [
      [0, 1],
      [1, 0],
    ],
  };
}

/** True couples of several records, or one record's picture with captions that are false for it. */
function fromChoices(
  world: readonly WorldRecord[],
  k: number,
  shape: { images: number; captions: number },
): WorldRecord {
  const [own, ...others] = [...world.slice(k), ...world.slice(0, k)];
  const captionOf = ({ captions, truth }: WorldRecord) => captions[truth[0]![1]]!;
  if (shape.images === 1) {
    const wrong = own!.captions.filter((caption) => caption !== captionOf(own!)).slice(0, shape.captions - 1);
    const at = k % shape.captions;
    return { ...own!, captions: wrong.toSpliced(at, 0, captionOf(own!)), truth: [[0, at]] };
  }
  const seen = new Set([captionOf(own!)]);
  const chosen = [own!, ...others.filter((record) => seen.size !== seen.add(captionOf(record)).size)];
  const size = Math.max(shape.images, shape.captions);
  const some = chosen.slice(0, size);
  // The picture that the only caption belongs to takes turns.
  const at = shape.captions === 1 ? k % shape.images : 0;
  const turned = [...some.slice(at), ...some.slice(0, at)];
  const captions = (shape.captions === 1 ? some : turned).map(captionOf);
  return {
    kind: own!.kind,
    images: turned.flatMap(({ images }) => images[0]!),
    captions,
    truth: turned.flatMap((record, image) =>
      captions.flatMap((caption, c) =>
        caption === captionOf(record) ? [[image, c] as [number, number]] : [],
      ),
    ),
  };
}

/** Records of an embedded probe, images as paths; the field `tag` becomes their kind. */
function worldRecords(probe: string, tag: string): WorldRecord[] {
  const folder = join(packageRoot(), 'fixtures', 'tiny-world', probe);
  return (readTextRows(join(folder, 'examples.jsonl')) ?? []).flatMap(({ value }) => {
    const record = readRecord(value, { ...PLAIN_RULES, tags: [tag] });
    if (typeof record === 'string') return [];
    const images = record.images.map((name) =>
      join(folder, 'images', extname(String(name)) ? String(name) : `${name}.png`),
    );
    return [{ images, captions: record.captions, truth: record.truth, kind: record.tags[0] ?? '' }];
  });
}

function taskText({ name, title, license, images, captions, count }: NewProbe): string {
  const world = `
# The pictures in it now are of the embedded tiny world, which the embedded models know. Put your own in their place,
# and name models that know photos: --clip ORG/NAME, --diffusion FOLDER.
`;
  return `# A probe: this file, examples.jsonl with one example per line, and the pictures in images/.
#   winoscope task check ${name}     tells what is wrong with it
#   winoscope score ${name}          scores it
${count > 0 ? world.slice(1) : ''}
name: ${JSON.stringify(name)}
title: ${JSON.stringify(title)}
version: 1                 # count it up when examples change
${`license: ${JSON.stringify(license)}`.padEnd(26)} # such as "CC-BY-4.0": what others may do with pictures and captions
redistribution: none       # free, limited or none: may captions and pictures be copied into results?
citation: ""               # how others should name it

# A line of examples.jsonl has ${counted(images, 'image')} and ${counted(captions, 'caption')} now; any number will do, also a mixture:
#   id         names it
#   images     files in images/
#   captions   sentences
#   truth      the pairs that belong together, as [image, caption], counted from 0; with one image, the place of the
#              true caption will do: "truth": 2
# A table from a spreadsheet does as well: examples.csv with columns id, image, caption_0, caption_1, …, truth.

tags: [kind]               # fields of a line by whose values results are broken down

# More that a task file can say; take the # away:
# template: "a photo of {}"           # around every caption
# metrics: [text, image, group]       # report only these
# groups: [scene]                     # examples with the same scene belong together
# filter: { split: test }             # only lines with this
# fields: { images: file, captions: [right, wrong] }   # where your lines call things otherwise
# truth: 0                            # of lines that state none
# expected: [{ scorer: clip, metric: text, percent: 30.8, source: "the paper" }]
`;
}
