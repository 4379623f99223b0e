// Loaded with --import: something is thrown on the main thread where nobody catches it, once a file says so.
import { existsSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const sign = process.env.WINOSCOPE_FAULT_FILE;
if (isMainThread && sign) {
  const timer = setInterval(() => {
    if (!existsSync(sign)) return;
    clearInterval(timer);
    throw new Error('something of ours is broken');
  }, 10);
  timer.unref();
}
