/** Published per-example scores, judged by this program's own metrics: they must give the published numbers. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type PublishedScores, SCORE_FILES } from '../../tasks/winoground/published.ts';
import { InputError } from '../errors.ts';
import { isFolder } from '../hub/resolve-ref.ts';
import { verdict } from '../metrics/evaluate.ts';
import { readScoreLines } from '../scoring/score-lines.ts';

/** Metrics that are published. */
export const PUBLISHED_METRICS = ['text', 'image', 'group'] as const;
type PublishedMetric = (typeof PUBLISHED_METRICS)[number];

/** One score file and how it came out. */
export interface VerifiedFile {
  /** The file's name without its ending. */
  model: string;
  /** What the paper calls it; the file's name where it prints no scores. */
  name: string;
  /** Examples in the file. */
  examples: number;
  /** Right answers by metric. */
  correct: Record<PublishedMetric, number>;
  /** Percent as printed; undefined for a file that the paper has no row for. */
  published: Record<PublishedMetric, number> | undefined;
  /** Whether all are equal; undefined where nothing was published. */
  equal: boolean | undefined;
}

/**
 * The folder of the score files: in a copy of the repository, or itself.
 * @throws InputError where there is no score file.
 */
export function findScoreFiles(folder: string): string[] {
  for (const place of [join(folder, SCORE_FILES), join(folder, 'model_scores'), folder]) {
    const names = isFolder(place) ? readdirSync(place).filter((name) => name.endsWith('.jsonl')) : [];
    const files = names.filter((name) => name !== 'examples.jsonl').sort();
    if (files.length > 0) return files.map((name) => join(place, name));
  }
  throw new InputError({
    what: 'there is no score file',
    where: folder,
    expected: `${SCORE_FILES}/*.jsonl, as Winoground's repository has them`,
    fix: 'Pass a copy of the repository, or the folder of the score files.',
  });
}

/**
 * Judges one file.
 * @throws InputError where a line is no score, or a pair is there twice or not at all.
 */
export function verifyFile(path: string, published: PublishedScores): VerifiedFile {
  const examples = readExamples(path);
  const correct = { text: 0, image: 0, group: 0 };
  const truth = [
    [0, 0],
    [1, 1],
  ] as const;
  for (const scores of examples.values()) {
    const result = verdict({ scores, truth });
    for (const metric of PUBLISHED_METRICS) if (result[metric]) correct[metric]++;
  }
  const model = path.replace(/^.*[\\/]/, '').replace(/\.jsonl$/, '');
  const row = published.models[model];
  const equal =
    row &&
    examples.size === published.examples &&
    PUBLISHED_METRICS.every((metric) => {
      // Printed with two decimals.
      return Math.round((1e4 * correct[metric]) / examples.size) === Math.round(100 * row[metric]);
    });
  return {
    model,
    name: row?.name ?? model,
    examples: examples.size,
    correct,
    published: row && { text: row.text, image: row.image, group: row.group },
    equal,
  };
}

/** `[image][caption]` by id, from lines in any order. */
function readExamples(path: string): Map<string, number[][]> {
  const examples = new Map<string, number[][]>();
  for (const [label, score] of readScoreLines(path)) {
    const [, id, caption, image] = /^(.+)_c([01])_i([01])$/s.exec(label) ?? [];
    if (id === undefined) {
      throw new InputError({
        what: 'a label is not of two images and two captions',
        where: path,
        expected: '<id>_c0_i0 to <id>_c1_i1',
        got: `"${label}"`,
      });
    }
    const scores = examples.get(id) ?? [[], []];
    examples.set(id, scores);
    scores[Number(image)]![Number(caption)] = score;
  }
  for (const [id, scores] of examples) {
    const count = scores.flat().filter((score) => score !== undefined).length;
    if (count === 4) continue;
    throw new InputError({
      what: 'an example has not all of its four scores',
      where: path,
      got: `${count} of example "${id}"`,
    });
  }
  return examples;
}
