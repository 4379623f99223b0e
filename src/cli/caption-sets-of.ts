/** The captions that flags ask to draw. */

import { type CaptionSet, inSentences, setOf, setsOfTask } from '../../tasks/drawn/caption-sets.ts';
import { readCaptionsFile } from '../../tasks/drawn/captions-file.ts';
import type { Task } from '../../tasks/task.ts';
import { UsageError } from '../errors.ts';
import { describeDiffusion } from '../models/diffusion-folder.ts';
import { findTask } from './find-task.ts';
import type { GenerateFlags } from './generate-command.ts';

/**
 * Captions of `--caption`, `--captions` or `--task`; of a model that is conditioned on classes all of them where nothing
 * is said. The task is given back where they are one's.
 * @throws UsageError where several or none are given, or a flag has nothing to do; InputError as the file or the task.
 */
export async function captionSetsOf(
  flags: GenerateFlags,
  model: string,
): Promise<{ sets: CaptionSet[]; task?: Task }> {
  const { caption, captions, task: name, template, limit } = flags;
  const given = Object.entries({ '--caption': caption, '--captions': captions, '--task': name }).flatMap(
    ([flag, value]) => (value === undefined ? [] : [flag]),
  );
  if (given.length > 1)
    throw new UsageError({
      what: 'captions come from one place',
      where: given.join(', '),
      fix: 'Leave all but one out.',
    });
  checkTaskFlags(flags);
  if (name !== undefined) {
    const task = await findTask(name, flags);
    const sets = setsOfTask(task, limit);
    const own = template && !task.classes ? inSentences(sets, template) : sets;
    return { sets: requireSome(own, `--task ${name}`), task };
  }
  const sets = caption
    ? [setOf(checkedCaptions(caption))]
    : captions !== undefined
      ? readCaptionsFile(captions)
      : classSets(model);
  const some = limit === undefined ? sets : sets.slice(0, limit);
  return { sets: template ? inSentences(some, template) : some };
}

function checkTaskFlags({ task, data, images, classes }: GenerateFlags): void {
  const idle = Object.entries({ data, images, classes }).find(([, value]) => value !== undefined);
  if (task !== undefined || !idle) return;
  throw new UsageError({
    what: 'the flag belongs to a task',
    where: `--${idle[0]}`,
    fix: 'Name it with --task.',
  });
}

function checkedCaptions(captions: readonly string[]): string[] {
  const trimmed = captions.map((text) => text.trim());
  if (trimmed.includes('')) throw new UsageError({ what: 'a caption is empty', where: '--caption' });
  return [...new Set(trimmed)];
}

/** All classes of a model that is conditioned on classes, by their first names. */
function classSets(model: string): CaptionSet[] {
  const { labels } = describeDiffusion(model);
  if (!labels) {
    throw new UsageError({
      what: 'there is nothing to draw',
      expected: '--caption TEXT, --captions FILE or --task NAME',
    });
  }
  const first = new Map<number, string>();
  for (const [label, ids] of Object.entries(labels.whole))
    for (const id of ids) if (!first.has(id)) first.set(id, label.split(',')[0]!.trim());
  return [setOf([...first].sort(([a], [b]) => a - b).map(([, name]) => name))];
}

function requireSome(sets: CaptionSet[], where: string): CaptionSet[] {
  if (sets.length > 0) return sets;
  throw new UsageError({
    what: 'none of its captions is true of an image, so there is nothing to draw',
    where,
  });
}
