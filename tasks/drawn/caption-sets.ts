/** What is drawn: captions with those they are to be told apart from. */

import { UsageError } from '../../src/errors.ts';
import { UNCONDITIONAL } from '../../src/scoring/example.ts';
import type { Task } from '../task.ts';

/** Captions that are alternatives to each other. */
export interface CaptionSet {
  /** The captions; where there are several ways to say them, image k of a caption is asked for in way k mod n. */
  ways: readonly (readonly string[])[];
  /** Places of the captions that are drawn; the others are counterparts alone. */
  drawn: readonly number[];
  tags: readonly string[];
  /** What the captions' classes are called, in folders of class folders. */
  classes: readonly string[];
}

/** Captions as a user gives them, all alternatives to each other and all drawn. */
export function setOf(captions: readonly string[], more: Partial<CaptionSet> = {}): CaptionSet {
  return { ways: [captions], drawn: [...captions.keys()], tags: [], classes: captions, ...more };
}

/**
 * Sets with every caption put into sentences such as "a photo of a {}"; several take turns.
 * @throws UsageError for one without `{}`.
 */
export function inSentences(sets: readonly CaptionSet[], templates: readonly string[]): CaptionSet[] {
  const bad = templates.find((template) => !template.includes('{}'));
  if (bad !== undefined) {
    throw new UsageError({
      what: 'a template has no place for the caption',
      where: `--template "${bad}"`,
      expected: 'a sentence with {}, as in "a photo of a {}"',
    });
  }
  return sets.map((set) => ({
    ...set,
    ways: templates.flatMap((template) =>
      set.ways.map((captions) => captions.map((caption) => template.replaceAll('{}', () => caption))),
    ),
  }));
}

/**
 * The captions of a task: of every example those that are true of one of its images, with the example's other captions;
 * of a classification task every class. Examples that ask for the same are drawn once.
 * @param limit the first so many examples.
 */
export function setsOfTask(task: Task, limit = task.examples.length): CaptionSet[] {
  const examples = task.examples.slice(0, limit);
  if (task.classes) {
    const ways = new Map(examples.map(({ captions }) => [captions.join('\n'), captions]));
    const { classes } = task;
    return [{ ways: [...ways.values()], drawn: [...classes.keys()], tags: [], classes }];
  }
  const found = new Map<string, CaptionSet>();
  for (const { captions, truth, tags } of examples) {
    const places = new Set(truth.map(([, caption]) => caption).filter((place) => place !== UNCONDITIONAL));
    const drawn = [...places].sort((a, b) => a - b);
    if (drawn.length === 0) continue;
    const key = JSON.stringify([captions, drawn]);
    if (!found.has(key)) found.set(key, setOf(captions, { drawn, tags }));
  }
  return [...found.values()];
}
