import { type ScoreMatrix, shapeOf, transpose, truthMask } from './score-matrix.ts';

/** Whether one question is answered rightly, and how likely that is by chance. */
export interface Answer {
  isRight: boolean;
  /** Probability 0..1, scores being independent draws without ties. */
  chance: number;
}

/** The single questions that an example's metrics are made of; undefined where there is nothing to compare. */
export interface Directions {
  /** Per image: does each of its right captions beat each of its wrong ones? On the raw scores. */
  images: (Answer | undefined)[];
  /** Per caption: does each of its right images beat each of its wrong ones? On the image scores. */
  captions: (Answer | undefined)[];
  /** Per true pair, in the order of `truth`: does this caption beat every wrong caption of its image? */
  truths: (Answer | undefined)[];
}

/**
 * Judges each direction by itself. Text is right where all of `images` are, image where all of `captions` are. Strict:
 * ties and NaN are wrong. `truths` tells several right captions of an image apart, as SugarCrepe++'s two positives.
 */
export function directions(matrix: ScoreMatrix): Directions {
  const shape = shapeOf(matrix);
  const mask = truthMask(shape);
  const images = mask.map((row, image) => answer(matrix.scores[image] ?? [], row));
  const columns = transpose(mask);
  const rows = transpose(matrix.imageScores ?? matrix.scores);
  const captions = columns.map((column, caption) => answer(rows[caption] ?? [], column));
  const truths = matrix.truth.map(([image, caption]) => {
    const row = mask[image];
    if (!row || !(caption in row)) return undefined;
    const wrong = [...row.keys()].filter((k) => !row[k]);
    if (wrong.length === 0) return undefined;
    const scores = matrix.scores[image] ?? [];
    const own = scores[caption] ?? Number.NaN;
    const isRight = wrong.every((k) => own > (scores[k] ?? Number.NaN));
    return { isRight, chance: 1 / (wrong.length + 1) };
  });
  return { images, captions, truths };
}

function answer(scores: readonly number[], mask: readonly boolean[]): Answer | undefined {
  const right = [...mask.keys()].filter((k) => mask[k]);
  const wrong = [...mask.keys()].filter((k) => !mask[k]);
  if (right.length === 0 || wrong.length === 0) return undefined;
  const value = (k: number) => scores[k] ?? Number.NaN;
  const least = Math.min(...right.map(value));
  // Math.min and Math.max give NaN as soon as one argument is NaN, and then nothing is above.
  const isRight = least > Math.max(...wrong.map(value));
  let chance = 1;
  for (let j = 1; j <= right.length; j++) chance *= j / (wrong.length + j);
  return { isRight, chance };
}
