import { DEFAULT_TASK } from './task.ts';

/** A task that ships with this package. */
export interface BuiltInTask {
  name: string;
  /** Under `fixtures/tiny-world`. */
  folder: string;
  /** What it asks, in a few words. */
  about: string;
}

const KINDS: readonly BuiltInTask[] = [
  {
    name: DEFAULT_TASK,
    folder: 'probe',
    about: "two images, two captions of the same words: Winoground's form",
  },
  {
    name: 'tiny-world-edits',
    folder: 'probes/edits',
    about: "one image, its caption and one made false by replacing, swapping or adding: SugarCrepe's form",
  },
  {
    name: 'tiny-world-choices',
    folder: 'probes/choices',
    about: 'one image, 10 to 50 captions, a third of them near misses',
  },
  {
    name: 'tiny-world-classes',
    folder: 'probes/classes',
    about: 'zero-shot classification: twenty class names in templates',
  },
];

/** The tasks that ship with this package, the default one first; each comes in a shifted look as well. */
export const builtInTasks: readonly BuiltInTask[] = KINDS.flatMap((task) => [
  task,
  {
    name: `${task.name}-shifted`,
    folder: task.folder === 'probe' ? 'probes/swaps-shifted' : `${task.folder}-shifted`,
    about: 'the same questions, drawn with backgrounds, textures and noise that were never trained on',
  },
]);
