/**
 * Before all tests: a cache of their own, in which the embedded model's calls are remembered. Measuring them would
 * take time in each of the many processes that tests start, and let a busy machine choose. What Node compiles is kept
 * for the next process too: most of a worker's start from the sources is reading TypeScript.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveRef } from '../../src/hub/resolve-ref.ts';
import { describeDiffusion } from '../../src/models/diffusion-folder.ts';
import { rememberCalls } from '../../src/run/remembered-calls.ts';

export default function setup(): () => void {
  const cache = mkdtempSync(join(tmpdir(), 'winoscope-cache-'));
  const compiled = mkdtempSync(join(tmpdir(), 'winoscope-compiled-'));
  process.env.WINOSCOPE_CACHE = cache;
  process.env.NODE_COMPILE_CACHE = compiled;
  const description = describeDiffusion(resolveRef('tiny-world', 'diffusion').folder);
  const calls = { batch: 24, threads: 1, workers: availableParallelism() };
  for (const fixed of [{}, { threads: 1 }, { threads: 2 }]) {
    const workers = Math.max(1, Math.floor(calls.workers / (fixed.threads ?? 1)));
    const threads = fixed.threads ?? calls.threads;
    rememberCalls(
      { description, device: { name: 'cpu', id: 0 }, fixed },
      { ...calls, threads, workers, measured: [] },
    );
  }
  return () => {
    for (const folder of [cache, compiled]) rmSync(folder, { recursive: true, force: true });
  };
}
