/** What a run will take, from a few real model calls. */

import { InputError } from '../errors.ts';
import type { DiffusionSettings } from '../scoring/diffusion-scorer.ts';
import { makePlan, trialsOf } from '../scoring/plan.ts';
import type { ExampleWork, ScorerOutput } from '../scoring/scorer.ts';
import { openResults } from './open-results.ts';
import type { PreparedRun, RunRequest } from './prepare-run.ts';
import { blocksOf, evaluationsOf, pendingOf } from './run-scorer.ts';
import type { PreparedScorer } from './settings.ts';
import { WorkerPool } from './worker-pool.ts';

export interface Estimate {
  scorer: string;
  /** Whether a stopping rule may end examples earlier: evaluations, seconds and disk are then those of the whole plan. */
  atMost: boolean;
  workers: number;
  batch: number;
  threads: number;
  /** Where batch and threads come from. */
  calls: NonNullable<PreparedScorer['calls']>;
  /** Examples that have something left to evaluate. */
  examples: number;
  /** Those that are not stored yet. */
  evaluations: number;
  /** Measured over three calls per worker, all workers at once, after one that warms up. */
  evaluationsPerSecond: number;
  seconds: number;
  /** Resident memory of this process and of its workers with their models loaded. */
  memoryBytes: number;
  /** Of the finished run folder, about. */
  diskBytes: number;
}

/** Calls that are timed; one more comes before them. */
const CALLS = 3;
/** Bytes of a stored trial: five numbers, three indices and the id. */
const BYTES_PER_TRIAL = 56;

/**
 * Measures what every scorer of a prepared run has left to do; stores nothing.
 * @throws as a run does; InputError also where all that was tried is to be skipped.
 */
export async function estimateRun(run: PreparedRun, request: RunRequest): Promise<Estimate[]> {
  const { folder, manifest, numerics } = run;
  const { examples } = request.task;
  const { maps } = request.scoring;
  const views = openResults({ folder, manifest, examples, session: 0, numerics, seconds: {}, maps });
  const estimates: Estimate[] = [];
  for (const scorer of run.scorers) {
    const { settings } = scorer;
    const all = run.selected.reduce((sum, index) => sum + evaluationsOf(scorer, examples[index]!), 0);
    const pending = pendingOf(views.get(scorer.name)!, run.selected);
    const { results } = views.get(scorer.name)!;
    // Captions count before it is known which ones are pruned, but not more of them than will stay.
    const evaluations = pending.reduce(
      (sum, { index, start }) =>
        sum + Math.min(results.remaining(index, start), evaluationsOf(scorer, examples[index]!)),
      0,
    );
    const work: ExampleWork[] = pending.map(({ index }) => ({ index, example: examples[index]!, start: 0 }));
    const batch = settings.kind === 'diffusion' ? settings.batch : 1;
    const atMost = settings.kind === 'diffusion' && settings.stop !== undefined;
    const blocks = blocksOf(work, scorer, examples)
      .slice(0, scorer.workers)
      .map((block) => (settings.kind === 'diffusion' ? block : block.slice(0, CALLS + 1)));
    // The first trials of the plan, under a plan of their own: what is measured is discarded.
    const short = settings.kind === 'diffusion' ? shortened(settings) : settings;
    const pool = new WorkerPool(short, blocks.length, { ...(scorer.devices && { devices: scorer.devices }) });
    try {
      await pool.ready();
      const rate = blocks.length > 0 ? await measure(pool, blocks, request.onError) : 0;
      estimates.push({
        scorer: scorer.name,
        atMost,
        workers: blocks.length,
        batch,
        threads: 'threads' in settings ? settings.threads : 1,
        calls: scorer.calls ?? 'rule',
        examples: pending.length,
        evaluations,
        evaluationsPerSecond: rate,
        seconds: evaluations === 0 ? 0 : evaluations / rate,
        memoryBytes: process.memoryUsage().rss + pool.resident,
        diskBytes: diskBytes(run, scorer, all),
      });
    } finally {
      await pool.close();
    }
  }
  return estimates;
}

function shortened({ stop: _, ...settings }: DiffusionSettings): DiffusionSettings {
  const { plan } = settings;
  return {
    ...settings,
    maps: false,
    plan: { repeats: 1, seed: plan.seed, timesteps: firstTimesteps(plan) },
  };
}

function firstTimesteps(plan: Parameters<typeof makePlan>[0]): number[] {
  const trials = makePlan(plan).trials.slice(0, CALLS + 1);
  return [...new Set(trials.map((trial) => trial.timestep))].sort((a, b) => a - b);
}

/** Evaluations per second of all workers together, the first output of each block left out where there are others. */
async function measure(
  pool: WorkerPool,
  blocks: readonly ExampleWork[][],
  onError: RunRequest['onError'] = 'stop',
): Promise<number> {
  const firstSeen = new Set<number>();
  const blockOf = new Map(blocks.flatMap((block, k) => block.map(({ index }) => [index, k] as const)));
  let all = 0;
  let rows = 0;
  let started = 0;
  const begun = performance.now();
  let ended = begun;
  let failure: InputError | undefined;
  const accept = (output: ScorerOutput) => {
    if (output.type === 'failed') {
      const { id } = blocks.flat().find(({ index }) => index === output.index)!.example;
      failure ??= new InputError({ what: output.message, where: `example "${id}"` });
    }
    if (output.type !== 'trials' && output.type !== 'scores') return;
    const index = output.type === 'trials' ? output.index[0]! : output.index;
    ended = performance.now();
    const count = output.type === 'trials' ? output.index.length : output.scores.flat().length;
    all += count;
    const block = blockOf.get(index)!;
    if (!firstSeen.has(block)) {
      firstSeen.add(block);
      started ||= ended;
      return;
    }
    rows += count;
  };
  await pool.run(blocks, accept);
  if (failure && (onError === 'stop' || all === 0)) throw failure;
  const [counted, since] = rows > 0 ? [rows, started] : [all, begun];
  return (1000 * counted) / Math.max(1e-3, ended - since);
}

function diskBytes(
  run: PreparedRun,
  { settings }: PreparedRun['scorers'][number],
  evaluations: number,
): number {
  if (settings.kind !== 'diffusion') return evaluations * BYTES_PER_TRIAL;
  const [, height, width] = settings.description.latent;
  const trials = trialsOf(settings.plan);
  const maps = settings.maps ? (evaluations / trials) * height * width * 4 : 0;
  return evaluations * BYTES_PER_TRIAL + maps + run.selected.length;
}
