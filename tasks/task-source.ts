/** Finding again what a stored run was made of: captions and image files of a task, without reading every image. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Example } from '../src/scoring/example.ts';
import { imagePath } from './probe-folder.ts';
import { type ProbeRecord, readRecord } from './probe-records.ts';
import { taskFolder } from './registry.ts';
import { hashExamples } from './task.ts';

/** A task as it lies at its source today. */
export interface TaskSource {
  /** Captions by example id. */
  captions: ReadonlyMap<string, readonly string[]>;
  /** The file of an image. @throws InputError where it is missing or leads out of the folder. */
  imagePath(id: string, image: number): string | undefined;
}

/**
 * Looks for a task by the source that a run names.
 * @returns undefined where there is no such built-in task or probe folder, or its records cannot be read.
 */
export function findTaskSource(source: string): TaskSource | undefined {
  const folder = taskFolder(source);
  const file = join(folder, 'examples.jsonl');
  if (!existsSync(file)) return undefined;
  try {
    const records = readRecords(readFileSync(file, 'utf8'));
    return {
      captions: new Map([...records].map(([id, { captions }]) => [id, captions])),
      imagePath: (id, image) => {
        const name = records.get(id)?.images[image];
        return name === undefined ? undefined : imagePath(folder, name, `example "${id}"`);
      },
    };
  } catch {
    return undefined;
  }
}

/**
 * The stored examples with the captions of the source, if they are the very task that was scored.
 * @param examples whose images are named by their sha256.
 * @param hash of the task that was scored.
 */
export function withCaptions(
  examples: readonly Example[],
  source: TaskSource,
  hash: string,
): readonly Example[] | undefined {
  const filled = examples.map((example) => ({
    ...example,
    captions: source.captions.get(example.id) ?? example.captions,
  }));
  const facts = filled.map(({ images }) =>
    images.map((image) => ({ sha256: 'name' in image ? image.name : '', width: 0, height: 0 })),
  );
  return hashExamples(filled, facts) === hash ? filled : undefined;
}

/** All records that can be used, by id. */
function readRecords(text: string): Map<string, ProbeRecord> {
  const records = new Map<string, ProbeRecord>();
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const record = readRecord(JSON.parse(line), []);
    if (typeof record !== 'string') records.set(record.id, record);
  }
  return records;
}
