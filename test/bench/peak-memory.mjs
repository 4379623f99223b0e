// Loaded before a measured program: at its end, it says how much memory it had at most.
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** Bytes. Of Linux its own count: the usual one begins with that of the process that started it. */
function peak() {
  try {
    return 1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return 1024 * process.resourceUsage().maxRSS;
  }
}

if (isMainThread) process.on('exit', () => writeFileSync(process.env.WINOSCOPE_BENCH_PEAK, `${peak()}`));
