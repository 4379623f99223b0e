import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../src/errors.ts';
import { packageRoot } from '../src/hub/package-root.ts';
import { benchmarks } from './benchmarks/index.ts';
import { builtInTasks } from './built-in.ts';
import { classSets } from './classification/class-sets.ts';
import { loadModuleTask, MODULE_ENDING } from './module-task.ts';
import { findPackageTask } from './package-tasks.ts';
import { loadProbeFolder } from './probe-folder.ts';
import type { Task } from './task.ts';
import { WINOGROUND } from './winoground/names.ts';
import { type DataOptions, isTaskWithData, loadTaskWithData } from './with-data.ts';

export type TaskOptions = DataOptions;

/** The folder of a built-in task, or of the probe that is meant; whether it exists is not looked at. */
export function taskFolder(nameOrFolder: string): string {
  const builtIn = builtInTasks.find(({ name }) => name === nameOrFolder);
  return builtIn ? join(packageRoot(), 'fixtures', 'tiny-world', builtIn.folder) : resolve(nameOrFolder);
}

/**
 * Loads a task by name, a probe by its folder, a task in code by its file, or what an installed package brings. Code is
 * run only where its very file, or its package, is named.
 * @throws UsageError where there is neither; InputError as `loadProbeFolder` and `loadTaskWithData`.
 */
export async function loadTask(nameOrFolder: string, options: TaskOptions = {}): Promise<Task> {
  if (isTaskWithData(nameOrFolder)) return loadTaskWithData(nameOrFolder, options);
  const { data, images, classes, templates, ...probe } = options;
  const flag = Object.entries({ data, images, classes, template: templates }).find(
    ([, value]) => value !== undefined,
  )?.[0];
  if (flag !== undefined) {
    throw new UsageError({
      what: `--${flag} is for tasks that come without their data`,
      where: `task "${nameOrFolder}"`,
      expected: withData().join(', '),
      fix: `Leave --${flag} out; a probe folder is named as the task itself.`,
    });
  }
  const folder = taskFolder(nameOrFolder);
  // The source as the user named it: an absolute path would tell of this machine in every run folder.
  if (existsSync(folder) && statSync(folder).isDirectory())
    return { ...(await loadProbeFolder(folder, probe)), source: nameOrFolder };
  if (MODULE_ENDING.test(nameOrFolder) && existsSync(folder)) return loadModuleTask(nameOrFolder, probe);
  const brought = findPackageTask('.', nameOrFolder);
  if (brought) {
    const load = statSync(brought.path).isDirectory() ? loadProbeFolder : loadModuleTask;
    return { ...(await load(brought.path, probe)), source: nameOrFolder };
  }
  throw new UsageError({
    what: `unknown task "${nameOrFolder}"`,
    expected: `one of ${[...builtInTasks.map(({ name }) => name), ...withData()].join(', ')}, a folder with task.yaml, examples.jsonl and images/, a module (.ts, .mjs), or an installed package`,
  });
}

/** Names of the tasks whose data the user has; parts of benchmarks left out. */
function withData(): string[] {
  return [WINOGROUND, ...benchmarks.map(({ name }) => name), ...classSets.map(({ name }) => name)];
}
