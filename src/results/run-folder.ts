/** A run's folder on disk: its paths, its lock, and writing that leaves either the old file or the new one. */

import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { messageOf, ResultsError } from '../errors.ts';
import { isAlive } from '../hub/is-alive.ts';
import { makeFolder } from '../hub/make-folder.ts';
import { type Manifest, parseManifest } from './manifest.ts';
import { sealObject } from './seal.ts';

/** Paths within one run folder. */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get manifestFile(): string {
    return join(this.path, 'run.json');
  }
  get examplesFile(): string {
    return join(this.path, 'examples.jsonl');
  }
  get summaryFile(): string {
    return join(this.path, 'summary.json');
  }
  get decisionsFile(): string {
    return join(this.path, 'decisions.jsonl');
  }
  trialsFile(scorer: string): string {
    return join(this.path, 'trials', `${scorer}.arrow`);
  }
  mapsFile(scorer: string): string {
    return join(this.path, 'maps', `${scorer}.arrow`);
  }
  scoresFile(scorer: string): string {
    return join(this.path, 'scores', `${scorer}.jsonl`);
  }

  /** A new segment of one writer: `what` is `trials`, `maps` or `scores`. */
  segmentFile(scorer: string, what: SegmentKind, session: number): string {
    const ending = what === 'scores' ? 'jsonl' : 'arrows';
    return join(this.path, 'segments', `${scorer}.${String(session).padStart(4, '0')}.${what}.${ending}`);
  }

  /** Existing segments of a scorer, oldest first. */
  segmentFiles(scorer: string, what: SegmentKind): string[] {
    const folder = join(this.path, 'segments');
    if (!existsSync(folder)) return [];
    const pattern = new RegExp(`^\\d{4,}\\.${what}\\.(arrows|jsonl)$`);
    return readdirSync(folder)
      .filter((name) => name.startsWith(`${scorer}.`) && pattern.test(name.slice(scorer.length + 1)))
      .sort()
      .map((name) => join(folder, name));
  }

  /** Whether a session was cut off before its segments were put together. */
  hasSegments(): boolean {
    const folder = join(this.path, 'segments');
    return existsSync(folder) && readdirSync(folder).length > 0;
  }

  /** Whether anything was stored by a scorer, whole or in segments. */
  hasResults(): boolean {
    return ['segments', 'trials', 'maps', 'scores'].some((part) => {
      const folder = join(this.path, part);
      return existsSync(folder) && readdirSync(folder).length > 0;
    });
  }

  /** Makes the folder and its parts. @throws ResultsError where it cannot be written. */
  create(): void {
    try {
      for (const part of ['segments', 'trials', 'maps', 'scores']) makeFolder(join(this.path, part));
    } catch (error) {
      throw new ResultsError({
        what: 'cannot write the run folder',
        where: this.path,
        got: messageOf(error),
        fix: 'Choose another folder with --out.',
        cause: error,
      });
    }
  }

  /** The manifest, or undefined where the folder holds no run. @throws ResultsError as `parseManifest`. */
  readManifest(): Manifest | undefined {
    if (!existsSync(this.manifestFile)) return undefined;
    return parseManifest(readFileSync(this.manifestFile, 'utf8'), this.manifestFile);
  }

  writeManifest(manifest: Manifest): void {
    writeAtomically(this.manifestFile, `${JSON.stringify(sealObject(manifest), null, 2)}\n`);
  }

  get lockFile(): string {
    return join(this.path, 'run.lock');
  }

  /** The process that works on the run, unless it is known to be gone. */
  holder(): Holder | undefined {
    const holder = readHolder(this.lockFile);
    return holder && isHeld(holder) ? holder : undefined;
  }

  /**
   * Demands that this process still has the run: the folder may have been moved, and another put in its place.
   * @throws ResultsError
   */
  checkHeld(): void {
    const holder = readHolder(this.lockFile);
    if (holder?.host === hostname() && holder.pid === process.pid) return;
    throw new ResultsError({
      what: 'the run folder was moved, or its lock was taken away, while the run went on',
      where: this.path,
      got: holder ? `process ${holder.pid} on ${holder.host} works on it` : 'no lock',
      fix: 'What was computed is in the segments of the folder where it is now: run the command again with --out naming it.',
    });
  }

  /**
   * Keeps other processes from writing here. A lock whose process is gone is taken over.
   * @returns the function that gives the lock back.
   * @throws ResultsError where a living process holds it.
   */
  lock(): () => void {
    const file = this.lockFile;
    // Made whole before it gets its name: an empty lock would look like nobody's.
    const mine = `${file}.${process.pid}`;
    writeAtomically(mine, JSON.stringify({ host: hostname(), pid: process.pid, folder: folderNumber(file) }));
    try {
      for (let attempt = 0; attempt < 3; attempt++) {
        try {
          linkOrCopy(mine, file);
          this.#sweep();
          return () => {
            const holder = readHolder(file);
            // Of a folder that was moved away, the lock here is somebody else's.
            if (holder?.host === hostname() && holder.pid === process.pid) rmSync(file, { force: true });
          };
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw writeFailure(file, error);
        }
        const holder = readHolder(file);
        if (holder && isHeld(holder)) {
          throw new ResultsError({
            what: 'the run folder is in use',
            where: this.path,
            got: `process ${holder.pid} on ${holder.host} works on it`,
            fix: `Wait for it, use another --out, or delete ${file} if that process is gone.`,
          });
        }
        removeStale(file, mine);
      }
    } finally {
      rmSync(mine, { force: true });
    }
    throw new ResultsError({ what: 'cannot lock the run folder', where: this.path });
  }

  /** Removes what killed processes left half written. Only under the lock. */
  #sweep(): void {
    for (const folder of ['.', 'trials', 'maps', 'scores'].map((part) => join(this.path, part))) {
      for (const name of existsSync(folder) ? readdirSync(folder) : []) {
        const writer = /(?:^run\.lock|\.(?:json|jsonl|arrow))\.(\d+)(?:\.\d+)?(?:\.tmp)?$/.exec(name)?.[1];
        if (writer !== undefined && !isAlive(Number(writer))) rmSync(join(folder, name), { force: true });
      }
    }
  }
}

