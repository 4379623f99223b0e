/** p(caption | image) from scores, after scoring: a fitted temperature, and how far such probabilities can be trusted. */

import { truthMask } from '../metrics/score-matrix.ts';
import type { Example } from '../scoring/example.ts';
import { brierScore, expectedCalibrationError, reliability } from '../stats/calibration.ts';
import { type Choice, fitTemperature, softmax, temperatureLoss } from '../stats/temperature.ts';

/** Bins of the reliability diagram, of equal width. */
const BINS = 10;
/** Choices per fold below which nothing is fitted. */
const FEWEST = 10;

/** A temperature for a scorer's raw scores, with its calibration measured on examples it was not fitted on. */
export interface ProbabilityFit {
  /** T of softmax(score / T) over an image's captions, fitted on all choices; in units of the score. */
  temperature: number;
  choices: number;
  /** Expected calibration error of the winning caption's probability, 0..1. */
  ece: number;
  /** Mean squared error of that probability. */
  brier: number;
  /** Mean −ln p of the true caption, in nats, and what equal probabilities get. */
  logLoss: number;
  uniformLogLoss: number;
  bins: { lo: number; hi: number; count: number; confidence: number; accuracy: number }[];
}

/** One image with exactly one true caption among several. */
export interface ImageChoice extends Choice {
  /** Place of the example in the task, and of the image in it. */
  example: number;
  image: number;
}

/** The choices that a scorer made among captions; `scores` is raw, `[image][caption]`, by example. */
export function choicesOf(
  examples: readonly Example[],
  scores: readonly (readonly (readonly number[])[] | undefined)[],
): ImageChoice[] {
  return examples.flatMap(({ images, captions, truth }, example) => {
    const own = scores[example];
    if (!own || captions.length < 2) return [];
    const mask = truthMask({ images: images.length, captions: captions.length, truth });
    return mask.flatMap((row, image): ImageChoice[] => {
      const values = own[image]!;
      if (row.filter(Boolean).length !== 1 || !values.every(Number.isFinite)) return [];
      return [{ example, image, scores: values, truth: row.indexOf(true) }];
    });
  });
}

/** Every other example's choices, and the rest. By rank: the places of a selection may all be even. */
export function twoFolds<T extends { example: number }>(choices: readonly T[]): T[][] {
  const rank = new Map([...new Set(choices.map(({ example }) => example))].map((example, k) => [example, k]));
  return [0, 1].map((fold) => choices.filter(({ example }) => rank.get(example)! % 2 === fold));
}

/**
 * Fits a temperature and measures its calibration in two folds: every other example is judged by the temperature of
 * the rest, and the other way round. Probabilities are never fed into text, image or group scores.
 * @returns undefined where there are too few choices, or no temperature has a meaning: every choice of a fold is right
 *   (surer would always be better), or the scores do not help.
 */
export function fitProbabilities(choices: readonly ImageChoice[]): ProbabilityFit | undefined {
  const folds = twoFolds(choices);
  if (folds.some((fold) => fold.length < FEWEST)) return undefined;
  const fits = folds.map(fitTemperature);
  const overall = fitTemperature(choices);
  if ([...fits, overall].some(({ limit }) => limit !== undefined)) return undefined;
  const probabilities: number[] = [];
  const outcomes: boolean[] = [];
  let loss = 0;
  for (const [k, fold] of folds.entries()) {
    const { temperature } = fits[1 - k]!;
    loss += temperatureLoss(fold, temperature) * fold.length;
    for (const { scores, truth } of fold) {
      const p = softmax(scores, temperature);
      const best = p.indexOf(Math.max(...p));
      probabilities.push(p[best]!);
      outcomes.push(best === truth);
    }
  }
  const bins = reliability({ probabilities, outcomes }, BINS);
  const uniform = choices.reduce((sum, { scores }) => sum + Math.log(scores.length), 0);
  return {
    temperature: overall.temperature,
    choices: choices.length,
    ece: expectedCalibrationError(bins),
    brier: brierScore({ probabilities, outcomes }),
    logLoss: loss / choices.length,
    uniformLogLoss: uniform / choices.length,
    bins,
  };
}
