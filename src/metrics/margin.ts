import {
  largestMatching,
  type MetricName,
  matchingOf,
  metricNames,
  type ScoreMatrix,
  shapeOf,
  transpose,
  truthMask,
} from './score-matrix.ts';

/**
 * By how much each metric is won, in the scores' unit: the smallest difference true − false over its comparisons, and
 * the smaller of text and image for `group`. Negative where wrong, 0 at a tie, NaN where a score is NaN. Metrics that
 * the shape does not have are absent.
 *
 * A metric is right exactly where its margin is above 0: with IEEE gradual underflow a − b > 0 is a > b, and
 * ∞ − ∞ = NaN is no win either. So verdicts are read off the margins and the two cannot disagree.
 */
export function margins(matrix: ScoreMatrix): Partial<Record<MetricName, number>> {
  const result: Partial<Record<MetricName, number>> = {};
  for (const metric of metricNames) {
    const value = margin(matrix, metric);
    if (value !== undefined) result[metric] = value;
  }
  return result;
}

/** One metric's margin, see `margins`; undefined where the shape does not have the metric. */
export function margin(matrix: ScoreMatrix, metric: MetricName): number | undefined {
  const shape = shapeOf(matrix);
  const flat = shape.images < 2 || shape.captions < 2;
  if (metric === 'accuracy') {
    if (!flat) return undefined;
    return shape.images === 1
      ? captionMargin(matrix)
      : shape.captions === 1
        ? imageMargin(matrix)
        : undefined;
  }
  if (flat) return undefined;
  switch (metric) {
    case 'text':
      return captionMargin(matrix);
    case 'image':
      return imageMargin(matrix);
    case 'group': {
      const text = captionMargin(matrix);
      const image = imageMargin(matrix);
      return text === undefined || image === undefined ? undefined : Math.min(text, image);
    }
    case 'groupMatch':
      return matchingMargin(matrix);
  }
}

/** Images fixed, captions compete, on the raw scores. */
function captionMargin(matrix: ScoreMatrix): number | undefined {
  return smallestLead(matrix.scores, truthMask(shapeOf(matrix)));
}

/** Captions fixed, images compete, on the image scores. */
function imageMargin(matrix: ScoreMatrix): number | undefined {
  const mask = truthMask(shapeOf(matrix));
  return smallestLead(transpose(matrix.imageScores ?? matrix.scores), transpose(mask));
}

/** Over all rows, the least true minus the greatest false; undefined where no row has both. */
function smallestLead(
  rows: ScoreMatrix['scores'],
  mask: readonly (readonly boolean[])[],
): number | undefined {
  let smallest: number | undefined;
  for (const [index, row] of mask.entries()) {
    if (!row.includes(true) || !row.includes(false)) continue;
    const value = (column: number) => rows[index]?.[column] ?? Number.NaN;
    const right = row.map((isTrue, column) => (isTrue ? value(column) : Infinity));
    const wrong = row.map((isTrue, column) => (isTrue ? -Infinity : value(column)));
    // Math.min and Math.max give NaN as soon as one argument is NaN.
    smallest = Math.min(smallest ?? Infinity, Math.min(...right) - Math.max(...wrong));
  }
  return smallest;
}

/** The true matching's sum minus the best other matching's; sums are taken in image order. */
function matchingMargin(matrix: ScoreMatrix): number | undefined {
  const matching = matchingOf(shapeOf(matrix));
  if (!matching || matching.length > largestMatching) return undefined;
  const used = new Array<boolean>(matching.length).fill(false);
  let best = -Infinity;
  const visit = (image: number, sum: number, differs: boolean): void => {
    if (image === matching.length) {
      if (differs) best = Math.max(best, sum);
      return;
    }
    for (const [caption, taken] of used.entries()) {
      if (taken) continue;
      used[caption] = true;
      visit(
        image + 1,
        sum + (matrix.scores[image]?.[caption] ?? Number.NaN),
        differs || caption !== matching[image],
      );
      used[caption] = false;
    }
  };
  visit(0, 0, false);
  const sum = matching.reduce(
    (total, caption, image) => total + (matrix.scores[image]?.[caption] ?? Number.NaN),
    0,
  );
  return sum - best;
}
