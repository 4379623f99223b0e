/**
 * Tasks that installed packages bring: `"winoscope": { "task": "./probe" }` in a package's `package.json`, where the path
 * is a probe folder or a module. Looking for them reads `package.json` files and runs nothing.
 */

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { z } from 'zod';
import { InputError } from '../src/errors.ts';

const manifestSchema = z.looseObject({
  dependencies: z.record(z.string(), z.string()).optional(),
  devDependencies: z.record(z.string(), z.string()).optional(),
  description: z.string().optional(),
  license: z.string().optional(),
  winoscope: z.object({ task: z.string().min(1), title: z.string().optional() }).optional(),
});

const PACKAGE_NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

export interface PackageTask {
  name: string;
  title: string;
  license: string;
  /** Of the probe or module, within the package. */
  path: string;
}

/** Tasks of the packages that the `package.json` in `folder` names; none where there is no such file. */
export function installedTasks(folder: string): PackageTask[] {
  const own = readManifest(folder);
  const names = Object.keys({ ...own?.dependencies, ...own?.devDependencies });
  return names.sort().flatMap((name) => {
    try {
      return findPackageTask(folder, name) ?? [];
    } catch {
      return []; // listing goes on; naming the package says what is wrong with it
    }
  });
}

/**
 * The task that the package of this name brings, as installed for `folder`; undefined where there is no such package or
 * it brings none.
 * @throws InputError where the task leads out of its package or is not there.
 */
export function findPackageTask(folder: string, name: string): PackageTask | undefined {
  if (!PACKAGE_NAME.test(name)) return undefined;
  const root = findPackage(resolve(folder), name);
  const manifest = root === undefined ? undefined : readManifest(root);
  if (root === undefined || !manifest?.winoscope) return undefined;
  const { task, title = manifest.description ?? name } = manifest.winoscope;
  const path = resolve(root, task);
  const where = join(root, 'package.json');
  if (!existsSync(path))
    throw new InputError({ what: `the task of the package "${name}" is not in it`, where, got: task });
  if (!realpathSync(path).startsWith(realpathSync(root) + sep))
    throw new InputError({ what: `the task of the package "${name}" leads out of it`, where, got: task });
  return { name, title, license: manifest.license ?? 'unknown', path };
}

/** Where Node would find a package from a folder. */
function findPackage(folder: string, name: string): string | undefined {
  const path = join(folder, 'node_modules', name);
  if (existsSync(join(path, 'package.json'))) return path;
  const parent = resolve(folder, '..');
  return parent === folder ? undefined : findPackage(parent, name);
}

function readManifest(folder: string): z.infer<typeof manifestSchema> | undefined {
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  } catch {
    return undefined;
  }
}
