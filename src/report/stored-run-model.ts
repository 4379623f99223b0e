/** A run on disk as a `RunModel`: images and captions that it may not keep come from the task it was made of. */

import { createHash } from 'node:crypto';
import { findCachedImage } from '../../tasks/image-cache.ts';
import { findTaskSource, type TaskSource, withCaptions } from '../../tasks/task-source.ts';
import { messageOf } from '../errors.ts';
import { packageVersion } from '../hub/package-root.ts';
import { readSource, sourceName } from '../images/decode.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import { countFailures } from '../run/failures.ts';
import { isUpToDate } from '../run/lost-results.ts';
import type { StoredRun } from '../run/open-run.ts';
import { type Analysis, type Summary, summarySchema } from '../run/summary-schema.ts';
import type { ImageAccess, RunModel } from './run-model.ts';
import { ViewsModel } from './views-model.ts';

/** As `score` decides when nothing is said. */
export const DEFAULT_ANALYSIS: Analysis = { loss: 'mse', errorSpace: 'native' };

/** The model of an opened run; the task is looked for where the run says it was read from, relative to here. */
export function storedRunModel(run: StoredRun, analysis: Analysis = DEFAULT_ANALYSIS): RunModel {
  const { manifest, folder, views } = run;
  const { source, redistribution } = manifest.about.task;
  let found: TaskSource | undefined | 'not looked for' = 'not looked for';
  const task = (): TaskSource | undefined => {
    if (found === 'not looked for') found = findTaskSource(source);
    return found;
  };
  let examples = run.examples;
  if (redistribution !== 'free') {
    const today = task();
    if (today) examples = withCaptions(examples, today, manifest.identity.task.hash) ?? examples;
  }
  const image = async (index: number, image: number): Promise<ImageAccess> => {
    const example = run.examples[index];
    const stored = example?.images[image];
    if (!stored) return { missing: `Example ${example?.id ?? index} has no image ${image}.` };
    const hash = 'name' in stored ? stored.name : '';
    // Parts of pictures, and pictures out of tables, have no other place.
    const kept = findCachedImage(hash);
    const today = task();
    if (!today && !kept)
      return { missing: `The task "${source}" is not here any more, so its images cannot be shown.` };
    try {
      const place = kept ? { path: kept } : await today?.image(example.id, image);
      if (place === undefined) return { missing: `The task "${source}" no longer has this example.` };
      const bytes = await readSource(place);
      const path = sourceName(place);
      const isSame = createHash('sha256').update(bytes).digest('hex') === hash;
      return isSame ? { bytes, name: path } : { missing: `${path} is not the image that was scored.` };
    } catch (error) {
      return { missing: `${messageOf(error)}.` };
    }
  };
  return new ViewsModel({
    path: folder.path,
    manifest,
    examples,
    views,
    analysis,
    failures: () => manifest.about.failures ?? [],
    image,
    ...storedSummary(run, analysis),
  });
}

/** The summary that the last session left, where nothing has come since and today's code would compute the same. */
function storedSummary(run: StoredRun, analysis: Analysis): { summary?: Summary } {
  const { folder, manifest, last } = run;
  const isCurrent =
    summarySchema.safeParse(last).success &&
    last?.identity === manifest.identityHash &&
    last.version === packageVersion() &&
    canonicalJson(last.analysis) === canonicalJson(analysis) &&
    last.examples.failed === sumOf(countFailures(manifest.about.failures ?? [])) &&
    isUpToDate(run);
  return isCurrent ? { summary: { ...last, run: folder.path } } : {};
}

function sumOf({ failed, unreadable }: { failed: number; unreadable: number }): number {
  return failed + unreadable;
}
