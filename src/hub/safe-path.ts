/** Names of files that a server lists: nothing is written outside its folder, whatever they are. */

import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { HubError } from '../errors.ts';

const WINDOWS_FORBIDDEN = /[<>:"|?*]|[. ]$/;
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** Whether Windows takes a file of this name, or of this name before a dot, for a device. */
export function isDeviceName(name: string): boolean {
  return WINDOWS_DEVICE.test(name);
}

/**
 * Demands that every name is a plain relative path with forward slashes, and that no file is also a folder.
 * @throws HubError naming the first that is not.
 */
export function checkFileNames(names: readonly string[], platform: NodeJS.Platform = process.platform): void {
  const all = new Set<string>();
  for (const name of names) {
    const got = faultOf(name, platform);
    if (got !== undefined) throw refused(name, got);
    if (all.has(name)) throw refused(name, 'listed twice');
    all.add(name);
  }
  for (const name of names) {
    for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
      if (all.has(name.slice(0, at))) throw refused(name, `"${name.slice(0, at)}" is a file too`);
    }
  }
}

/**
 * Demands that the folders of `name` below `root` are real ones where they exist: a link there would lead writes away.
 * @throws HubError where one is not.
 */
export function checkFolders(root: string, name: string): void {
  const folders = name.split('/').slice(0, -1);
  folders.forEach((_, k) => {
    const path = join(root, ...folders.slice(0, k + 1));
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found || found.isDirectory()) return;
    throw new HubError('unusable', {
      what: 'the cache holds something else where a folder should be',
      where: path,
      got: found.isSymbolicLink() ? 'a link' : 'a file',
      fix: 'Remove it and pull again.',
    });
  });
}

function faultOf(name: string, platform: NodeJS.Platform): string | undefined {
  if (name === '') return 'an empty name';
  if (name.length > 1024) return 'a name of more than 1024 characters';
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) return 'an absolute path';
  if (name.includes('\\')) return 'a backslash';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'a control character';
  const parts = name.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'a path that is not plain';
  if (platform !== 'win32') return undefined;
  const bad = parts.find((part) => WINDOWS_FORBIDDEN.test(part) || isDeviceName(part));
  return bad === undefined ? undefined : 'a name that Windows does not allow';
}

function refused(name: string, got: string): HubError {
  return new HubError('unusable', {
    what: 'the repository lists a file whose name is not safe to write',
    where: JSON.stringify(name),
    got,
    fix: 'Nothing was written; do not trust this repository.',
  });
}
