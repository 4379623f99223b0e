/** A probe is passed around: it must read nothing but itself. */

import { realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { InputError } from '../../src/errors.ts';

/**
 * Demands that an existing file is a regular one that lies in the folder, links followed.
 * @param what names it in the message: `the task file`.
 * @throws InputError where it is led out of the folder, or is a pipe or device, which could be read for ever.
 */
export function requireInside(folder: string, path: string, what: string, where = path): void {
  if (!realpathSync(path).startsWith(realpathSync(folder) + sep)) {
    throw new InputError({
      what: `${what} links out of the probe folder`,
      where,
      fix: 'Copy it into the folder.',
    });
  }
  const stats = statSync(path);
  if (stats.isFile() || stats.isDirectory()) return;
  throw new InputError({ what: `${what} is no regular file`, where, got: 'a pipe, socket or device' });
}
