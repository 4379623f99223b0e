import { margin } from './margin.ts';
import type { ScoreMatrix } from './score-matrix.ts';

/**
 * Multiple choice for one example: 1 image × N captions (ARO, SugarCrepe, classification) on `scores`, or N images ×
 * 1 caption (retrieval) on `imageScores`. Right where every true option scores strictly above every false one.
 *
 * A tie fails, unlike `argmax` which favours whichever option is listed first: a constant scorer gets 0, wherever a
 * task puts its true option.
 *
 * @returns false at a tie or NaN; undefined for other shapes and where all options or none are true.
 */
export function accuracy(matrix: ScoreMatrix): boolean | undefined {
  const lead = margin(matrix, 'accuracy');
  return lead === undefined ? undefined : lead > 0;
}
