/** Finding a benchmark's pictures, which people keep in one place for many benchmarks, by the names that its files use. */

import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { InputError, messageOf } from '../../src/errors.ts';
import { listArchive } from '../../src/images/archive.ts';
import type { ImageSource } from '../../src/images/decode.ts';

const ENDINGS = new Set(['.png', '.jpg', '.jpeg', '.webp', '.gif', '.tif', '.tiff']);
/** A folder with more entries than this is no folder of pictures but somebody's disk. */
const MOST_FILES = 2_000_000;

/** Where a name was found; `undefined` where nowhere. */
export interface PictureIndex {
  find(name: string): ImageSource | undefined;
}

interface Entry {
  /** Path from the root, with slashes. */
  path: string;
  source: ImageSource;
}

/**
 * Lists all pictures under the folders, links followed, and in zip archives that lie there.
 * @throws InputError where a folder cannot be read, or an archive is damaged.
 */
export async function indexPictures(roots: readonly string[]): Promise<PictureIndex> {
  const byName = new Map<string, Entry[]>();
  const add = (path: string, source: ImageSource) => {
    const name = basename(path);
    if (name.startsWith('.') || path.startsWith('__MACOSX/')) return;
    const entries = byName.get(name);
    if (entries) entries.push({ path, source });
    else byName.set(name, [{ path, source }]);
  };
  for (const root of roots) {
    for (const path of filesUnder(root)) {
      const full = join(root, path);
      if (ENDINGS.has(extname(path).toLowerCase())) add(path, { path: full });
      else if (extname(path).toLowerCase() === '.zip')
        for (const [name, source] of await listArchive(full)) {
          if (ENDINGS.has(extname(name).toLowerCase())) add(name, source);
        }
    }
  }
  return { find: (name) => findIn(byName, name) };
}

/**
 * Of several pictures with the last part of `name`, the one whose path agrees with most of its parts from the end.
 * @throws InputError where two agree alike.
 */
function findIn(byName: ReadonlyMap<string, readonly Entry[]>, name: string): ImageSource | undefined {
  const parts = name.split('/').filter((part) => part !== '.' && part !== '');
  const entries = byName.get(parts.at(-1) ?? '') ?? [];
  if (entries.length < 2) return entries[0]?.source;
  const ranked = entries
    .map((entry) => ({ entry, agreed: agreement(entry.path.split('/'), parts) }))
    .sort((a, b) => b.agreed - a.agreed);
  const [first, second] = ranked;
  if (first!.agreed > second!.agreed) return first!.entry.source;
  throw new InputError({
    what: 'two pictures have one name',
    where: name,
    got: `${first!.entry.path} and ${second!.entry.path}`,
    fix: 'Name the folder with the right ones as --images.',
  });
}

function agreement(path: readonly string[], parts: readonly string[]): number {
  let count = 0;
  while (count < parts.length && path.at(-1 - count) === parts.at(-1 - count)) count++;
  return count;
}

/** All files under a folder by their path from it; each real folder once, so that links cannot go in circles. */
function* filesUnder(root: string): Generator<string> {
  const seen = new Set<string>();
  const pending = [''];
  let count = 0;
  while (pending.length > 0) {
    const folder = pending.pop()!;
    const full = join(root, folder);
    try {
      const real = realpathSync(full);
      if (seen.has(real)) continue;
      seen.add(real);
      for (const entry of readdirSync(full, { withFileTypes: true })) {
        if (++count > MOST_FILES) throw new Error(`more than ${MOST_FILES} files`);
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        const isFolder = entry.isSymbolicLink() ? isFolderLink(join(root, path)) : entry.isDirectory();
        if (isFolder) pending.push(path);
        else yield path;
      }
    } catch (error) {
      throw new InputError({ what: 'cannot look for pictures', where: full, got: messageOf(error) });
    }
  }
}

/** Whether a link leads to a folder; one that leads nowhere is passed over as a file and fails if it is needed. */
function isFolderLink(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
