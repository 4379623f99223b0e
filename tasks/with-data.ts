/** Tasks whose data the user has: Winoground, the benchmarks, and zero-shot classification. */

import { resolve } from 'node:path';
import { UsageError } from '../src/errors.ts';
import { findBenchmark } from './benchmarks/index.ts';
import { loadBenchmark } from './benchmarks/load-benchmark.ts';
import { findClassSet } from './classification/class-sets.ts';
import { loadClasses } from './classification/load-classes.ts';
import type { ProbeOptions } from './probe-folder.ts';
import type { Task } from './task.ts';
import { loadWinoground, WINOGROUND_FILES } from './winoground/load-winoground.ts';
import { WINOGROUND, WINOGROUND_REPO } from './winoground/names.ts';

/** What such a task needs to be told. */
export interface DataOptions extends ProbeOptions {
  /** Folder of the data. */
  data?: string;
  /** Folders of pictures, where they are not in that of the data. */
  images?: readonly string[];
  /** File of class names, for classification. */
  classes?: string;
  /** Sentences with `{}` for the class name, for classification. */
  templates?: readonly string[];
}

/** The data set on the Hub that a task's `--data` is by default; undefined where there is none. */
export interface DataSource {
  repo?: string;
  /** Sets of glob patterns; the first that a repository has in full is fetched. */
  choices: readonly (readonly string[])[];
}

const PARQUET = [['data/test-*.parquet'], ['*test-*.parquet'], ['data/validation-*.parquet'], ['*.parquet']];

/** Where a task's data may come from; undefined for one that comes with its data. */
export function dataSource(name: string): DataSource | undefined {
  if (name === WINOGROUND) return { repo: WINOGROUND_REPO, choices: WINOGROUND_FILES };
  const hub = findBenchmark(name)?.benchmark.hub ?? findClassSet(name)?.hub;
  if (hub) return hub;
  return isTaskWithData(name) ? { choices: PARQUET } : undefined;
}

/** Whether the name is that of a task whose data the user has. */
export function isTaskWithData(name: string): boolean {
  return name === WINOGROUND || findBenchmark(name) !== undefined || findClassSet(name) !== undefined;
}

/**
 * Loads such a task.
 * @throws UsageError where it is not told where its data are, or is told what it has no use for; InputError where the
 *   data are not what they should be.
 */
export async function loadTaskWithData(name: string, options: DataOptions): Promise<Task> {
  const { data, images, classes, templates, skipBad = false } = options;
  checkDataOptions(name, options);
  const set = findClassSet(name);
  const found = findBenchmark(name);
  if (set) {
    if (data === undefined)
      throw noData(name, set.title, 'a folder of pictures per class, or of Parquet files', set.source);
    return loadClasses(set, {
      data,
      skipBad,
      ...(classes !== undefined && { classes }),
      ...(templates && { templates }),
    });
  }
  if (found) {
    const { benchmark, part } = found;
    if (data === undefined) throw noData(name, benchmark.title, benchmark.files, benchmark.source);
    return loadBenchmark(benchmark, {
      data,
      skipBad,
      ...(part !== undefined && { part }),
      ...(images && { images }),
    });
  }
  if (data !== undefined) return { ...(await loadWinoground(resolve(data), skipBad)), source: data };
  throw new UsageError({
    what: 'Winoground does not come with this program: its licence forbids copies',
    where: `task "${WINOGROUND}"`,
    expected: `--data ${WINOGROUND_REPO} (your account must have accepted the terms at https://huggingface.co/datasets/${WINOGROUND_REPO}), or --data FOLDER`,
  });
}

/** Demands that a task is told only what it has a use for. @throws UsageError */
export function checkDataOptions(name: string, { images, classes, templates }: DataOptions): void {
  const isClasses = findClassSet(name) !== undefined;
  if (!isClasses && classes !== undefined) throw unused('--classes', name);
  if (!isClasses && templates !== undefined) throw unused('--template', name);
  if (images !== undefined && !findBenchmark(name)) throw unused('--images', name);
}

function noData(name: string, title: string, files: string, source: string): UsageError {
  return new UsageError({
    what: `${title} does not come with this program`,
    where: `task "${name}"`,
    expected: `--data FOLDER with ${files}`,
    ...(source.startsWith('http') && { fix: `Get it from ${source}.` }),
  });
}

function unused(flag: string, name: string): UsageError {
  return new UsageError({
    what: `${flag} has no use for this task`,
    where: `task "${name}"`,
    fix: 'Leave it out.',
  });
}
