/** What tasks there are, read without running anything: those that ship, those that need data, and installed packages. */

import { join } from 'node:path';
import { packageRoot } from '../src/hub/package-root.ts';
import { benchmarks } from './benchmarks/index.ts';
import { builtInTasks } from './built-in.ts';
import { classSets, IMAGE_FOLDER } from './classification/class-sets.ts';
import { installedTasks } from './package-tasks.ts';
import { examplesFile, readTextRows } from './probe/rows.ts';
import { readRecord } from './probe-records.ts';
import { readTaskFile } from './task-file.ts';
import { WINOGROUND, WINOGROUND_REPO } from './winoground/names.ts';

/** A line of `task list`. */
export interface CatalogEntry {
  name: string;
  about: string;
  /** `2 x 2`, images x captions; several for a mixture; absent where only running its code would tell. */
  shapes?: string[];
  examples?: number;
  license: string;
  /** What the reader of it was tried on. */
  checked: 'published files' | 'documented form' | 'ships here' | 'not looked into';
  /** Where its data comes from, where it does not ship. */
  data?: string;
}

/** All tasks by name. @param folder whose `package.json` names the packages that may bring tasks. */
export function listTasks(folder: string): CatalogEntry[] {
  return [
    ...builtInTasks.map((task) => ({ ...ownEntry(task.folder), name: task.name, about: task.about })),
    {
      name: WINOGROUND,
      about: 'Winoground itself: two images, two captions of the same words',
      shapes: ['2 x 2'],
      examples: 400,
      license: "META's Winoground licence, research only; no copies",
      checked: 'documented form',
      data: WINOGROUND_REPO,
    },
    ...benchmarks.map(
      (one): CatalogEntry => ({
        name: one.name,
        about: `${one.title}: ${one.about}`,
        shapes: [one.shape.replace('×', 'x')],
        ...(one.count !== undefined && { examples: one.count }),
        license: one.license,
        checked: one.checked === 'description' ? 'documented form' : one.checked,
        data: one.hub?.repo ?? one.source,
      }),
    ),
    ...classSets.map(
      (set): CatalogEntry => ({
        name: set.name,
        about: set.name === IMAGE_FOLDER ? 'your own pictures by class: zero-shot classification' : set.title,
        shapes: [set.classes === undefined ? '1 x classes' : `1 x ${set.classes}`],
        ...(set.count !== undefined && { examples: set.count }),
        license: 'as its source says',
        checked: 'documented form',
        data: set.hub?.repo ?? set.source,
      }),
    ),
    ...installedTasks(folder).map(
      ({ name, title, license }): CatalogEntry => ({
        name,
        about: title,
        license,
        checked: 'not looked into',
      }),
    ),
  ];
}

function ownEntry(place: string): Omit<CatalogEntry, 'name' | 'about'> {
  const folder = join(packageRoot(), 'fixtures', 'tiny-world', place);
  const { task } = readTaskFile(folder);
  const rows = readTextRows(examplesFile(folder, task.examples)) ?? [];
  const shapes = new Set<string>();
  for (const { value } of rows) {
    const record = readRecord(value, task);
    if (typeof record !== 'string') shapes.add(`${record.images.length} x ${record.captions.length}`);
  }
  return { shapes: [...shapes], examples: rows.length, license: task.license, checked: 'ships here' };
}
