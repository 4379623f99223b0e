/** One process at a time in a run folder, also where several machines share it: a lock with host, process and heartbeat. */

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ResultsError } from '../errors.ts';
import { isAlive } from '../hub/is-alive.ts';
import {
  folderNumber,
  isSeenAlive,
  type LockHolder,
  parseHolder,
  readHolder,
  thisProcess,
} from './lock-holder.ts';

/** A holder shows this often that it lives, and is given up after this long without a sign. */
export interface LockTimes {
  beatMs: number;
  staleMs: number;
}

/** Long enough for a main thread that is busy writing, short beside the time in which schedulers start a task again. */
const TIMES: LockTimes = { beatMs: 5_000, staleMs: 60_000 };

/** Between two looks at a holder that nobody can ask. */
const LOOK_MS = 200;

export interface LockOptions extends Partial<LockTimes> {
  /** Called once where a holder on another machine is watched for a sign of life. */
  onWait?: (holder: LockHolder) => void;
  /** Ends the wait. */
  signal?: AbortSignal;
}

/** A lock that is held. */
export interface RunLock {
  /** Aborts where another process has taken the lock over: nothing more may be written. */
  lost: AbortSignal;
  /** Demands that the lock is still there, at once. @throws ResultsError where the folder was moved away, or the lock taken. */
  check(): void;
  release(): void;
}

/**
 * Takes the lock `file`. One whose process is gone is taken over: at once where that can be seen (a process of this
 * machine), else once it gave no sign of life for `staleMs`; the wait ends early when it does give one.
 * @throws ResultsError where a living process holds it; what the disk says where nothing can be written; AbortError when
 *   the signal ended the wait.
 */
export async function takeLock(file: string, options: LockOptions = {}): Promise<RunLock> {
  const times: LockTimes = {
    beatMs: options.beatMs ?? TIMES.beatMs,
    staleMs: options.staleMs ?? TIMES.staleMs,
  };
  const me: LockHolder = {
    ...thisProcess(),
    token: randomBytes(8).toString('hex'),
    folder: folderNumber(file),
  };
  // Made whole before it gets its name: an empty lock would look like nobody's.
  const mine = `${file}.${process.pid}.${me.token}`;
  writeFileSync(mine, JSON.stringify(me));
  // Times are compared as the disk's server sees them; clocks of machines differ.
  const made = statSync(mine, { throwIfNoEntry: false })?.mtimeMs;
  const clock = made === undefined ? 0 : made - Date.now();
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      try {
        linkOrCopy(mine, file);
        return beating(file, me, times.beatMs);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT') {
          // Whoever held the lock swept the claim away before it could be read, taking it for a dead one.
          writeFileSync(mine, JSON.stringify(me));
          continue;
        }
        if (code !== 'EEXIST') throw error;
      }
      const holder = readHolder(file);
      if (holder && (await lives(file, holder, { ...options, ...times, clock }))) {
        throw new ResultsError({
          what: 'the run folder is in use',
          where: dirname(file),
          got: `process ${holder.pid} on ${holder.host} works on it`,
          fix: `Wait for it, use another --out, or delete ${file} if that process is gone.`,
        });
      }
      removeStale(file, mine, holder);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  throw new ResultsError({ what: 'cannot lock the run folder', where: file });
}

/**
 * The process that holds a lock, unless it is known to be gone or gave no sign of life for long. Looks once: for
 * lists. Clocks of two machines may differ by seconds, which a minute allows for.
 */
export function seenHolder(file: string, staleMs: number = TIMES.staleMs): LockHolder | undefined {
  const holder = readHolder(file);
  if (!holder) return undefined;
  const alive = isSeenAlive(holder) ?? ageOf(file, 0) < staleMs;
  return alive ? holder : undefined;
}

/**
 * The living holder of a lock that is only to be looked at; waits as `takeLock` does until that is known.
 */
export async function livingHolder(file: string, options: LockOptions = {}): Promise<LockHolder | undefined> {
  const holder = readHolder(file);
  if (!holder) return undefined;
  const alive = await lives(file, holder, { ...TIMES, ...options, clock: 0 });
  return alive ? (readHolder(file) ?? holder) : undefined;
}

/**
 * Whether a claim that was left behind (`run.lock.PID.TOKEN`) belongs to nobody any more. One that is half written says
 * by its name alone whose it was; a living process of another machine would write it again.
 */
export function isAbandoned(claim: string): boolean {
  const holder = readHolder(claim);
  if (holder) return isSeenAlive(holder) === false || ageOf(claim, 0) > TIMES.staleMs;
  const pid = /\.(\d+)\.[^.]*$/.exec(basename(claim))?.[1];
  return (pid !== undefined && !isAlive(Number(pid))) || ageOf(claim, 0) > TIMES.staleMs;
}

