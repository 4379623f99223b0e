import { readFileSync } from 'node:fs';
import { InputError } from '../../src/errors.ts';
import { parseCsv } from '../../src/scoring/csv.ts';
import { type Benchmark, diagonal } from './benchmark.ts';
import { collect, findFile, type Read } from './record-file.ts';

const COLUMNS = ['Question ID', 'Type', 'Statement'];

/** Two rows that follow each other are an example; their pictures are `<type>/<id>.jpg`. */
export function readMmvp(value: unknown): Read {
  const rows = value as string[][];
  if (rows.length < 2) return 'the last row has no partner';
  if (rows.some((row) => row.length < 3 || row.some((cell) => cell.trim() === '')))
    return `a row needs ${COLUMNS.join(', ')}`;
  const [first, second] = rows.map(([id, type, statement]) => ({ id, type, statement: statement!.trim() }));
  if (first!.type !== second!.type) return `two rows of one pair have types ${first!.type}, ${second!.type}`;
  return {
    id: `${first!.id}-${second!.id}`,
    images: [first!, second!].map(({ type, id }) => `${type}/${id}.jpg`),
    captions: [first!, second!].map(({ statement }) => `a photo of ${statement}`),
    truth: diagonal(2),
    tags: [`pattern: ${first!.type}`],
  };
}

/** Tong et al. 2024: pairs of pictures that CLIP takes for alike, by visual pattern. */
export const mmvpVlm: Benchmark = {
  name: 'mmvp-vlm',
  title: 'MMVP-VLM',
  about: 'two pictures that CLIP takes for alike, two captions, by visual pattern',
  shape: '2 × 2',
  hasParts: false,
  parts: [{ name: 'all', count: 135 }],
  count: 135,
  checked: 'description',
  source: 'https://huggingface.co/datasets/MMVP/MMVP_VLM',
  files: 'Questions.csv',
  pictures: 'MMVP-VLM’s are in the folder “MLLM_VLM Images” beside its Questions.csv.',
  hub: { repo: 'MMVP/MMVP_VLM', choices: [['Questions.csv', 'MLLM_VLM Images/*']] },
  license: 'as its page says',
  redistribution: 'none',
  citation:
    'Tong, Liu, Zhai, Ma, LeCun, Xie: Eyes Wide Shut? Exploring the Visual Shortcomings of Multimodal LLMs. CVPR 2024.',
  counted: 'image, by pattern',
  published: [],
  async read(folder, _, skipBad) {
    const path = findFile(folder, ['Questions.csv'], 'MMVP-VLM');
    const rows = parseCsv(readFileSync(path, 'utf8'), path);
    const head = rows[0]?.cells.map((cell) => cell.trim()) ?? [];
    if (COLUMNS.some((name, k) => head[k] !== name)) {
      throw new InputError({
        what: 'the file is of another data set',
        where: path,
        expected: `columns ${COLUMNS.join(', ')}`,
        got: head.join(', ') || 'nothing',
      });
    }
    const cells = rows.slice(1).map((row) => row.cells);
    const pairs = Array.from({ length: Math.ceil(cells.length / 2) }, (_, k) =>
      cells.slice(2 * k, 2 * k + 2),
    );
    return collect(
      pairs.map((pair, k) => [`${2 * k + 1}`, pair] as const),
      { path, skipBad },
      readMmvp,
    );
  },
};
