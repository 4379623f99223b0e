/** One scorer's part of a run: workers, blocks, progress. */

import { InputError } from '../errors.ts';
import type { PendingExample } from '../results/scorer-results.ts';
import type { Example } from '../scoring/example.ts';
import { trialsOf } from '../scoring/plan.ts';
import type { ExampleWork, ScorerOutput } from '../scoring/scorer.ts';
import { chunks, makeBlocks, makeStoppingBlocks } from './blocks.ts';
import { Channel } from './channel.ts';
import type { RunEvent } from './events.ts';
import type { Failure } from './failures.ts';
import { evaluatedPairs } from './prune.ts';
import type { ScorerView } from './scorer-view.ts';
import type { PreparedScorer } from './settings.ts';
import { type PoolWatch, silenceWords } from './silence-watch.ts';
import { WorkerPool } from './worker-pool.ts';

export interface ScorerRun {
  scorer: PreparedScorer;
  view: ScorerView;
  examples: readonly Example[];
  /** Places of the selected examples. */
  selected: readonly number[];
  /** Filled with the examples that cannot be scored. */
  failures: Failure[];
  onError: 'stop' | 'skip';
  signal?: AbortSignal;
  /** See `PoolWatch`. @default 600 */
  workerSeconds?: number;
}

/** Seconds that a worker may be silent. */
const WORKER_SECONDS = 600;

/** At most this often is progress told. */
const PROGRESS_MS = 100;

/** Examples of a block for scorers that go pair by pair. */
const PAIR_BLOCK = 8;

/** Model evaluations that one example needs; at most, where a rule may stop it. */
export function evaluationsOf({ settings }: PreparedScorer, example: Example): number {
  if (settings.kind !== 'diffusion') return example.images.length * example.captions.length;
  return evaluatedPairs(example, settings.uncond, settings.prune) * trialsOf(settings.plan);
}

/**
 * Evaluates what the selection still needs; results go to `view.results` as they come.
 * @throws WorkerError where a model or a worker fails, InputError at the first bad example unless they are skipped,
 *   ResultsError where the disk refuses, the signal's reason when aborted.
 */
export async function* runScorer(run: ScorerRun): AsyncGenerator<RunEvent> {
  const { scorer, view, examples, selected } = run;
  const { name, settings } = scorer;
  // What could not be pruned has failed with the scorer that prunes.
  const pending = pendingOf(view, selected).filter(
    ({ skip }) => settings.kind !== 'diffusion' || !settings.prune || skip,
  );
  if (pending.length === 0) return;
  const work: ExampleWork[] = pending.map((item) => ({ ...item, example: examples[item.index]! }));
  const blocks = blocksOf(work, scorer, examples);
  yield { type: 'phase', scorer: name, phase: 'load' };
  const channel = new Channel<RunEvent>();
  const watch: PoolWatch = {
    seconds: run.workerSeconds ?? WORKER_SECONDS,
    onSilence: (silence) => channel.push({ type: 'warning', message: `${name}: ${silenceWords(silence)}` }),
  };
  // Of an external scorer its own timeout is the bound.
  const watched = settings.kind === 'external' ? undefined : watch;
  const pool = new WorkerPool(settings, Math.min(scorer.workers, blocks.length), {
    ...(scorer.devices && { devices: scorer.devices }),
    watch: watched,
  });
  try {
    await untilAborted(pool.ready(), run.signal);
    yield { type: 'phase', scorer: name, phase: 'score' };
    const progress = new Progress(run, pending, (event) => channel.push(event));
    const failed = new AbortController();
    const stop = AbortSignal.any([failed.signal, ...(run.signal ? [run.signal] : [])]);
    const accept = (output: ScorerOutput) => {
      try {
        if (output.type === 'failed') channel.push(fail(run, output.index, output.message));
        else view.results.accept(output);
        progress.count(output);
      } catch (error) {
        failed.abort(error);
      }
    };
    pool.run(blocks, accept, stop).then(
      () => {
        progress.tell();
        channel.end();
      },
      (error) => channel.end(error),
    );
    yield* channel;
  } finally {
    try {
      view.results.flush(); // closing takes a model call
    } finally {
      await pool.close();
    }
  }
}

