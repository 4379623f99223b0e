/**
 * One process at a time downloads a blob. Python locks `.locks/REPO/OID.lock` with flock, which Node does not have, and
 * leaves that file behind, so its being there says nothing; ours lies beside it. Against Python no lock is needed: both
 * write files of their own and give them the blob's name when they are whole.
 */

import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './is-alive.ts';
import { makeFolder } from './make-folder.ts';

/** A living owner says so this often; one on another machine that was silent for `SILENT_MS` is gone. */
const BEAT_MS = 5_000;
const SILENT_MS = 120_000;
const LOOK_MS = 100;

interface Owner {
  host: string;
  pid: number;
  id: string;
}

export interface HeldLock {
  /** The owner before may still write, for all that is known: it was only silent. */
  doubtful: boolean;
  release(): void;
}

/**
 * Waits for the lock of `name` in `folder`.
 * @param onWait called once, with who holds it, where it must be waited for.
 * @throws the signal's reason; the file system's error where the folder cannot be written.
 */
export async function takeLock(
  folder: string,
  name: string,
  { signal, onWait = () => {} }: { signal?: AbortSignal; onWait?: (holder: string) => void } = {},
): Promise<HeldLock> {
  const file = join(folder, `${name}.winoscope.lock`);
  const me: Owner = { host: hostname(), pid: process.pid, id: randomUUID() };
  makeFolder(dirname(file));
  let told = false;
  let doubtful = false;
  for (;;) {
    signal?.throwIfAborted();
    if (claim(file, me)) return held(file, me, doubtful);
    const state = ownerState(file);
    if (state === 'gone' || state === 'silent') {
      doubtful ||= state === 'silent';
      removeStale(file, me);
      continue;
    }
    if (!told && state) onWait(`process ${state.pid} on ${state.host}`);
    told = true;
    await sleep(LOOK_MS, undefined, signal ? { signal } : {}).catch(() => {});
  }
}

/** Puts the lock there whole, or not at all: an empty one would look like nobody's. */
function claim(file: string, me: Owner): boolean {
  const mine = `${file}.${me.id}`;
  writeFileSync(mine, JSON.stringify(me));
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    // No hard links here (FAT, some network folders): the exclusive flag does it too.
    return claimByFlag(file, me);
  } finally {
    rmSync(mine, { force: true });
  }
}

function claimByFlag(file: string, me: Owner): boolean {
  try {
    writeFileSync(file, JSON.stringify(me), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function held(file: string, me: Owner, doubtful: boolean): HeldLock {
  const beat = setInterval(() => {
    try {
      utimesSync(file, new Date(), new Date());
    } catch {
      // Taken away by hand: the blob is still written whole or not at all.
    }
  }, BEAT_MS);
  beat.unref();
  return {
    doubtful,
    release() {
      clearInterval(beat);
      if (readOwner(file)?.id === me.id) rmSync(file, { force: true });
    },
  };
}

/** The living owner; `gone` where its process has ended, `silent` where nobody can tell but it long did not say so. */
function ownerState(file: string): Owner | 'gone' | 'silent' | undefined {
  const age = ageOf(file);
  if (age === undefined) return undefined; // just released
  const owner = readOwner(file);
  if (!owner) return age > SILENT_MS ? 'silent' : undefined;
  if (owner.host === hostname()) return isAlive(owner.pid) ? owner : 'gone';
  return age > SILENT_MS ? 'silent' : owner;
}

/** Takes a stale lock away by renaming it, which only one claimant can do. */
function removeStale(file: string, me: Owner): void {
  const aside = `${file}.${me.id}.stale`;
  try {
    renameSync(file, aside);
  } catch {
    return; // another claimant was faster
  }
  // Another claimant may have put its own lock there between our look and our rename: that one goes back.
  const fresh = typeof ownerState(aside) === 'object';
  if (fresh) {
    try {
      linkSync(aside, file);
    } catch {
      // A third one has it now; two downloads of one blob cost time, not correctness.
    }
  }
  rmSync(aside, { force: true });
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function ageOf(file: string): number | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found && Date.now() - found.mtimeMs;
}
