/** Scores that another program computed, standing beside ours. */

import type { Example } from './example.ts';
import { pairLabel } from './score-lines.ts';
import { readScoreFile } from './score-tables.ts';
import type { Scorer } from './scorer.ts';

/** Everything that decides an imported scorer's results. Plain data. */
export interface ImportedSettings {
  kind: 'imported';
  /** The file of scores; see `readScoreFile`. */
  path: string;
}

/** Hands out the scores of the file. @throws InputError as `readScoreFile`. */
export async function openImportedScorer({ path }: ImportedSettings): Promise<Scorer> {
  const stored = readScoreFile(path);
  return {
    async evaluate(work, emit, stopping = () => false) {
      for (const { index, example } of work) {
        if (stopping()) return;
        const scores = importedScores(stored, example);
        if (typeof scores === 'string')
          emit({ type: 'failed', index, message: `the file has no score of ${scores}` });
        else emit({ type: 'scores', index, scores });
      }
    },
    async release() {},
  };
}

/** The matrix `[image][caption]` of an example, or the label of the first pair that has no score. */
export function importedScores(stored: ReadonlyMap<string, number>, example: Example): number[][] | string {
  const matrix: number[][] = [];
  for (const image of example.images.keys()) {
    const row: number[] = [];
    for (const caption of example.captions.keys()) {
      const label = pairLabel(example.id, image, caption);
      const score = stored.get(label);
      if (score === undefined) return label;
      row.push(score);
    }
    matrix.push(row);
  }
  return matrix;
}
