import { z } from 'zod';
import type { Benchmark } from './benchmark.ts';
import { checked, collect, findFile, joined, type Read, readJsonEntries } from './record-file.ts';

const text = z.string().trim().min(1, 'is empty');
const recordSchema = z.looseObject({ filename: text, caption: text, negative_caption: text });

/** One record of a SugarCrepe file. Keys are kept as ids: those of swap_obj skip 108. */
export function readSugarCrepe(value: unknown, part: string, key: string): Read {
  const record = checked(recordSchema, value);
  if (typeof record === 'string') return record;
  const [kind = part, what = ''] = part.split('_');
  return {
    id: `${part}/${key}`,
    images: [record.filename],
    captions: [record.caption, record.negative_caption],
    truth: [[0, 0]],
    tags: [`part: ${part}`, `edit: ${kind}`, `of: ${what}`],
  };
}

/** Hsieh et al. 2023: one picture of COCO, its caption, and a fluent one that is false. */
export const sugarCrepe: Benchmark = {
  name: 'sugarcrepe',
  title: 'SugarCrepe',
  about: 'a caption against one made false by replacing, swapping or adding',
  shape: '1 × 2',
  hasParts: true,
  parts: [
    { name: 'add_att', count: 692 },
    { name: 'add_obj', count: 2062 },
    { name: 'replace_att', count: 788 },
    { name: 'replace_obj', count: 1652 },
    { name: 'replace_rel', count: 1406 },
    { name: 'swap_att', count: 666 },
    { name: 'swap_obj', count: 245 },
  ],
  count: 7511,
  checked: 'published files',
  source: 'https://github.com/RAIVNLab/sugar-crepe',
  files: 'data/*.json',
  pictures: "SugarCrepe's are COCO's val2017: http://images.cocodataset.org/zips/val2017.zip (1 GB).",
  license: 'MIT (texts); the pictures are COCO’s, under the terms of Flickr',
  redistribution: 'none',
  citation:
    'Hsieh, Zhang, Ma, Kembhavi, Krishna: SugarCrepe: Fixing Hackable Benchmarks for Vision-Language Compositionality. NeurIPS 2023.',
  counted: 'accuracy by part',
  published: [],
  async read(folder, parts, skipBad) {
    return joined(
      parts.map((part) => {
        const path = findFile(folder, [`${part}.json`], `SugarCrepe's part ${part}`);
        const read = (value: unknown, key: string) => readSugarCrepe(value, part, key);
        return collect(readJsonEntries(path), { path, skipBad }, read);
      }),
    );
  },
};
