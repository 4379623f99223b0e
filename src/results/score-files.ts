/** Scores per pair as lines `{"label":"<id>_c0_i0","score":x}`, the form of Winoground's own score files. */

import { existsSync, readFileSync } from 'node:fs';
import { ResultsError } from '../errors.ts';
import { pairLabel } from '../scoring/score-lines.ts';

import { PUT_BACK } from './read-tables.ts';
import { unsealLines } from './seal.ts';

export { pairLabel };

/** Lines of one example, captions within images. Scores keep all their digits; a NaN is null, a pruned pair has no line. */
export function scoreLines(id: string, scores: readonly (readonly number[])[]): string {
  return scores
    .flatMap((row, image) =>
      row.map((score, caption) =>
        score === Number.NEGATIVE_INFINITY
          ? ''
          : `${JSON.stringify({ label: pairLabel(id, image, caption), score })}\n`,
      ),
    )
    .join('');
}

/**
 * Scores by label of a file that a scorer ended with, null as NaN. Empty where there is no file.
 * @throws ResultsError where it is not to the letter what was written.
 */
export function readFinalScores(path: string): Map<string, number> {
  if (!existsSync(path)) return new Map();
  const text = readFileSync(path, 'utf8');
  const { lines, pieces, damaged, torn } = unsealLines(text);
  if (text !== '' && (pieces !== 1 || damaged > 0 || torn)) {
    throw new ResultsError({
      what: 'a results file is damaged',
      where: path,
      got: 'its checksum does not fit',
      fix: PUT_BACK,
    });
  }
  return parseScores(lines);
}

/** Scores by label of a segment, as far as it is whole, and whether all of it is. */
export function readScoreSegment(path: string): { scores: Map<string, number>; whole: boolean } {
  const { lines, damaged, torn } = unsealLines(readFileSync(path, 'utf8'));
  return { scores: parseScores(lines), whole: damaged === 0 && !torn };
}

/** Scores by label, null as NaN; lines that are torn or no scores are passed over. */
export function parseScores(lines: readonly string[]): Map<string, number> {
  const scores = new Map<string, number>();
  for (const line of lines) {
    try {
      const { label, score } = JSON.parse(line) as { label: unknown; score: unknown };
      if (typeof label !== 'string') continue;
      if (typeof score === 'number') scores.set(label, score);
      if (score === null) scores.set(label, Number.NaN);
    } catch {
      // The last line of a killed session, or the empty end of the file.
    }
  }
  return scores;
}

/** The matrix `[image][caption]` of one example, or undefined where any of its pairs is missing. */
export function scoresOf(
  scores: ReadonlyMap<string, number>,
  id: string,
  { images, captions }: { images: number; captions: number },
): number[][] | undefined {
  const matrix = Array.from({ length: images }, (_, i) =>
    Array.from({ length: captions }, (_, c) => scores.get(pairLabel(id, i, c))),
  );
  return matrix.flat().includes(undefined) ? undefined : (matrix as number[][]);
}
