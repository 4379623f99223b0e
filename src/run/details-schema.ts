/** The parts of a summary beyond the headline metrics: ranking, directions, sets, macro averages, classification. */

import { z } from 'zod';
import { metricNames } from '../metrics/score-matrix.ts';

const fraction = z.number().min(0).max(1);
const count = z.number().int().min(0);

const answersSchema = z.object({
  score: fraction.describe('correct / count'),
  correct: count,
  count,
  chance: fraction,
  pAboveChance: fraction.describe('one-sided exact test against guessing'),
  leastAboveChance: count.optional(),
});

const ranksSchema = z.object({
  queries: count.describe('images (or captions) with both right and wrong options'),
  meanRank: z.number().min(1).describe('of the best right option; 1 is best, ties count against it'),
  meanRankChance: z.number().min(1),
  reciprocalRank: z.object({ score: fraction, chance: fraction }).describe('mean of 1 / rank'),
  recall: z
    .array(answersSchema.extend({ k: count }))
    .describe('whether a right option is among the first k; over queries with at least k wrong options'),
});

const directionsSchema = z.object({
  imageToText: answersSchema.optional().describe('single images: each right caption above each wrong one'),
  textToImage: answersSchema.optional().describe('single captions: each right image above each wrong one'),
  images: z.array(answersSchema).optional().describe('imageToText by the place of the image'),
  captions: z.array(answersSchema).optional().describe('textToImage by the place of the caption'),
  truths: z.array(answersSchema).optional().describe('single right captions, by their place in `truth`'),
});

const macroSchema = z.object({
  score: fraction.describe("mean of the tags' scores"),
  chance: fraction,
  tags: count.describe('tags in the mean'),
  leftOut: count.describe('tags with too few examples'),
});

const classificationSchema = z.object({
  classes: z.array(z.object({ name: z.string(), count, correct: count })),
  meanPerClass: fraction.describe('mean over classes of the share of their images that is right'),
  confusion: z
    .array(z.tuple([count, z.number().int().min(-1), count]))
    .describe('[true class, predicted class, images]; −1 where two classes share the best score'),
});

/** Optional fields of a scorer's summary. @param metric the schema of one headline metric */
export function detailFields<M extends z.ZodType>(metric: M) {
  return {
    ranking: z
      .object({ captions: ranksSchema.optional(), images: ranksSchema.optional() })
      .optional()
      .describe('where an image has three captions or more to choose among, or a caption three images'),
    directions: directionsSchema
      .optional()
      .describe('the single questions that text and image are made of, and several right captions apart'),
    sets: z
      .record(z.string(), z.partialRecord(z.enum(metricNames), metric))
      .optional()
      .describe('pair and set accuracy by kind of set: all examples of a set right; `count` counts sets'),
    macro: z
      .record(z.string(), z.partialRecord(z.enum(metricNames), macroSchema))
      .optional()
      .describe('mean over tags by kind of tag, the kind without a name being ""'),
    classification: classificationSchema.optional(),
  };
}
