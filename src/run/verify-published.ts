/** Published per-example scores, judged by this program's own metrics: they must give the published numbers. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PublishedScores, SCORE_FILES } from '../../tasks/winoground/published.ts';
import { InputError, messageOf } from '../errors.ts';
import { verdict } from '../metrics/evaluate.ts';

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
    const names = existsSync(place) ? readdirSync(place).filter((name) => name.endsWith('.jsonl')) : [];
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

/** `[image][caption]` by id, from lines `{"label": "<id>_c0_i0", "score": x}` in any order. */
function readExamples(path: string): Map<string, number[][]> {
  const examples = new Map<string, number[][]>();
  const refuse = (what: string, where: string, got?: string): never => {
    throw new InputError({ what, where, expected: '{"label":"<id>_c0_i0","score":x}', ...(got && { got }) });
  };
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError({ what: 'cannot read the scores', where: path, got: messageOf(error) });
  }
  for (const [k, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const where = `${path}, line ${k + 1}`;
    let value: { label?: unknown; score?: unknown } | null = null;
    try {
      value = JSON.parse(line);
    } catch (error) {
      refuse('a line is not JSON', where, messageOf(error));
    }
    const [, id, caption, image] = /^(.+)_c([01])_i([01])$/.exec(String(value?.label)) ?? [];
    if (id === undefined || typeof value?.score !== 'number') refuse('a line is no score', where);
    const scores = examples.get(id!) ?? [[], []];
    examples.set(id!, scores);
    const row = scores[Number(image)]!;
    if (row[Number(caption)] !== undefined) refuse('a pair has two scores', where, `"${value?.label}"`);
    row[Number(caption)] = value!.score as number;
  }
  for (const [id, scores] of examples) {
    const count = scores.flat().filter((score) => score !== undefined).length;
    if (count !== 4) refuse('an example has not all of its four scores', path, `${count} of example "${id}"`);
  }
  if (examples.size === 0) refuse('the file holds no score', path);
  return examples;
}
