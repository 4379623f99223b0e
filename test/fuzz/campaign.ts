/** Watches over the processes that read hostile inputs: ends by a signal, hangs, memory, and files where none may be. */

import { fork } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from './child.ts';
import type { Target } from './target.ts';
import { fileOf } from './targets/index.ts';

/** No input may take longer, nor the start of a process: machines are busy. */
const MOST_SECONDS = 150;
/** No process may hold more: what an image of the greatest size that is read takes, twice. */
const MOST_BYTES = 1.6 * 2 ** 30;
/** Of so many inputs some must be read, or the target tries nothing. */
const FEW = 40;
/** Inputs that one process reads: a leak shows, and a fresh one begins. */
const PER_PROCESS = 2000;

export interface Outcome {
  name: string;
  inputs: number;
  /** Inputs that were read, refused with a sentence, and that ended a process that is meant to be ended. */
  read: number;
  refused: number;
  ended: number;
  /** The most memory that a process held, bytes. */
  memory: number;
  seconds: number;
  /** What must not happen, each with what meets it again. */
  findings: string[];
}

/** Lets a target read `count` inputs, the first being number `from`. */
export async function campaign(target: Target, { seed, from, count }: Batch): Promise<Outcome> {
  const began = performance.now();
  const outcome: Outcome = {
    name: target.name,
    inputs: 0,
    read: 0,
    refused: 0,
    ended: 0,
    memory: 0,
    seconds: 0,
    findings: [],
  };
  const end = from + count;
  let next = from;
  while (next < end && outcome.findings.length < 50) {
    next = await batch(target, { seed, from: next, count: Math.min(PER_PROCESS, end - next) }, outcome);
  }
  outcome.inputs = next - from;
  // Most changes are small: where none is read, what is refused is not the change.
  if (outcome.inputs >= FEW && outcome.read === 0)
    outcome.findings.push(`--only ${target.name}: of ${outcome.inputs} inputs none was read`);
  outcome.seconds = (performance.now() - began) / 1000;
  return outcome;
}

/** Which inputs of a seed. */
export interface Batch {
  seed: number;
  from: number;
  count: number;
}

/** One process. Returns the first input that is left for the next one. */
async function batch(target: Target, { seed, from, count }: Batch, outcome: Outcome): Promise<number> {
  const root = mkdtempSync(join(tmpdir(), 'winoscope-fuzz-'));
  for (const name of ['box', 'home', 'tmp', 'cache']) mkdirSync(join(root, name));
  const child = fork(
    fileURLToPath(new URL('./child.ts', import.meta.url)),
    [fileOf(target), target.name, `${seed}`, `${from}`, `${count}`, join(root, 'box')],
    {
      env: {
        ...process.env,
        HOME: join(root, 'home'),
        TMPDIR: join(root, 'tmp'),
        WINOSCOPE_CACHE: join(root, 'cache'),
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  );
  let at = from;
  let seen = performance.now();
  let done = false;
  let stderr = '';
  const find = (index: number, what: string) =>
    outcome.findings.push(`--only ${target.name} --seed ${seed} --from ${index}: ${what}`);
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-2000);
  });
  child.on('message', (report: Report) => {
    seen = performance.now();
    if (report.type === 'at') at = report.index;
    else if (report.type === 'finding') find(report.index, report.what);
    else {
      done = true;
      outcome.read += report.read;
      outcome.refused += report.refused;
    }
  });
  const watch = setInterval(() => {
    if (child.killed) return;
    const bytes = residentBytes(child.pid!);
    outcome.memory = Math.max(outcome.memory, bytes);
    const late = performance.now() - seen > 1000 * MOST_SECONDS;
    if (late) find(at, `took more than ${MOST_SECONDS} s`);
    if (bytes > MOST_BYTES) find(at, `holds ${Math.round(bytes / 2 ** 20)} MiB`);
    if (late || bytes > MOST_BYTES) child.kill('SIGKILL');
  }, 50);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on('close', (...end) => resolve(end)),
  );
  clearInterval(watch);
  if (!done) {
    if (target.inWorker && signal !== null && signal !== 'SIGKILL') outcome.ended++;
    else if (signal !== 'SIGKILL') find(at, `ended the process (${signal ?? code}): ${stderr.slice(-600)}`);
    outcome.refused += at - from; // of a process that was ended: read or refused, it does not say
  }
  for (const name of readdirSync(root))
    if (!['box', 'home', 'tmp', 'cache'].includes(name)) find(at, `wrote ${name} outside its folder`);
  for (const name of ['home', 'tmp'])
    for (const made of readdirSync(join(root, name))) find(at, `wrote ${made} into ${name}`);
  if (existsSync(join(root, 'box', 'canary'))) find(at, 'ran code of the input');
  rmSync(root, { recursive: true, force: true });
  return done ? from + count : at + 1;
}

/** What a process holds in memory now; 0 where the system does not say. */
function residentBytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
