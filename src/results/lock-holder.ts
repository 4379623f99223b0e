/** Who holds a lock, and whether that process lives as far as another one can see. */

import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { isAlive } from '../hub/is-alive.ts';

/** Who holds a lock. */
export interface LockHolder {
  host: string;
  pid: number;
  /** Where process ids mean the same: one boot of one machine, one container. */
  place?: string;
  /** When the process began, in the machine's ticks: ids are used again. */
  since?: string;
  /** One claim's own mark. */
  token?: string;
  /** The folder's inode: it stays where the folder is moved, and a copy has another. */
  folder?: string;
}

/** Whether a holder lives, where this process can tell: only on its own machine, among the same process ids. */
export function isSeenAlive(holder: LockHolder): boolean | undefined {
  const { host, place } = thisProcess();
  if (holder.host !== host || (holder.place !== undefined && holder.place !== place)) return undefined;
  if (!isAlive(holder.pid)) return false;
  const since = startOf(holder.pid);
  return holder.since === undefined || since === undefined || holder.since === since;
}

let known: LockHolder | undefined;

/** This process as a lock names it. */
export function thisProcess(): LockHolder {
  if (!known) {
    const place = placeOf();
    const since = startOf(process.pid);
    known = {
      host: hostname(),
      pid: process.pid,
      ...(place !== undefined && { place }),
      ...(since !== undefined && { since }),
    };
  }
  return known;
}

/** The boot and the container in which process ids count; undefined where the system does not say (not Linux). */
function placeOf(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

/** When a process began: field 22 of /proc/PID/stat, which comes after a name that may hold anything. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** The holder that a lock names; undefined where it is gone or torn, which is nobody's. */
export function readHolder(file: string): LockHolder | undefined {
  try {
    const holder = parseHolder(readFileSync(file, 'utf8'));
    // One that was copied along with its folder holds nothing here.
    return holder?.folder === undefined || holder.folder === folderNumber(file) ? holder : undefined;
  } catch {
    return undefined; // gone: nobody holds it
  }
}

/** The same from the lock's text. */
export function parseHolder(text: string): LockHolder | undefined {
  try {
    return (JSON.parse(text) as LockHolder | null) ?? undefined;
  } catch {
    return undefined; // torn: nobody holds it
  }
}

/** The inode of the folder that a lock lies in. */
export function folderNumber(file: string): string {
  return `${statSync(dirname(file), { bigint: true }).ino}`;
}
