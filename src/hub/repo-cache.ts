/**
 * One repository in the cache that Python's `huggingface_hub` uses too:
 *
 *     models--org--name/refs/main                 the commit that a revision was last seen to be
 *                       trees/COMMIT.json         the listing of a commit
 *                       blobs/OID                 contents
 *                       snapshots/COMMIT/a/b.json links to blobs; copies where there are no links
 */

import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { type HubRef, isCommit } from './hub-ref.ts';
import type { HubSettings } from './hub-settings.ts';
import { makeFolder } from './make-folder.ts';
import { isOid, type RepoFile } from './repo-file.ts';
import { checkFolders } from './safe-path.ts';

export class RepoCache {
  readonly folder: string;
  /** Where locks of this repository lie, beside Python's. */
  readonly locks: string;
  readonly #symlinks: boolean;

  constructor({ cache, symlinks }: Pick<HubSettings, 'cache' | 'symlinks'>, { type, repo }: HubRef) {
    const name = [`${type}s`, ...repo.split('/')].join('--');
    this.folder = join(cache, name);
    this.locks = join(cache, '.locks', name);
    this.#symlinks = symlinks;
  }

  snapshot(commit: string): string {
    return join(this.folder, 'snapshots', commit);
  }

  pointer(commit: string, path: string): string {
    return join(this.snapshot(commit), ...path.split('/'));
  }

  blob(oid: string): string {
    return join(this.folder, 'blobs', oid);
  }

  /** What is there of a file that is still being downloaded. Python's have other names, so nobody else writes it. */
  incomplete(oid: string): string {
    return `${this.blob(oid)}.winoscope.incomplete`;
  }

  /** The commit that the revision was when it was last asked for; undefined where it never was. */
  readRef(revision: string): string | undefined {
    const text = readIfThere(this.#ref(revision))?.trim();
    return text !== undefined && isCommit(text) ? text : undefined;
  }

  /** Notes which commit a revision is. @throws the file system's error. */
  writeRef(revision: string, commit: string): void {
    if (revision === commit || this.readRef(revision) === commit) return;
    replaceFile(this.#ref(revision), commit);
  }

  /** The size in bytes of a file that the snapshot has; undefined where it has none. */
  sizeOf(commit: string, path: string): number | undefined {
    const found = statSync(this.pointer(commit, path), { throwIfNoEntry: false });
    return found?.isFile() ? found.size : undefined;
  }

  /** The hash in the name of the blob that a snapshot's file links to; undefined for copies. */
  linkedOid(commit: string, path: string): string | undefined {
    try {
      const name = basename(readlinkSync(this.pointer(commit, path)));
      return isOid(name) ? name : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Makes the snapshot's file lead to its blob: a relative link as Python makes it, else a hard link, else a copy.
   * @throws HubError where a folder on the way is a link; the file system's error.
   */
  point(commit: string, { path, oid }: RepoFile): void {
    const pointer = this.pointer(commit, path);
    const blob = this.blob(oid);
    checkFolders(this.snapshot(commit), path);
    makeFolder(dirname(pointer));
    if (lstatSync(pointer, { throwIfNoEntry: false })?.isSymbolicLink() && leadsTo(pointer, blob)) return;
    // Not beside it: what is left there by a crash would count as a file of the model.
    const fresh = join(this.folder, '.winoscope', `pointer.${process.pid}.tmp`);
    makeFolder(dirname(fresh));
    rmSync(fresh, { force: true });
    const ways = [
      ...(this.#symlinks ? [() => symlinkSync(relative(dirname(pointer), blob), fresh)] : []),
      () => linkSync(realpathSync(blob), fresh),
      () => copyFileSync(blob, fresh, constants.COPYFILE_FICLONE),
    ];
    for (const [k, way] of ways.entries()) {
      try {
        way();
        break;
      } catch (error) {
        if (k === ways.length - 1) throw error;
      }
    }
    renameSync(fresh, pointer);
    // Renaming one name of a file onto another name of the same file leaves both.
    rmSync(fresh, { force: true });
  }

  #ref(revision: string): string {
    return join(this.folder, 'refs', ...revision.split('/'));
  }
}

/** Replaces a small file as a whole; makes its folder. @throws the file system's error. */
export function replaceFile(path: string, text: string): void {
  makeFolder(dirname(path));
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

/** A small file's text; undefined where it cannot be read. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function leadsTo(pointer: string, blob: string): boolean {
  return existsSync(pointer) && existsSync(blob) && realpathSync(pointer) === realpathSync(blob);
}