interface Watch extends Pick<LockOptions, 'onWait' | 'signal'>, Pick<LockTimes, 'staleMs'> {
  /** What to add to this machine's time for the disk's. */
  clock: number;
}

/** Waits until it is known whether a lock's holder lives: by looking, or by a sign of life or its absence. */
async function lives(
  file: string,
  holder: LockHolder,
  { onWait, signal, staleMs, clock }: Watch,
): Promise<boolean> {
  const seen = isSeenAlive(holder);
  if (seen !== undefined) return seen;
  const before = changeOf(file);
  for (let told = false; ageOf(file, clock) < staleMs; told = true) {
    if (!told) onWait?.(holder);
    await sleep(LOOK_MS, undefined, signal && { signal });
    const now = changeOf(file);
    if (now !== before) return now !== undefined;
  }
  return false;
}

/** Shows signs of life until the lock is released or lost. */
function beating(file: string, me: LockHolder, beatMs: number): RunLock {
  const lost = new AbortController();
  const timer = setInterval(() => {
    const state = beat(file, me);
    if (state !== 'taken') return;
    clearInterval(timer);
    lost.abort(lostLock(file, me));
  }, beatMs);
  timer.unref();
  return {
    lost: lost.signal,
    check: () => {
      if (readHolder(file)?.token !== me.token) throw lostLock(file, me);
    },
    release: () => {
      clearInterval(timer);
      if (readHolder(file)?.token === me.token) rmSync(file, { force: true });
    },
  };
}

/** Why a lock is not ours any more: somebody's is in its place, or the folder itself is another one, or none, by now. */
function lostLock(file: string, { folder }: LockHolder): ResultsError {
  let isHere = false;
  try {
    isHere = folderNumber(file) === folder;
  } catch {
    // No such folder any more.
  }
  const holder = isHere ? readHolder(file) : undefined;
  if (holder) {
    return new ResultsError({
      what: 'another process took the run folder over',
      where: dirname(file),
      got: `process ${holder.pid} on ${holder.host} works on it; this one stood still for too long`,
      fix: 'What it computed before is kept.',
    });
  }
  return new ResultsError({
    what: isHere
      ? 'the lock of the run folder was taken away while the run went on'
      : 'the run folder was moved or removed while the run went on',
    where: isHere ? file : dirname(file),
    got: isHere ? 'no lock' : existsSync(dirname(file)) ? 'another folder in its place' : 'no such folder',
    fix: 'What was computed is kept in the segments of the folder where it is now: run the command again with --out naming it.',
  });
}

/** Renews the lock's time by writing its first byte over itself: whoever reads meanwhile reads the same. */
function beat(file: string, me: LockHolder): 'ours' | 'taken' | 'unknown' {
  try {
    const handle = openSync(file, 'r+');
    try {
      const holder = parseHolder(readFileSync(handle, 'utf8'));
      if (holder?.token !== me.token) return 'taken';
      writeSync(handle, '{', 0);
      fsyncSync(handle);
      return 'ours';
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    // A disk that does not answer now may do so at the next beat; a lock that is gone was deleted by hand.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'taken' : 'unknown';
  }
}

/**
 * A second name for a file; a copy where the disk has no links. Of several that ask for one name, one gets it.
 * @throws EEXIST where the name is taken.
 */
export function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}

/** Takes a dead process's lock away by renaming it, which only one of several claimants can do. */
function removeStale(file: string, mine: string, gone: LockHolder | undefined): void {
  const aside = `${mine}.stale`;
  try {
    renameSync(file, aside);
  } catch {
    return; // another claimant was faster
  }
  // A claimant may have put its own lock there between our look and our rename: give it back.
  const taken = readHolder(aside);
  const isOther = taken !== undefined && (taken.token !== gone?.token || isSeenAlive(taken) === true);
  if (isOther && !existsSync(file)) renameSync(aside, file);
  else rmSync(aside, { force: true });
}

/** Milliseconds since the file was written; none where it is gone. */
function ageOf(file: string, clock: number): number {
  const time = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return time === undefined ? Number.POSITIVE_INFINITY : Date.now() + clock - time;
}

/** What changes with every beat. Read through an open file: over NFS that asks the server. */
function changeOf(file: string): number | undefined {
  try {
    const handle = openSync(file, 'r');
    try {
      readFileSync(handle);
    } finally {
      closeSync(handle);
    }
    return statSync(file).mtimeMs;
  } catch {
    return undefined;
  }
}
