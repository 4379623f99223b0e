/** The parts of a summary beyond the headline metrics; each is there only where the examples have it. */

import type { Aggregate } from '../metrics/by-tag.ts';
import { classification, classify } from '../metrics/classification.ts';
import { type Answer, directions } from '../metrics/directions.ts';
import { chances, verdict } from '../metrics/evaluate.ts';
import { macroAverages } from '../metrics/macro.ts';
import {
  captionRanks,
  imageRanks,
  meanRankChance,
  type Rank,
  recallChance,
  reciprocalRankChance,
} from '../metrics/ranking.ts';
import { type ScoreMatrix, shapeOf } from '../metrics/score-matrix.ts';
import { setTallies } from '../metrics/sets.ts';
import type { ExampleScores } from '../scoring/aggregate.ts';
import type { Example } from '../scoring/example.ts';
import { aboveChance } from '../stats/above-chance.ts';
import { leastRight } from '../stats/least-right.ts';
import { withThresholds } from './metric-summaries.ts';
import { toMatrix } from './scorer-view.ts';
import type { Details } from './summary-schema.ts';

/** What the task says of how it is counted. */
export interface DetailOptions {
  classes?: readonly string[] | undefined;
  leastPerTag?: number | undefined;
}

type Answers = NonNullable<NonNullable<Details['directions']>['imageToText']>;

/** The k of recall@k. */
const RECALL_AT = [1, 3, 5, 10];

/** By place is told of no more places than this. */
const MOST_PLACES = 8;

/** @param scores of every example that is done, in the order of `examples`. */
export function summarizeDetails(
  examples: readonly Example[],
  scores: readonly (ExampleScores | undefined)[],
  { total, about }: { total: Aggregate; about: DetailOptions },
): Details {
  const matrices = scores.map((value, index) => value && toMatrix(value, examples[index]!));
  const done = matrices.filter((matrix) => matrix !== undefined);
  const [captions, images] = [
    summarizeRanks(done.flatMap(captionRanks)),
    summarizeRanks(done.flatMap(imageRanks)),
  ];
  const ways = summarizeDirections(done);
  const sets = summarizeSets(examples, matrices);
  const macro = macroAverages(total, about.leastPerTag);
  const classes = about.classes && summarizeClasses(done, about.classes);
  return {
    ...((captions || images) && { ranking: { ...(captions && { captions }), ...(images && { images }) } }),
    ...(ways && { directions: ways }),
    ...(sets && { sets }),
    ...(Object.keys(macro).length > 0 && { macro }),
    ...(classes && { classification: classes }),
  };
}

/** Undefined where no query has three options: a rank among two says no more than accuracy. */
function summarizeRanks(ranks: readonly Rank[]) {
  if (!ranks.some(({ options }) => options > 2)) return undefined;
  const mean = (value: (rank: Rank) => number) =>
    ranks.reduce((sum, rank) => sum + value(rank), 0) / ranks.length;
  const reciprocals = new Map<string, number>();
  const chanceOf = (rank: Rank) => {
    const key = `${rank.options} ${rank.truths}`;
    const value = reciprocals.get(key) ?? reciprocalRankChance(rank);
    reciprocals.set(key, value);
    return value;
  };
  const recall = RECALL_AT.flatMap((k) => {
    const able = ranks.filter(({ options, truths }) => options - truths >= k);
    if (able.length === 0) return [];
    const answers = able.map((rank) => ({ isRight: rank.rank <= k, chance: recallChance(rank, k) }));
    return [{ k, ...summarizeAnswers(answers) }];
  });
  return {
    queries: ranks.length,
    meanRank: mean(({ rank }) => rank),
    meanRankChance: mean(meanRankChance),
    reciprocalRank: { score: mean(({ rank }) => 1 / rank), chance: mean(chanceOf) },
    recall,
  };
}

function summarizeDirections(matrices: readonly ScoreMatrix[]): Details['directions'] {
  const square = matrices.filter((matrix) => {
    const { images, captions } = shapeOf(matrix);
    return images > 1 && captions > 1;
  });
  const several = matrices.filter(hasSeveralRight);
  if (square.length === 0 && several.length === 0) return undefined;
  const found = square.map(directions);
  const pooled = (side: 'images' | 'captions') => {
    const answers = found.flatMap((one) => one[side]).filter((one) => one !== undefined);
    return answers.length > 0 ? summarizeAnswers(answers) : undefined;
  };
  const [imageToText, textToImage] = [pooled('images'), pooled('captions')];
  const places = {
    images: byPlace(found.map(({ images }) => images)),
    captions: byPlace(found.map(({ captions }) => captions)),
    truths: several.length > 0 ? byPlace(several.map((matrix) => directions(matrix).truths)) : undefined,
  };
  return {
    ...(imageToText && { imageToText }),
    ...(textToImage && { textToImage }),
    ...(places.images && { images: places.images }),
    ...(places.captions && { captions: places.captions }),
    ...(places.truths && { truths: places.truths }),
  };
}

/** Whether an image has several right captions and a wrong one. */
function hasSeveralRight(matrix: ScoreMatrix): boolean {
  const { images, captions } = shapeOf(matrix);
  return images === 1 && matrix.truth.length > 1 && matrix.truth.length < captions;
}

/** Totals place by place; undefined unless all examples have the same few places. */
function byPlace(rows: readonly (readonly (Answer | undefined)[])[]): Answers[] | undefined {
  const places = rows[0]?.length ?? 0;
  if (places === 0 || places > MOST_PLACES) return undefined;
  if (rows.some((row) => row.length !== places || row.includes(undefined))) return undefined;
  return Array.from({ length: places }, (_, place) => summarizeAnswers(rows.map((row) => row[place]!)));
}

/** Answers of one direction rest on scores that no two of them share, so guesses are independent. */
function summarizeAnswers(answers: readonly Answer[]): Answers {
  const correct = answers.filter(({ isRight }) => isRight).length;
  const list = answers.map(({ chance }) => chance);
  const least = leastRight(list);
  return {
    score: correct / answers.length,
    correct,
    count: answers.length,
    chance: list.reduce((sum, value) => sum + value, 0) / list.length,
    pAboveChance: aboveChance(correct, list),
    ...(least !== undefined && { leastAboveChance: least }),
  };
}

function summarizeSets(
  examples: readonly Example[],
  matrices: readonly (ScoreMatrix | undefined)[],
): Details['sets'] {
  if (!examples.some(({ groups }) => groups)) return undefined;
  const members = examples.map(({ images, captions, truth, groups = {} }, index) => {
    const matrix = matrices[index];
    const shape = { images: images.length, captions: captions.length, truth };
    return { groups, verdict: matrix && verdict(matrix), chance: chances(shape) };
  });
  const kinds = Object.entries(setTallies(members)).map(
    ([kind, tallies]) => [kind, withThresholds(tallies)] as const,
  );
  const counted = kinds.filter(([, metrics]) => Object.keys(metrics).length > 0);
  return counted.length > 0 ? Object.fromEntries(counted) : undefined;
}

/** Undefined unless every image that is done has one caption per class, one of them true. */
function summarizeClasses(
  matrices: readonly ScoreMatrix[],
  names: readonly string[],
): Details['classification'] {
  const fitting = matrices.every(({ scores }) => scores[0]?.length === names.length);
  const found = matrices.map(classify).filter((one) => one !== undefined);
  if (!fitting || found.length === 0 || found.length < matrices.length) return undefined;
  const { classes, meanPerClass, confusion } = classification(found, names.length);
  return { classes: classes.map((own, k) => ({ name: names[k]!, ...own })), meanPerClass, confusion };
}
