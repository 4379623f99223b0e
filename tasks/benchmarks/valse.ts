import { z } from 'zod';
import type { Benchmark } from './benchmark.ts';
import { checked, collect, findFile, joined, type Read, readJsonEntries } from './record-file.ts';

const text = z.string().trim().min(1, 'is empty');
const recordSchema = z.looseObject({
  image_file: text,
  caption: text,
  foil: text,
  linguistic_phenomena: text,
  mturk: z.looseObject({ caption: z.number() }),
});

/** A foil counts where at least so many of three annotators said that only the caption fits the picture. */
const LEAST_VOTES = 2;

/** One record of a VALSE file; undefined for a foil that its annotators did not confirm. */
export function readValse(value: unknown, part: string, key: string): Read {
  const record = checked(recordSchema, value);
  if (typeof record === 'string') return record;
  if (record.mturk.caption < LEAST_VOTES) return undefined;
  return {
    id: `${part}/${key}`,
    images: [record.image_file],
    captions: [record.caption, record.foil],
    truth: [[0, 0]],
    tags: [`piece: ${part}`, `phenomenon: ${record.linguistic_phenomena}`],
  };
}

/** Parcalabescu et al. 2022: captions against foils, by linguistic phenomenon. Keys repeat between files, so ids name the file. */
export const valse: Benchmark = {
  name: 'valse',
  title: 'VALSE',
  about: 'a caption against a foil, by linguistic phenomenon',
  shape: '1 × 2',
  hasParts: true,
  parts: [
    { name: 'existence', count: 505 },
    { name: 'plurals', count: 851 },
    { name: 'counting-hard', count: 868 },
    { name: 'counting-small-quant', count: 900 },
    { name: 'counting-adversarial', count: 691 },
    { name: 'relations', count: 535 },
    { name: 'action-replacement', count: 648 },
    { name: 'actant-swap', count: 949 },
    { name: 'coreference-standard', count: 708 },
    { name: 'coreference-hard', count: 104 },
    { name: 'foil-it', count: 943 },
  ],
  count: 7702,
  checked: 'published files',
  source: 'https://github.com/Heidelberg-NLP/VALSE',
  files: 'data/*.json',
  pictures:
    "VALSE's are of Visual7W (existence, counting), COCO (plurals and relations val2017, foil-it val2014, coreference-standard train2014 and val2014), SWiG (actions) and VisDial val2018 (coreference-hard); its README links them.",
  license: 'MIT (texts); the pictures under the terms of Visual7W, COCO, SWiG and VisDial',
  redistribution: 'none',
  citation:
    'Parcalabescu, Cafagna, Muradjan, Frank, Calixto, Gatt: VALSE: A Task-Independent Benchmark for Vision and Language Models Centered on Linguistic Phenomena. ACL 2022.',
  counted: 'accuracy by piece (acc_r), over foils that at least two of three annotators confirmed',
  published: [],
  async read(folder, parts, skipBad) {
    return joined(
      parts.map((part) => {
        const path = findFile(folder, [`${part}.json`], `VALSE's piece ${part}`);
        return collect(readJsonEntries(path), { path, skipBad }, (value, key) => readValse(value, part, key));
      }),
    );
  },
};
