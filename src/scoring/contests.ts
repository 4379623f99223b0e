/** The comparisons that an example's metrics rest on, as signed sums of denoising errors. */

import {
  largestMatching,
  type MetricName,
  matchingOf,
  type Shape,
  truthMask,
} from '../metrics/score-matrix.ts';
import { pairsOf, type UncondMode } from './conditions.ts';
import { type Example, UNCONDITIONAL } from './example.ts';

/** One pair's part in a contest: its place in `pairsOf`, and whether its error speaks for or against the truth. */
export interface Term {
  slot: number;
  sign: 1 | -1;
}

/** One comparison of a metric. It is won where the signed sum of the pairs' mean errors is above 0. */
export interface Contest {
  metric: MetricName;
  /** What differs between the two sides: captions on one image, images under one caption, or whole matchings. */
  over: 'captions' | 'images' | 'matchings';
  terms: readonly Term[];
}

/** With more images than this an example has no contests, and so is never left early: there would be k! − 1 matchings. */
const MOST_MATCHED = 3;

/**
 * All contests of an example. Captions compete by raw errors: error(false) − error(true) on one image. Images compete
 * by normalized ones: each error minus that of the empty caption on its image, where that is evaluated.
 */
export function contestsOf(example: Example, uncond: UncondMode): Contest[] {
  const shape: Shape = {
    images: example.images.length,
    captions: example.captions.length,
    truth: example.truth,
  };
  const pairs = pairsOf(example, uncond);
  const slots = new Map(pairs.map(({ image, caption }, slot) => [`${image} ${caption}`, slot]));
  const slotOf = (image: number, caption: number) => slots.get(`${image} ${caption}`)!;
  const hasEmpty = slots.has(`0 ${UNCONDITIONAL}`);
  const flat = shape.images < 2 || shape.captions < 2;
  const mask = truthMask(shape);
  const contests: Contest[] = [];
  const matching = flat ? undefined : matchingOf(shape);
  if (matching && matching.length > MOST_MATCHED && matching.length <= largestMatching) return [];

  for (const [image, row] of mask.entries()) {
    for (const [yes, no] of rivals(row)) {
      contests.push({
        metric: flat ? 'accuracy' : 'text',
        over: 'captions',
        terms: [
          { slot: slotOf(image, no), sign: 1 },
          { slot: slotOf(image, yes), sign: -1 },
        ],
      });
    }
  }
  for (const caption of example.captions.keys()) {
    for (const [yes, no] of rivals(mask.map((row) => row[caption]!))) {
      const base: Term[] = hasEmpty
        ? [
            { slot: slotOf(no, UNCONDITIONAL), sign: -1 },
            { slot: slotOf(yes, UNCONDITIONAL), sign: 1 },
          ]
        : [];
      contests.push({
        metric: flat ? 'accuracy' : 'image',
        over: 'images',
        terms: [{ slot: slotOf(no, caption), sign: 1 }, { slot: slotOf(yes, caption), sign: -1 }, ...base],
      });
    }
  }
  if (matching && matching.length <= MOST_MATCHED) {
    for (const other of permutations(matching.length)) {
      const terms = matching.flatMap((caption, image): Term[] =>
        other[image] === caption
          ? []
          : [
              { slot: slotOf(image, other[image]!), sign: 1 },
              { slot: slotOf(image, caption), sign: -1 },
            ],
      );
      if (terms.length > 0) contests.push({ metric: 'groupMatch', over: 'matchings', terms });
    }
  }
  return contests;
}

/** A contest's signed sums of errors over the first `trials` trials of the plan's order; `errors` by a pair's slot. */
export function differencesOf(
  { terms }: Contest,
  trials: number,
  errors: (slot: number) => ArrayLike<number>,
): Float64Array {
  const differences = new Float64Array(trials);
  for (const { slot, sign } of terms) {
    const values = errors(slot);
    for (let k = 0; k < trials; k++) differences[k] = differences[k]! + sign * values[k]!;
  }
  return differences;
}

/** Every (true, false) couple of places in a row. */
function rivals(row: readonly boolean[]): [number, number][] {
  const yes = [...row.keys()].filter((k) => row[k]);
  const no = [...row.keys()].filter((k) => !row[k]);
  return yes.flatMap((a) => no.map((b): [number, number] => [a, b]));
}

function permutations(count: number): number[][] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((shorter) =>
    Array.from({ length: count }, (_, place) => shorter.toSpliced(place, 0, count - 1)),
  );
}
