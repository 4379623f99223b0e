/** Makes folders that a user named. */

import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it that are missing; one that is there is fine. Level by level: `recursive` of
 * `mkdirSync` never returns where the system says ENOENT under a folder that exists, as it does under `/proc`.
 * @throws the file system's error.
 */
export function makeFolder(path: string): void {
  const whole = resolve(path);
  const missing: string[] = [];
  for (let at = whole; !exists(at); at = dirname(at)) {
    missing.push(at);
    if (dirname(at) === at) break;
  }
  for (const folder of missing.reverse()) makeOne(folder);
  // A file in its place says EEXIST, as it would to `mkdir`.
  if (missing.length === 0 && !statSync(whole).isDirectory()) mkdirSync(whole);
}

function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    // A file stands where a folder should: making the next level says so.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return false;
    throw error;
  }
}

/** Another process may have made it meanwhile. */
function makeOne(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST' && exists(path);
    if (!isThere || !statSync(path).isDirectory()) throw error;
  }
}
