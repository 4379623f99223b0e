import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../src/errors.ts';
import { packageRoot } from '../src/hub/package-root.ts';
import { loadProbeFolder, type ProbeOptions } from './probe-folder.ts';
import { DEFAULT_TASK, type Task } from './task.ts';

/** A task that ships with this package. */
interface BuiltIn {
  name: string;
  load(options: ProbeOptions): Promise<Task>;
}

const BUILT_IN: readonly BuiltIn[] = [
  {
    name: DEFAULT_TASK,
    load: (options) => loadProbeFolder(join(packageRoot(), 'fixtures', 'tiny-world', 'probe'), options),
  },
];

/**
 * Loads a task by name, or a probe by its folder.
 * @throws UsageError where there is neither; InputError as `loadProbeFolder`.
 */
export async function loadTask(nameOrFolder: string, options: ProbeOptions = {}): Promise<Task> {
  const builtIn = BUILT_IN.find((task) => task.name === nameOrFolder);
  // The source as the user named it: an absolute path would tell of this machine in every run folder.
  if (builtIn) return { ...(await builtIn.load(options)), source: nameOrFolder };
  const folder = resolve(nameOrFolder);
  if (existsSync(folder) && statSync(folder).isDirectory())
    return { ...(await loadProbeFolder(folder, options)), source: nameOrFolder };
  throw new UsageError({
    what: `unknown task "${nameOrFolder}"`,
    expected: `one of ${BUILT_IN.map((task) => task.name).join(', ')}, or a folder with task.yaml, examples.jsonl and images/`,
  });
}
