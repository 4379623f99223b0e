/** A command of the product in a process of its own, with how long it took and how much memory it had at most. */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../bin/winoscope.js', import.meta.url));
const HOOK = new URL('./peak-memory.mjs', import.meta.url).href;

export interface CommandRun {
  seconds: number;
  /** Resident, of the whole process. */
  peakBytes: number;
  stdout: string;
}

/** Runs Node with the arguments; stderr is shown. @throws Error where it fails. */
export async function runNode(args: readonly string[]): Promise<CommandRun> {
  const folder = mkdtempSync(join(tmpdir(), 'winoscope-bench-'));
  const file = join(folder, 'peak');
  try {
    const begun = performance.now();
    const env = { ...process.env, WINOSCOPE_BENCH_PEAK: file };
    const child = spawn(process.execPath, ['--import', HOOK, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
    const seconds = (performance.now() - begun) / 1000;
    if (code !== 0) throw new Error(`"${args.join(' ')}" ended with ${code}`);
    return { seconds, peakBytes: Number(readFileSync(file, 'utf8')), stdout };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs `winoscope ARGS`. */
export function runWinoscope(args: readonly string[]): Promise<CommandRun> {
  return runNode([BIN, ...args]);
}
