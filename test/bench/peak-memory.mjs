// Loaded before a measured program: at its end, it says how much memory it had at most.
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.on('exit', () =>
    writeFileSync(process.env.WINOSCOPE_BENCH_PEAK, `${process.resourceUsage().maxRSS * 1024}`),
  );
}
