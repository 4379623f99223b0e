import { z } from 'zod';
import { type Benchmark, diagonal } from './benchmark.ts';
import { checked, collect, findFile, type Read, readJsonEntries } from './record-file.ts';

const text = z.string().trim().min(1, 'is empty');
const recordSchema = z.tuple([text, text, text, text]);

/** One record of COLA's list `[address, caption, address, caption]`: pictures go by the last part of their address. */
export function readCola(value: unknown, key: string): Read {
  const record = checked(recordSchema, value);
  if (typeof record === 'string') return record;
  const [image0, caption0, image1, caption1] = record;
  const nameOf = (address: string) => address.split('/').at(-1)!;
  return {
    id: key,
    images: [nameOf(image0), nameOf(image1)],
    captions: [caption0, caption1],
    truth: diagonal(2),
    tags: [],
  };
}

/** Ray et al. 2023: which of two pictures of GQA has these objects with these attributes. */
export const cola: Benchmark = {
  name: 'cola',
  title: 'COLA, multi-object setting',
  about: "two pictures, two captions of objects with attributes: Winoground's form",
  shape: '2 × 2',
  hasParts: false,
  parts: [{ name: 'all', count: 210 }],
  count: 210,
  checked: 'published files',
  source: 'https://github.com/arijitray1993/COLA',
  files: 'data/COLA_multiobjects_matching_benchmark.json',
  pictures: "COLA's are 218 of Visual Genome; the file names the address of each.",
  license: 'MIT (texts); the pictures are Visual Genome’s (CC BY 4.0)',
  redistribution: 'none',
  citation:
    'Ray, Radenovic, Dubey, Plummer, Krishna, Saenko: COLA: A Benchmark for Compositional Text-to-image Retrieval. NeurIPS 2023.',
  counted: 'image',
  published: [],
  async read(folder, _, skipBad) {
    const path = findFile(folder, ['COLA_multiobjects_matching_benchmark.json'], 'COLA');
    return collect(readJsonEntries(path), { path, skipBad }, readCola);
  },
};
