/** Benchmarks in Winoground's form under field names of their own. */

import { z } from 'zod';
import type { ImageSource } from '../../src/images/decode.ts';
import { type Benchmark, diagonal } from './benchmark.ts';
import { parquetFiles, readParquet } from './parquet-records.ts';
import { checked, collect, findFile, type Read, readJsonEntries } from './record-file.ts';

const text = z.string().trim().min(1, 'is empty');
const id = z.union([text, z.number(), z.bigint()]).transform(String);

/** What fields a record has. */
export interface PairFields {
  /** Absent where records are known by their place. */
  id?: string;
  images: readonly [string, string];
  /** For each caption the names that it may go by. */
  captions: readonly [readonly string[], readonly string[]];
  /** Fields whose values become tags, under a name of their own. */
  tags: Readonly<Record<string, string>>;
}

/** One record; `images` where they are not named in it. */
export function readPair(
  value: unknown,
  fields: PairFields,
  { key, images }: { key: string; images?: readonly ImageSource[] },
): Read {
  const record = checked(z.looseObject({}), value);
  if (typeof record === 'string') return record;
  const captions = fields.captions.map((names) => {
    const name = names.find((one) => record[one] !== undefined) ?? names[0]!;
    return checked(z.object({ [name]: text }), record);
  });
  const names = images ? [] : fields.images.map((name) => checked(z.object({ [name]: text }), record));
  const own = fields.id === undefined ? key : checked(z.object({ [fields.id]: id }), record);
  const phrase = [...captions, ...names, fields.id === undefined ? {} : own].find(
    (one) => typeof one === 'string',
  );
  if (typeof phrase === 'string') return phrase;
  const textOf = (one: unknown) => String(Object.values(one as object)[0]);
  return {
    id: typeof own === 'string' ? own : textOf(own),
    images: images ?? names.map(textOf),
    captions: captions.map(textOf),
    truth: diagonal(2),
    tags: Object.entries(fields.tags).flatMap(([field, kind]) =>
      typeof record[field] === 'string' && record[field] !== '' ? [`${kind}: ${record[field]}`] : [],
    ),
  };
}

type Facts = Omit<Benchmark, 'read' | 'shape' | 'hasParts' | 'parts'>;

function parquetPairs(facts: Facts, fields: PairFields): Benchmark {
  const values = [
    ...(fields.id === undefined ? [] : [fields.id]),
    ...fields.captions.flat(),
    ...Object.keys(fields.tags),
  ];
  return {
    ...facts,
    shape: '2 × 2',
    hasParts: false,
    parts: [{ name: 'all', count: facts.count }],
    async read(folder, _, skipBad) {
      const files = parquetFiles(folder, 'test');
      if (files.length === 0) findFile(folder, ['data/test-*.parquet'], facts.title);
      const columns = { values, images: fields.images };
      return readParquet(files, { columns, skipBad }, (row, images, key) =>
        readPair(row, fields, { key, images }),
      );
    },
  };
}

/** Miranda et al. 2024: SugarCrepe's captions with a picture made for each false one. */
export const bivlc = parquetPairs(
  {
    name: 'bivlc',
    title: 'BiVLC',
    about: 'SugarCrepe with a picture for the false caption as well',
    count: 2933,
    checked: 'description',
    source: 'https://huggingface.co/datasets/imirandam/BiVLC',
    files: 'data/test-*.parquet',
    pictures: 'BiVLC’s are in its Parquet files.',
    hub: { repo: 'imirandam/BiVLC', choices: [['data/test-*.parquet']] },
    license: 'MIT',
    redistribution: 'none',
    citation:
      'Miranda, Salaberria, Agirre, Azkune: BiVLC: Extending Vision-Language Compositionality Evaluation with Text-to-Image Retrieval. NeurIPS 2024.',
    counted: 'text (their I2T), image (T2I), group; and the four directions by place',
    published: [
      { scorer: 'CLIP ViT-B/32', metric: 'text', percent: 75.83, source: 'its repository’s results' },
      { scorer: 'CLIP ViT-B/32', metric: 'image', percent: 52.4, source: 'its repository’s results' },
      { scorer: 'CLIP ViT-B/32', metric: 'group', percent: 49.06, source: 'its repository’s results' },
    ],
  },
  {
    images: ['image', 'negative_image'],
    captions: [['caption'], ['negative_caption']],
    tags: { type: 'type', subtype: 'subtype' },
  },
);

