import type { ScoreMatrix } from './score-matrix.ts';

/** What a classifier made of one image. */
export interface Classified {
  /** Place of the true class. */
  truth: number;
  /** Place of the class with the highest score; −1 where two share it or none has a score. */
  predicted: number;
}

/** Right and wrong by class. */
export interface Classification {
  /** Images per class, and those of them that are right. */
  classes: { count: number; correct: number }[];
  /** Mean over the classes that have images of the share that is right, 0..1; NaN where there is none. */
  meanPerClass: number;
  /** Images by true and predicted class, zero counts left out; predicted −1 where the best score is shared. */
  confusion: [truth: number, predicted: number, count: number][];
}

/** Reads a 1 × N matrix with one true caption, caption k being class k; undefined for any other. */
export function classify({ scores, truth }: ScoreMatrix): Classified | undefined {
  const [row] = scores;
  const [first] = truth;
  if (!row || scores.length !== 1 || truth.length !== 1 || first![1] >= row.length) return undefined;
  let predicted = -1;
  let best = Number.NEGATIVE_INFINITY;
  for (const [k, score] of row.entries()) {
    if (score > best) [predicted, best] = [k, score];
    else if (score === best) predicted = -1;
  }
  // A score that is missing could be the highest; the metric accuracy counts such an image wrong, so does this.
  if (row.some(Number.isNaN)) predicted = -1;
  return { truth: first![1], predicted };
}

/** Counts over images. @param count number of classes */
export function classification(images: readonly Classified[], count: number): Classification {
  const classes = Array.from({ length: count }, () => ({ count: 0, correct: 0 }));
  const cells = new Map<number, number>();
  for (const { truth, predicted } of images) {
    const own = classes[truth]!;
    own.count++;
    if (predicted === truth) own.correct++;
    const key = truth * (count + 1) + predicted + 1;
    cells.set(key, (cells.get(key) ?? 0) + 1);
  }
  const present = classes.filter((own) => own.count > 0);
  const shares = present.map((own) => own.correct / own.count);
  return {
    classes,
    meanPerClass: shares.reduce((sum, share) => sum + share, 0) / shares.length,
    confusion: [...cells]
      .sort(([a], [b]) => a - b)
      .map(([key, images]) => [Math.floor(key / (count + 1)), (key % (count + 1)) - 1, images]),
  };
}
