import { margin } from './margin.ts';
import type { ScoreMatrix } from './score-matrix.ts';

/**
 * Winoground's text score for one example (Thrush et al. 2022, eq. 1), carried over to I images × C captions: for
 * every image, each of its true captions scores strictly above each of its false ones. For 2 × 2 with the diagonal
 * true, s(c0,i0) > s(c1,i0) and s(c1,i1) > s(c0,i1). Images without a true or without a false caption ask nothing.
 *
 * @returns false at a tie or NaN; undefined where I < 2, C < 2 or there is nothing to compare.
 */
export function textCorrect(matrix: ScoreMatrix): boolean | undefined {
  return isWon(margin(matrix, 'text'));
}

/**
 * Winoground's image score for one example (eq. 2), the dual of text: for every caption, each of its true images
 * scores strictly above each of its false ones, on `imageScores`. For 2 × 2, s(c0,i0) > s(c0,i1) and
 * s(c1,i1) > s(c1,i0).
 *
 * @returns false at a tie or NaN; undefined where I < 2, C < 2 or there is nothing to compare.
 */
export function imageCorrect(matrix: ScoreMatrix): boolean | undefined {
  return isWon(margin(matrix, 'image'));
}

/**
 * Winoground's group score for one example (eq. 3): text and image are both right.
 *
 * @returns undefined where either of them is.
 */
export function groupCorrect(matrix: ScoreMatrix): boolean | undefined {
  return isWon(margin(matrix, 'group'));
}

/**
 * GroupMatch (Zhu et al. 2025, "Test-Time Matching"): the true matching's sum of scores is strictly above that of
 * every other way to pair images with captions. For 2 × 2, s00 + s11 > s01 + s10.
 *
 * Adding a constant per image or per caption moves all sums alike, so the raw scores serve whatever the
 * normalization, and an image's own likelihood cancels.
 *
 * @returns false at a tie or NaN; undefined unless k × k, 2 ≤ k ≤ 8, with a perfect matching as its truth.
 */
export function groupMatchCorrect(matrix: ScoreMatrix): boolean | undefined {
  return isWon(margin(matrix, 'groupMatch'));
}

/** Strictly above 0, which NaN is not. */
function isWon(lead: number | undefined): boolean | undefined {
  return lead === undefined ? undefined : lead > 0;
}
