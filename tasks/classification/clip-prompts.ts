import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../../src/errors.ts';
import { packageRoot } from '../../src/hub/package-root.ts';

/** What `--template` is called that stands for all of CLIP's prompts for a data set. */
export const CLIP_PROMPTS = 'clip';

/**
 * The templates that CLIP was published with for a data set (github.com/openai/CLIP, data/prompts.md, MIT).
 * @throws UsageError where it has none here.
 */
export function clipPrompts(name: string): string[] {
  const path = join(packageRoot(), 'tasks', 'data', 'clip-prompts', 'prompts.json');
  const sets = z.record(z.string(), z.array(z.string())).parse(JSON.parse(readFileSync(path, 'utf8')));
  const found = sets[name];
  if (found) return found;
  throw new UsageError({
    what: 'CLIP has no prompts for this task here',
    where: `--template ${CLIP_PROMPTS}, task "${name}"`,
    expected: `one of ${Object.keys(sets).join(', ')}`,
    fix: 'Name templates by --template "a photo of a {}." instead.',
  });
}
