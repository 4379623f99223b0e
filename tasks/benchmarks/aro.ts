import { z } from 'zod';
import type { Benchmark } from './benchmark.ts';
import { checked, collect, findFile, joined, type Read, readJsonEntries } from './record-file.ts';

const text = z.string().trim().min(1, 'is empty');
const side = z.number().int();
const recordSchema = z.looseObject({
  image_path: text,
  bbox_x: side,
  bbox_y: side,
  bbox_w: side.min(1),
  bbox_h: side.min(1),
  true_caption: text,
  false_caption: text,
  relation_name: text.optional(),
  attributes: z.array(text).optional(),
});

const FILES: Record<string, string> = {
  vg_relation: 'visual_genome_relation.json',
  vg_attribution: 'visual_genome_attribution.json',
};

/**
 * One record of either list. ARO scores the box, not the whole picture, and lists the false caption first; here the true
 * one is the second, so that imported scores fit.
 */
export function readAro(value: unknown, part: string, key: string): Read {
  const record = checked(recordSchema, value);
  if (typeof record === 'string') return record;
  const { relation_name: relation, attributes } = record;
  if (part === 'vg_relation' && relation === undefined) return 'field "relation_name" is missing';
  if (part === 'vg_attribution' && attributes?.length !== 2) return 'field "attributes" needs two';
  return {
    id: `${part}/${key}`,
    images: [record.image_path],
    captions: [record.false_caption, record.true_caption],
    truth: [[0, 1]],
    tags: [
      `part: ${part}`,
      part === 'vg_relation' ? `relation: ${relation}` : `attributes: ${attributes!.join(', ')}`,
    ],
    crop: { left: record.bbox_x, top: record.bbox_y, width: record.bbox_w, height: record.bbox_h },
  };
}

/**
 * Yuksekgonul et al. 2023, the two parts on Visual Genome. The two on word order (COCO, Flickr30k) are not here: their
 * false captions are made while loading, by a part-of-speech tagger and a random generator of Python's.
 */
export const aro: Benchmark = {
  name: 'aro',
  title: 'ARO',
  about: 'a relation with its sides swapped, two attributes exchanged',
  shape: '1 × 2',
  hasParts: true,
  parts: [
    { name: 'vg_relation', count: 23_937 },
    { name: 'vg_attribution', count: 28_748 },
  ],
  count: 52_685,
  checked: 'description',
  source: 'https://github.com/mertyg/vision-language-models-are-bows',
  files: Object.values(FILES).join(', '),
  pictures: "ARO's are of Visual Genome, in vgr_vga_images.zip, which its repository links.",
  license: 'MIT (texts); the pictures are Visual Genome’s (CC BY 4.0)',
  redistribution: 'none',
  citation:
    'Yuksekgonul, Bianchi, Kalluri, Jurafsky, Zou: When and Why Vision-Language Models Behave like Bags-Of-Words, and What to Do About It? ICLR 2023.',
  counted: 'macro average of accuracy over relations, or over attribute pairs of at least 25 examples',
  published: [],
  leastPerTag: 25,
  async read(folder, parts, skipBad) {
    return joined(
      parts.map((part) => {
        const path = findFile(folder, [FILES[part]!], `ARO's part ${part}`);
        return collect(readJsonEntries(path), { path, skipBad }, (value, key) => readAro(value, part, key));
      }),
    );
  },
};