/** Burapacheep et al. 2024: the same words with colours exchanged. */
export const colorSwap = parquetPairs(
  {
    name: 'colorswap',
    title: 'ColorSwap',
    about: 'two pictures, two captions of the same words with colours exchanged',
    count: 300,
    checked: 'description',
    source: 'https://huggingface.co/datasets/stanfordnlp/colorswap',
    files: 'data/test-*.parquet',
    pictures: 'ColorSwap’s are in its Parquet files; its terms on the Hub must be accepted.',
    hub: { repo: 'stanfordnlp/colorswap', choices: [['data/test-*.parquet']] },
    license: 'MIT; gated on the Hub',
    redistribution: 'none',
    citation:
      'Burapacheep, Gaur, Bhatia, Thrush: ColorSwap: A Color and Word Order Dataset for Multimodal Evaluation. Findings of ACL 2024.',
    counted: 'text, image, group',
    published: [],
  },
  {
    id: 'id',
    images: ['image_1', 'image_2'],
    captions: [['caption_1'], ['caption_2']],
    tags: { image_source: 'image source', caption_source: 'caption source' },
  },
);

/** Awal et al. 2024: pictures that differ in one object, attribute, count or relation. */
export const visMin = parquetPairs(
  {
    name: 'vismin',
    title: 'VisMin',
    about: 'two pictures that differ in one object, attribute, count or relation, two captions',
    count: 2084,
    checked: 'description',
    source: 'https://huggingface.co/datasets/mair-lab/vismin-bench',
    files: 'data/test-*.parquet',
    pictures: 'VisMin’s are in its Parquet files.',
    hub: { repo: 'mair-lab/vismin-bench', choices: [['data/test-*.parquet']] },
    license: 'CC BY 4.0; pictures derived from COCO and made by diffusion models',
    redistribution: 'none',
    citation: 'Awal, Ahmadi, Zhang, Agrawal: VisMin: Visual Minimal-Change Understanding. NeurIPS 2024.',
    counted: 'text, image, group, by category',
    published: [],
  },
  {
    id: 'id',
    images: ['image_0', 'image_1'],
    captions: [
      ['text_0', 'caption_0'],
      ['text_1', 'caption_1'],
    ],
    tags: { category: 'category' },
  },
);

const NATURAL: PairFields = {
  id: 'index',
  images: ['image_0', 'image_1'],
  captions: [['caption_0'], ['caption_1']],
  tags: {},
};

/** Li et al. 2024: pairs that CLIP mismatches, from Flickr30k, DOCCI and XM3600. */
export const naturalBench: Benchmark = {
  name: 'naturalbench',
  title: 'NaturalBench-Retrieval',
  about: "natural pictures that CLIP mismatches: Winoground's form",
  shape: '2 × 2',
  hasParts: false,
  parts: [{ name: 'all', count: undefined }],
  count: undefined,
  checked: 'description',
  source: 'https://huggingface.co/datasets/BaiqiL/NaturalBench',
  files: 'metadata.json of NaturalBench-Retrieval.zip',
  pictures: 'NaturalBench-Retrieval’s are in the folder images of its zip; unpack it.',
  license: 'as its page on the Hub says',
  redistribution: 'none',
  citation:
    'Li, Lin, Peng, Nyandwi, Jiang, Ma, Khanuja, Krishna, Neubig, Ramanan: NaturalBench: Evaluating Vision-Language Models on Natural Adversarial Samples. NeurIPS 2024.',
  counted: 'text, image, group',
  published: [],
  async read(folder, _, skipBad) {
    const path = findFile(
      folder,
      ['metadata.json', 'NaturalBench-Retrieval/metadata.json'],
      'NaturalBench-Retrieval',
    );
    return collect(readJsonEntries(path), { path, skipBad }, (value, key) =>
      readPair(value, NATURAL, { key }),
    );
  },
};
