import { z } from 'zod';
import type { Benchmark } from './benchmark.ts';
import { checked, collect, findFile, joined, type Read, readJsonEntries } from './record-file.ts';

const text = z.string().trim().min(1, 'is empty');
const recordSchema = z.looseObject({ image_path: text, caption_options: z.array(text).length(4) });

const FILES: Record<string, string> = {
  controlled_a: 'controlled_images_dataset.json',
  controlled_b: 'controlled_clevr_dataset.json',
};

/** Prepositions that make a pair, by the second part of a file name. */
const PAIRS: Record<string, string> = {
  left: 'left or right',
  right: 'left or right',
  on: 'on or under',
  under: 'on or under',
  'in-front': 'in front or behind',
  behind: 'in front or behind',
};

/**
 * One record; the first of its captions is true. The objects and their relation stand in the file's name, as in
 * `mug_left_of_plate.jpeg`: the pictures of two objects make a set of four, and two pairs.
 */
export function readWhatsUp(value: unknown, part: string, key: string): Read {
  const record = checked(recordSchema, value);
  if (typeof record === 'string') return record;
  const name = record.image_path.split('/').at(-1)!;
  const pieces = name.replace(/\.[^.]+$/, '').split('_');
  const pair = PAIRS[pieces[1] ?? ''];
  if (pair === undefined || pieces.length < 3) return `field "image_path" names no relation: "${name}"`;
  const objects = `${pieces[0]} and ${pieces.at(-1)}`;
  return {
    id: `${part}/${key}`,
    images: [record.image_path],
    captions: record.caption_options,
    truth: [[0, 0]],
    tags: [`part: ${part}`, `relation: ${pieces[1]}`],
    groups: { pair: `${part}, ${objects}, ${pair}`, set: `${part}, ${objects}` },
  };
}

/** Kamath, Hessel, Chang 2023: one picture, four prepositions. The parts on COCO and Visual Genome are not here. */
export const whatsUp: Benchmark = {
  name: 'whatsup',
  title: "What'sUp, controlled images",
  about: 'two household objects: which of four prepositions',
  shape: '1 × 4',
  hasParts: true,
  parts: [
    { name: 'controlled_a', count: undefined },
    { name: 'controlled_b', count: undefined },
  ],
  count: undefined,
  checked: 'description',
  source: 'https://github.com/amitakamath/whatsup_vlms',
  files: Object.values(FILES).join(', '),
  pictures:
    "What'sUp's are controlled_images.tar.gz and controlled_clevr.tar.gz, which its repository links; unpack them.",
  license: 'as its page says',
  redistribution: 'none',
  citation:
    "Kamath, Hessel, Chang: What's “up” with vision-language models? Investigating their struggle with spatial reasoning. EMNLP 2023.",
  counted: 'accuracy, and the sets: pair (of two opposite prepositions) and set (of all four)',
  published: [],
  async read(folder, parts, skipBad) {
    return joined(
      parts.map((part) => {
        const path = findFile(folder, [FILES[part]!], `What'sUp's part ${part}`);
        return collect(readJsonEntries(path), { path, skipBad }, (value, key) =>
          readWhatsUp(value, part, key),
        );
      }),
    );
  },
};
