/** A run's folder on disk: its paths, its lock, and writing that leaves either the old file or the new one. */

import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError, messageOf, ResultsError, withFiles } from '../errors.ts';
import { isAlive } from '../hub/is-alive.ts';
import { makeFolder } from '../hub/make-folder.ts';
import { isFolder } from '../hub/resolve-ref.ts';
import type { LockHolder } from './lock-holder.ts';
import { type Manifest, parseManifest } from './manifest.ts';
import { readStoredText } from './read-stored-text.ts';
import { isAbandoned, type LockOptions, type RunLock, seenHolder, takeLock } from './run-lock.ts';
import { sealedFile } from './seal.ts';

/** What may lie in a folder before its manifest does: of this program's own making, or of no consequence. */
const OWN_NAMES = /^(?:segments|trials|maps|scores|slurm|run\.lock.*|.*\.tmp|\..*)$/;

/** A segment's name: scorer, session, what it holds. */
const SEGMENT = /^.+\.\d{4,}\.(?:trials|maps|scores)\.(?:arrows|jsonl)$/;

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
  /** What sessions write as it comes, until an orderly end puts it together. */
  get segments(): string {
    return join(this.path, 'segments');
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
    return join(this.segments, `${scorer}.${String(session).padStart(4, '0')}.${what}.${ending}`);
  }

  /** Existing segments of a scorer, oldest first. */
  segmentFiles(scorer: string, what: SegmentKind): string[] {
    const folder = this.segments;
    if (!isFolder(folder)) return [];
    const pattern = new RegExp(`^\\d{4,}\\.${what}\\.(arrows|jsonl)$`);
    return readdirSync(folder)
      .filter((name) => name.startsWith(`${scorer}.`) && pattern.test(name.slice(scorer.length + 1)))
      .sort()
      .map((name) => join(folder, name));
  }

  /** Whether a session was cut off before its segments were put together. */
  hasSegments(): boolean {
    // Other programs leave files of their own anywhere.
    return isFolder(this.segments) && readdirSync(this.segments).some((name) => SEGMENT.test(name));
  }

  /** Whether anything was stored by a scorer, whole or in segments. */
  hasResults(): boolean {
    return ['segments', 'trials', 'maps', 'scores'].some((part) => {
      const folder = join(this.path, part);
      return isFolder(folder) && readdirSync(folder).length > 0;
    });
  }

  /** Makes the folder and its parts. @throws ResultsError where it cannot be written. */
  create(): void {
    this.#demandOurs();
    this.make('segments', 'trials', 'maps', 'scores');
  }

  /** Makes the folder with these parts, or alone. @throws ResultsError where it cannot be written. */
  make(...parts: string[]): void {
    const fix = 'Choose another folder with --out.';
    withFiles({ what: 'cannot write the run folder', where: this.path, fix }, () => {
      for (const part of ['.', ...parts]) makeFolder(join(this.path, part));
    });
  }

  /** A folder that is neither a run nor empty is somebody's: a run would write over its files. @throws InputError */
  #demandOurs(): void {
    if (!existsSync(this.path) || existsSync(this.manifestFile) || existsSync(join(this.path, 'shards')))
      return;
    let names: string[];
    try {
      names = readdirSync(this.path);
    } catch {
      return; // what cannot be read cannot be written either, which is told then
    }
    const foreign = names.find((name) => !OWN_NAMES.test(name));
    if (foreign === undefined) return;
    throw new InputError({
      what: 'the folder holds something else than a run',
      where: this.path,
      expected: 'a run.json, or an empty folder',
      got: foreign,
      fix: 'Choose another --out.',
    });
  }

  /** The manifest, or undefined where the folder holds no run. @throws ResultsError as `parseManifest`. */
  readManifest(): Manifest | undefined {
    if (!existsSync(this.manifestFile)) return undefined;
    return parseManifest(readStoredText(this.manifestFile), this.manifestFile);
  }

  writeManifest(manifest: Manifest): void {
    writeAtomically(this.manifestFile, sealedFile(manifest));
  }

  get lockFile(): string {
    return join(this.path, 'run.lock');
  }

  /** The process that works on the run, unless it is known to be gone; see `seenHolder`. */
  holder(): LockHolder | undefined {
    return seenHolder(this.lockFile);
  }

  /**
   * Keeps other processes from writing here; see `takeLock`.
   * @throws ResultsError where a living process holds it.
   */
  async lock(options?: LockOptions): Promise<RunLock> {
    let lock: RunLock;
    try {
      lock = await takeLock(this.lockFile, options);
    } catch (error) {
      if (error instanceof ResultsError || options?.signal?.aborted) throw error;
      throw writeFailure(this.lockFile, error);
    }
    this.#sweep();
    return lock;
  }

  /** Removes what killed processes left half written. Only under the lock. */
  #sweep(): void {
    for (const folder of ['.', 'trials', 'maps', 'scores'].map((part) => join(this.path, part))) {
      for (const name of isFolder(folder) ? readdirSync(folder) : []) {
        const path = join(folder, name);
        const writer = /\.(?:json|jsonl|arrow)\.(\d+)(?:\.\d+)?(?:\.tmp)?$/.exec(name)?.[1];
        // A claim may be another machine's that is waiting for this very lock.
        const isLeft =
          writer === undefined ? /^run\.lock\./.test(name) && isAbandoned(path) : !isAlive(Number(writer));
        if (isLeft) rmSync(path, { force: true });
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
    fix:
      (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
        ? 'A folder that was moved keeps what was written: run the command again with --out naming it.'
        : 'What was written before is kept; run the same command again to go on.',
    cause: error,
  });
}