/** A scorer's work as its workers get it. */
export function blocksOf(
  work: readonly ExampleWork[],
  { settings, workers }: PreparedScorer,
  examples: readonly Example[],
): ExampleWork[][] {
  if (settings.kind !== 'diffusion') return chunks(work, PAIR_BLOCK);
  const rowsOf = (index: number) => evaluatedPairs(examples[index]!, settings.uncond, settings.prune);
  const make = settings.stop ? makeStoppingBlocks : makeBlocks;
  return make(work, rowsOf, { batch: settings.batch, workers });
}

/** Examples of the selection that a scorer still needs, in task order. */
export function pendingOf(view: ScorerView, selected: readonly number[]): PendingExample[] {
  const wanted = new Set(selected);
  return view.results.pending().filter(({ index }) => wanted.has(index));
}

function fail({ scorer, examples, failures, onError }: ScorerRun, index: number, message: string): RunEvent {
  const { id } = examples[index]!;
  if (onError === 'stop') {
    throw new InputError({
      what: message.replace(/\.$/, ''),
      where: `example "${id}"`,
      fix: 'Pass --on-error skip to leave such examples out.',
    });
  }
  failures.push({ scorer: scorer.name, id, message });
  return { type: 'example-failed', scorer: scorer.name, id, message };
}

/**
 * Counts evaluations as they come and tells of them at a bounded rate. What an output changes is looked at when it
 * comes, never all examples: a run of many would spend its main thread on telling.
 */
class Progress {
  readonly #run: ScorerRun;
  readonly #emit: (event: RunEvent) => void;
  readonly #total: number;
  readonly #before: number;
  readonly #done = new Set<number>();
  /** What a stopping rule has spared the examples by now: each, and all that are done or will be. */
  readonly #spared = new Map<number, number>();
  #allSpared = 0;
  #fresh = 0;
  #last = 0;

  constructor(run: ScorerRun, pending: readonly PendingExample[], emit: (event: RunEvent) => void) {
    this.#run = run;
    this.#emit = emit;
    const { selected, examples, scorer } = run;
    const isPending = new Set(pending.map(({ index }) => index));
    // Not those that failed with the scorer that prunes.
    const counted = selected.filter((index) => isPending.has(index) || run.view.results.isDone(index));
    for (const index of counted) this.#look(index);
    this.#total = counted.reduce((sum, index) => sum + evaluationsOf(scorer, examples[index]!), 0);
    // Not what is stored: trials whose maps were lost are evaluated again.
    const left = pending.reduce((sum, { index, start }) => sum + run.view.results.remaining(index, start), 0);
    this.#before = this.#total - left - this.#allSpared;
  }

  #look(index: number): void {
    const { results } = this.#run.view;
    const spared = results.spared(index);
    this.#allSpared += spared - (this.#spared.get(index) ?? 0);
    this.#spared.set(index, spared);
    if (results.isDone(index)) this.#done.add(index);
    else this.#done.delete(index);
  }

  count(output: ScorerOutput): void {
    if (output.type === 'trials') {
      this.#fresh += output.index.length;
      for (const index of new Set(output.index)) this.#look(index);
    }
    if (output.type === 'scores') {
      this.#fresh += output.scores.flat().length;
      this.#look(output.index);
    }
    if (performance.now() - this.#last < PROGRESS_MS) return;
    // The end is told once, after the last result.
    if (this.#before + this.#fresh < this.#total - this.#allSpared) this.tell();
  }

  tell(): void {
    this.#last = performance.now();
    this.#emit({
      type: 'progress',
      scorer: this.#run.scorer.name,
      done: this.#before + this.#fresh,
      total: this.#total - this.#allSpared,
      fresh: this.#fresh,
      examples: this.#done.size,
    });
  }
}

/** The promise, or the signal's reason if that comes first. */
async function untilAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return promise;
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