export type SegmentKind = 'trials' | 'maps' | 'scores';

/**
 * Replaces a file as a whole: after a crash it holds the old contents or the new ones, never a part.
 * @throws ResultsError where it cannot be written; the old file stays.
 */
export function writeAtomically(path: string, contents: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const handle = openSync(temporary, 'w');
    try {
      const bytes = typeof contents === 'string' ? Buffer.from(contents) : contents;
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // It was never made: the folder itself cannot be written.
    }
    throw writeFailure(path, error);
  }
}

/** Makes a rename last through a loss of power, before what it replaces is removed. */
function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // Not every system can.
  }
}

/** The sentence for a failed write. */
export function writeFailure(path: string, error: unknown): ResultsError {
  return new ResultsError({
    what: 'cannot write results',
    where: path,
    got: messageOf(error),
    fix: 'What was written before is kept; run the same command again to go on.',
    cause: error,
  });
}

/** A second name for the file; a copy where the disk has no links. @throws EEXIST where the name is taken. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}

/** Takes a dead process's lock away by renaming it, which only one of several claimants can do. */
function removeStale(file: string, mine: string): void {
  const aside = `${mine}.stale`;
  try {
    renameSync(file, aside);
  } catch {
    return; // another claimant was faster
  }
  const holder = readHolder(aside);
  const taken = holder && isHeld(holder);
  // A claimant may have put its own lock there between our look and our rename: give it back.
  if (taken && !existsSync(file)) renameSync(aside, file);
  else rmSync(aside, { force: true });
}

/** Who works on a run, as its lock says. */
export interface Holder {
  host: string;
  pid: number;
  /** The folder's own number: a copy of the folder has another. Absent where there are no such numbers. */
  folder?: string;
}

/** Whether the process may be working still. Of another host nobody can tell. */
function isHeld({ host, pid }: Holder): boolean {
  return host !== hostname() || isAlive(pid);
}

/** The holder that a lock file names; undefined where it is torn, gone, or was copied here with its folder. */
function readHolder(file: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8')) as Holder | null;
    if (!holder) return undefined;
    return holder.folder === undefined || holder.folder === folderNumber(file) ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** The inode of the folder that a file lies in: it moves with the folder, and a copy has another. */
function folderNumber(file: string): string {
  return `${statSync(dirname(file), { bigint: true }).ino}`;
}
