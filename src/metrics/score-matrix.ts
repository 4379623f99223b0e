/**
 * The scores of one example and which pairs are true.
 *
 * There are two score arrays because images compete on other terms than captions do. Across images a diffusion
 * score is normalized, score(image, caption) − score(image, ∅), since some images are easier to denoise whatever the
 * caption. Subtracting a constant per image cannot change a comparison between captions of that image
 * mathematically, but in floating point it could round two unequal scores to a tie. Text and GroupMatch, which such
 * constants do not reach, are therefore decided from the raw `scores`, and only comparisons between images from
 * `imageScores`.
 */
export interface ScoreMatrix {
  /** `[image][caption]`, rectangular; higher is better, any unit. NaN or a missing entry never wins. */
  scores: readonly (readonly number[])[];
  /**
   * The same pairs, used where the caption is fixed and images compete.
   * @default scores
   */
  imageScores?: readonly (readonly number[])[];
  /** The true pairs as indices into `scores`; every other pair is false. Pairs outside the matrix do not count. */
  truth: readonly (readonly [image: number, caption: number])[];
}

/** What chance depends on: the size of a score matrix and its true pairs. */
export interface Shape {
  images: number;
  captions: number;
  truth: ScoreMatrix['truth'];
}

/** Everything an example can be judged by, in the order of reports. */
export const metricNames = ['text', 'image', 'group', 'groupMatch', 'accuracy'] as const;

/**
 * `text`, `image`, `group` and `groupMatch` belong to I × C examples, `accuracy` to 1 × N and N × 1. All are strict: a
 * tie fails, unlike `argmax` which favours whichever option is listed first, so a constant scorer gets 0.
 *
 * - `text` (Thrush et al. 2022, eq. 1): for every image, each of its true captions scores above each of its false
 *   ones. For 2 × 2 with the diagonal true, s(c0,i0) > s(c1,i0) and s(c1,i1) > s(c0,i1).
 * - `image` (eq. 2): the dual, for every caption, on `imageScores`.
 * - `group` (eq. 3): text and image are both right.
 * - `groupMatch` (Zhu et al. 2025, "Test-Time Matching"): the true matching's sum of scores is above that of every
 *   other matching; k × k with 2 ≤ k ≤ 8. A constant per image or caption moves all sums alike, so the raw scores serve.
 * - `accuracy`: every true option scores above every false one; 1 × N on `scores`, N × 1 on `imageScores`.
 */
export type MetricName = (typeof metricNames)[number];

/** GroupMatch goes through all k! matchings; 8! = 40,320 is the most it does. */
export const largestMatching = 8;

/** Size and truth of a matrix, without its scores. */
export function shapeOf({ scores, truth }: ScoreMatrix): Shape {
  return { images: scores.length, captions: scores[0]?.length ?? 0, truth };
}

/** `[image][caption]`: whether the pair is true. */
export function truthMask({ images, captions, truth }: Shape): boolean[][] {
  const mask = Array.from({ length: images }, () => new Array<boolean>(captions).fill(false));
  for (const [image, caption] of truth) {
    const row = mask[image];
    if (row && caption in row) row[caption] = true;
  }
  return mask;
}

/** Rows and columns exchanged. */
export function transpose<T>(matrix: readonly (readonly T[])[]): T[][] {
  return (matrix[0] ?? []).map((_, column) => matrix.map((row) => row[column]!));
}

/**
 * The true caption of each image where the matrix is k × k and the truth pairs every image with one caption and every
 * caption with one image; undefined otherwise.
 */
export function matchingOf(shape: Shape): number[] | undefined {
  if (shape.images !== shape.captions) return undefined;
  const matching = truthMask(shape).map((row) => {
    const caption = row.indexOf(true);
    return caption === row.lastIndexOf(true) ? caption : -1;
  });
  return !matching.includes(-1) && new Set(matching).size === matching.length ? matching : undefined;
}
