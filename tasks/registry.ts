import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../src/errors.ts';
import { packageRoot } from '../src/hub/package-root.ts';
import { builtInTasks } from './built-in.ts';
import { loadModuleTask, MODULE_ENDING } from './module-task.ts';
import { findPackageTask } from './package-tasks.ts';
import { loadProbeFolder, type ProbeOptions } from './probe-folder.ts';
import type { Task } from './task.ts';
import { loadWinoground, WINOGROUND, WINOGROUND_REPO } from './winoground/load-winoground.ts';

export interface TaskOptions extends ProbeOptions {
  /** Folder of the data of a task that ships without: Winoground. */
  data?: string;
}

/** The folder of a built-in task, or of the probe that is meant; whether it exists is not looked at. */
export function taskFolder(nameOrFolder: string): string {
  const builtIn = builtInTasks.find(({ name }) => name === nameOrFolder);
  return builtIn ? join(packageRoot(), 'fixtures', 'tiny-world', builtIn.folder) : resolve(nameOrFolder);
}

/**
 * Loads a task by name, a probe by its folder, a task in code by its file, or what an installed package brings. Code is
 * run only where its very file, or its package, is named.
 * @throws UsageError where there is neither; InputError as `loadProbeFolder` and `loadWinoground`.
 */
export async function loadTask(nameOrFolder: string, options: TaskOptions = {}): Promise<Task> {
  const { data, ...probe } = options;
  if (nameOrFolder === WINOGROUND) return winoground(data, probe);
  if (data !== undefined) {
    throw new UsageError({
      what: '--data is for tasks that come without their data',
      where: `task "${nameOrFolder}"`,
      expected: WINOGROUND,
      fix: 'Leave --data out; a probe folder is named as the task itself.',
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
    expected: `one of ${[...builtInTasks.map(({ name }) => name), WINOGROUND].join(', ')}, a folder with task.yaml, examples.jsonl and images/, a module (.ts, .mjs), or an installed package`,
  });
}

async function winoground(data: string | undefined, { skipBad }: ProbeOptions): Promise<Task> {
  if (data !== undefined) return { ...(await loadWinoground(resolve(data), skipBad)), source: data };
  throw new UsageError({
    what: 'Winoground does not come with this program: its licence forbids copies',
    where: `task "${WINOGROUND}"`,
    expected: `--data ${WINOGROUND_REPO} (your account must have accepted the terms at https://huggingface.co/datasets/${WINOGROUND_REPO}), or --data FOLDER`,
  });
}
