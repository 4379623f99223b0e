/** What faults load into processes, and how they look at them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../src/hub/package-root.ts';

/** A file of `test/support/faults` for `--import`. */
export const preload = (name: string) =>
  pathToFileURL(join(packageRoot(), 'test', 'support', 'faults', `${name}.mjs`)).href;

/** The state letter of a process, from /proc; T is stopped. Without /proc: stopped, as it was told. */
export function stateOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2)[0]!;
  } catch {
    return 'T';
  }
}
