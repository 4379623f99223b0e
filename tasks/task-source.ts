/** Finding again what a stored run was made of: captions and image files of a task, without reading every image. */

import type { ImageSource } from '../src/images/decode.ts';
import type { Example } from '../src/scoring/example.ts';
import { openImages, type ProbeImages } from './probe/images.ts';
import { examplesFile, type Row, readTextRows } from './probe/rows.ts';
import { type ProbeRecord, type RecordRules, readRecord } from './probe-records.ts';
import { taskFolder } from './registry.ts';
import { hashExamples } from './task.ts';
import { findTaskFile, readTaskFile } from './task-file.ts';

/** A task as it lies at its source today. */
export interface TaskSource {
  /** Captions by example id. */
  captions: ReadonlyMap<string, readonly string[]>;
  /** An image. @throws InputError where it is missing or leads out of the folder. */
  image(id: string, image: number): Promise<ImageSource | undefined>;
}

/**
 * Looks for a task by the source that a run names. Records of a Parquet file are not read: it is too long a way.
 * @returns undefined where there is no such built-in task or probe folder, or its records cannot be read.
 */
export function findTaskSource(source: string): TaskSource | undefined {
  const folder = taskFolder(source);
  if (!findTaskFile(folder)) return undefined;
  try {
    const { task } = readTaskFile(folder);
    const rows = readTextRows(examplesFile(folder, task.examples)) ?? [];
    const records = readRecords(rows, task);
    let opened: Promise<ProbeImages> | undefined;
    return {
      captions: new Map([...records].map(([id, { captions }]) => [id, captions])),
      image: async (id, image) => {
        const record = records.get(id);
        const name = record?.images[image];
        if (name === undefined) return undefined;
        opened ??= openImages(folder);
        return (await (await opened).find(name, `example "${id}"`, record?.boxes?.[image])).source;
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
function readRecords(rows: readonly Row[], rules: RecordRules): Map<string, ProbeRecord> {
  const records = new Map<string, ProbeRecord>();
  for (const { value } of rows) {
    const record = readRecord(value, rules);
    if (typeof record !== 'string') records.set(record.id, record);
  }
  return records;
}
