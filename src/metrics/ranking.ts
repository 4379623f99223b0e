import { type ScoreMatrix, shapeOf, transpose, truthMask } from './score-matrix.ts';

/** Where the first right option of one query stands when its options are sorted by score. */
export interface Rank {
  /** 1 is best: one more than the wrong options that the best right one does not beat. Ties and NaN count against it. */
  rank: number;
  /** Options that the query chooses among, and how many of them are right. */
  options: number;
  truths: number;
}

/** For every image with both right and wrong captions, the rank of its best right caption, on the raw scores. */
export function captionRanks(matrix: ScoreMatrix): Rank[] {
  return ranksOf(matrix.scores, truthMask(shapeOf(matrix)));
}

/** For every caption with both right and wrong images, the rank of its best right image, on the image scores. */
export function imageRanks(matrix: ScoreMatrix): Rank[] {
  // One image has no rival; a thousand class names would be a thousand rows of one.
  if (matrix.scores.length < 2) return [];
  const mask = transpose(truthMask(shapeOf(matrix)));
  return ranksOf(transpose(matrix.imageScores ?? matrix.scores), mask);
}

/**
 * Recall@k by chance: the probability that one of `truths` right options is among the first k of `options` in random
 * order, 1 − C(wrong, k) / C(options, k).
 */
export function recallChance({ options, truths }: Omit<Rank, 'rank'>, k: number): number {
  let none = 1;
  for (let j = 0; j < Math.min(k, options); j++) none *= Math.max(0, options - truths - j) / (options - j);
  return 1 - none;
}

/** Mean of 1 / rank in random order: Σ_r P(rank = r) / r. */
export function reciprocalRankChance(query: Omit<Rank, 'rank'>): number {
  let [sum, before] = [0, 0];
  for (let r = 1; r <= query.options - query.truths + 1; r++) {
    const within = recallChance(query, r);
    sum += (within - before) / r;
    before = within;
  }
  return sum;
}

/** Mean rank in random order: every wrong option comes before all right ones with probability 1 / (truths + 1). */
export function meanRankChance({ options, truths }: Omit<Rank, 'rank'>): number {
  return 1 + (options - truths) / (truths + 1);
}

function ranksOf(rows: ScoreMatrix['scores'], mask: readonly (readonly boolean[])[]): Rank[] {
  return mask.flatMap((row, index) => {
    const truths = row.filter(Boolean).length;
    if (truths === 0 || truths === row.length) return [];
    const value = (column: number) => rows[index]?.[column] ?? Number.NaN;
    let best = Number.NaN;
    for (const [column, isTrue] of row.entries())
      if (isTrue && !(best >= value(column)) && !Number.isNaN(value(column))) best = value(column);
    let rank = 1;
    for (const [column, isTrue] of row.entries()) if (!isTrue && !(best > value(column))) rank++;
    return [{ rank, options: row.length, truths }];
  });
}
