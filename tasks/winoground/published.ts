/** Published Winoground scores: the paper's own, and what others printed since. Numbers with their sources, no data. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../src/hub/package-root.ts';

const percent = z.number().min(0).max(100);
const shared = {
  name: z.string(),
  kind: z.enum(['human', 'dual encoder', 'fusion encoder', 'diffusion', 'generative']),
  /** A name for one line; only of the few that stand for the rest. */
  short: z.string().optional(),
};

/**
 * How sure a number is: `recomputed` from published scores of every pair; `read` where it was first printed; `quoted`:
 * read where somebody else repeats it.
 */
export const CERTAINTIES = ['recomputed', 'read', 'quoted'] as const;

const elsewhereSchema = z.object({
  ...shared,
  text: percent.optional(),
  image: percent.optional(),
  group: percent.optional(),
  /** Text scores by Winoground's own three tags. */
  byTag: z.record(z.string(), percent).optional(),
  source: z.string(),
  /** The table, page or file that it was taken from. */
  where: z.string(),
  certainty: z.enum(CERTAINTIES),
  note: z.string().optional(),
});

const publishedSchema = z.object({
  source: z.string(),
  /** Examples that every score counts. */
  examples: z.number().int().positive(),
  /** Percent by the name of the score file, without its ending. */
  models: z.record(z.string(), z.object({ ...shared, text: percent, image: percent, group: percent })),
  elsewhere: z.array(elsewhereSchema),
});

export type PublishedScores = z.infer<typeof publishedSchema>;

/** One published model, to set beside measured ones and never among them. Scores in percent. */
export type PublishedRow = z.infer<typeof elsewhereSchema>;

/** Where in the repository the score files lie. */
export const SCORE_FILES = 'statistics/model_scores';

/** The table that ships with this package: numbers alone. */
export function publishedScores(): PublishedScores {
  const path = join(packageRoot(), 'tasks', 'data', 'winoground-published.json');
  return publishedSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** All of it as rows: people first, then the models of Winoground's paper, then what others printed. */
export function publishedRows(
  { models, source, elsewhere }: PublishedScores = publishedScores(),
): PublishedRow[] {
  const own = Object.entries(models).map(
    ([file, model]): PublishedRow => ({
      ...model,
      source,
      where: `${SCORE_FILES}/${file}.jsonl`,
      certainty: 'recomputed',
    }),
  );
  return [...own, ...elsewhere];
}
