/** `winoscope task add`. */

import { basename } from 'node:path';
import { addExample } from '../../tasks/add-example.ts';
import { UsageError } from '../errors.ts';
import { visible } from '../report/format.ts';
import { readable } from './readable.ts';
import type { TaskAddFlags } from './task-command.ts';

/** Carries out `winoscope task add`. @throws UsageError, InputError where the example would not be one. */
export async function taskAdd(folder: string, images: string[], flags: TaskAddFlags): Promise<void> {
  const added = await addExample(folder, {
    images,
    captions: flags.caption,
    ...(flags.truth !== undefined && { truth: truthOf(flags.truth) }),
    tags: flags.tag ?? [],
    ...(flags.id !== undefined && { id: flags.id }),
  });
  const { id, count, truth, warnings } = added;
  const pairs = truth.map(
    ([image, caption]) => `${basename(images[image]!)} with "${readable(flags.caption[caption]!)}"`,
  );
  process.stdout.write(
    `added ${visible(id)}, example ${count} of ${visible(folder)}; true: ${visible(pairs.join('; '))}.\n`,
  );
  for (const warning of warnings) process.stderr.write(`warning: ${visible(warning)}.\n`);
}

/** `0:1,1:0` as pairs. */
function truthOf(text: string): [number, number][] {
  return text.split(',').map((part) => {
    const [, image, caption] = /^\s*(\d{1,6}):(\d{1,6})\s*$/.exec(part) ?? [];
    if (image !== undefined && caption !== undefined) return [Number(image), Number(caption)];
    throw new UsageError({
      what: `"${visible(part)}" is no pair`,
      where: '--truth',
      expected: 'image:caption, counted from 0, as in 0:1,1:0',
    });
  });
}
