import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../src/errors.ts';
import { packageRoot } from '../src/hub/package-root.ts';
import { builtInTasks } from './built-in.ts';
import { loadProbeFolder, type ProbeOptions } from './probe-folder.ts';
import type { Task } from './task.ts';

/** The folder of a built-in task, or of the probe that is meant; whether it exists is not looked at. */
export function taskFolder(nameOrFolder: string): string {
  const builtIn = builtInTasks.find(({ name }) => name === nameOrFolder);
  return builtIn ? join(packageRoot(), 'fixtures', 'tiny-world', builtIn.folder) : resolve(nameOrFolder);
}

/**
 * Loads a task by name, or a probe by its folder.
 * @throws UsageError where there is neither; InputError as `loadProbeFolder`.
 */
export async function loadTask(nameOrFolder: string, options: ProbeOptions = {}): Promise<Task> {
  const folder = taskFolder(nameOrFolder);
  // The source as the user named it: an absolute path would tell of this machine in every run folder.
  if (existsSync(folder) && statSync(folder).isDirectory())
    return { ...(await loadProbeFolder(folder, options)), source: nameOrFolder };
  throw new UsageError({
    what: `unknown task "${nameOrFolder}"`,
    expected: `one of ${builtInTasks.map(({ name }) => name).join(', ')}, or a folder with task.yaml, examples.jsonl and images/`,
  });
}
