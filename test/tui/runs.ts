/** Runs that screens are tested on. */

import { join } from 'node:path';
import type { RunModel } from '../../src/report/run-model.ts';
import { storedRunModel } from '../../src/report/stored-run-model.ts';
import { openRun } from '../../src/run/open-run.ts';
import { loadTask } from '../../tasks/registry.ts';
import type { Task } from '../../tasks/task.ts';
import { makeRun } from '../support/made-run.ts';

let world: Promise<Task> | undefined;

/** The first examples of the embedded probe. */
export async function smallTask(count = 24): Promise<Task> {
  world ??= loadTask('tiny-world');
  const task = await world;
  return { ...task, examples: task.examples.slice(0, count), images: task.images.slice(0, count) };
}

/** A stored run of the first examples of the embedded probe; `seed` makes others of the same. */
export async function smallRun(folder: string, { done = 24, seed = 7, count = 24 } = {}): Promise<RunModel> {
  const path = join(folder, `run-${seed}-${done}`);
  makeRun(path, { task: await smallTask(count), done, seed, maps: true });
  return storedRunModel(openRun(path));
}

/** A run of one example of any shape and text. */
export async function oddRun(
  folder: string,
  {
    captions,
    images = 1,
    id = 'odd',
    tags = ['odd'],
  }: { captions: readonly string[]; images?: number; id?: string; tags?: readonly string[] },
): Promise<RunModel> {
  const task = await smallTask(1);
  const facts = task.images[0]!;
  const source = task.examples[0]!.images[0]!;
  const example = {
    id,
    images: Array.from({ length: images }, () => source),
    captions,
    truth: [[0, 0]] as [number, number][],
    tags,
  };
  const odd = { ...task, examples: [example], images: [Array.from({ length: images }, () => facts[0]!)] };
  const path = join(folder, `odd-${images}-${captions.length}-${captions.join('').length}`);
  makeRun(path, { task: odd });
  return storedRunModel(openRun(path));
}
