/** The scores that Winoground's paper prints for the models whose score files its repository holds. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../src/hub/package-root.ts';

const percent = z.number().min(0).max(100);
const publishedSchema = z.object({
  source: z.string(),
  /** Examples that every score counts. */
  examples: z.number().int().positive(),
  /** Percent by the name of the score file, without its ending. */
  models: z.record(z.string(), z.object({ name: z.string(), text: percent, image: percent, group: percent })),
});

export type PublishedScores = z.infer<typeof publishedSchema>;

/** Where in the repository the score files lie. */
export const SCORE_FILES = 'statistics/model_scores';

/** The table that ships with this package: numbers alone. */
export function publishedScores(): PublishedScores {
  const path = join(packageRoot(), 'tasks', 'data', 'winoground-published.json');
  return publishedSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}
