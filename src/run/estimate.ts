/** What a run will take, from a few real model calls. */

import { pairsOf } from '../scoring/conditions.ts';
import { makePlan } from '../scoring/plan.ts';
import type { ExampleWork, ScorerOutput } from '../scoring/scorer.ts';
import { makeBlocks } from './blocks.ts';
import type { PreparedRun, RunRequest } from './prepare-run.ts';
import { evaluationsOf } from './run-scorer.ts';
import { WorkerPool } from './worker-pool.ts';

export interface Estimate {
  scorer: string;
  workers: number;
  batch: number;
  threads: number;
  evaluations: number;
  /** Measured over three calls per worker, all workers at once, after one that warms up. */
  evaluationsPerSecond: number;
  seconds: number;
  /** Resident memory of this process with all models loaded. */
  memoryBytes: number;
  /** Of the finished run folder, about. */
  diskBytes: number;
}

/** Calls that are timed; one more comes before them. */
const CALLS = 3;
/** Bytes of a stored trial: five numbers, three indices and the id. */
const BYTES_PER_TRIAL = 56;

/** Measures every scorer of a prepared run; stores nothing. */
export async function estimateRun(run: PreparedRun, { task }: RunRequest): Promise<Estimate[]> {
  const estimates: Estimate[] = [];
  for (const scorer of run.scorers) {
    const { settings } = scorer;
    const { examples } = task;
    const evaluations = run.selected.reduce((sum, index) => sum + evaluationsOf(scorer, examples[index]!), 0);
    const work: ExampleWork[] = run.selected.map((index) => ({ index, example: examples[index]!, start: 0 }));
    const rowsOf = (index: number) =>
      settings.kind === 'diffusion' ? pairsOf(examples[index]!, settings.uncond).length : 1;
    const batch = settings.kind === 'diffusion' ? settings.batch : 1;
    const blocks = makeBlocks(work, settings.kind === 'diffusion' ? batch : CALLS + 1, rowsOf).slice(
      0,
      scorer.workers,
    );
    // The first trials of the plan, under a plan of their own: what is measured is discarded.
    const short =
      settings.kind === 'diffusion'
        ? {
            ...settings,
            maps: false,
            plan: { ...settings.plan, repeats: 1, timesteps: firstTimesteps(settings.plan) },
          }
        : settings;
    const pool = new WorkerPool(short, blocks.length);
    try {
      await pool.ready();
      const rate = await measure(pool, blocks);
      estimates.push({
        scorer: scorer.name,
        workers: blocks.length,
        batch,
        threads: settings.threads,
        evaluations,
        evaluationsPerSecond: rate,
        seconds: evaluations / rate,
        memoryBytes: process.memoryUsage().rss,
        diskBytes: diskBytes(run, scorer, evaluations),
      });
    } finally {
      await pool.close();
    }
  }
  return estimates;
}

function firstTimesteps(plan: Parameters<typeof makePlan>[0]): number[] {
  const trials = makePlan(plan).trials.slice(0, CALLS + 1);
  return [...new Set(trials.map((trial) => trial.timestep))].sort((a, b) => a - b);
}

/** Evaluations per second of all workers together, the first output of each block left out where there are others. */
async function measure(pool: WorkerPool, blocks: readonly ExampleWork[][]): Promise<number> {
  const firstSeen = new Set<number>();
  const blockOf = new Map(blocks.flatMap((block, k) => block.map(({ index }) => [index, k] as const)));
  let all = 0;
  let rows = 0;
  let started = 0;
  const begun = performance.now();
  let ended = begun;
  const accept = (output: ScorerOutput) => {
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
  const [counted, since] = rows > 0 ? [rows, started] : [all, begun];
  return (1000 * counted) / Math.max(1e-3, ended - since);
}

function diskBytes(
  run: PreparedRun,
  { settings }: PreparedRun['scorers'][number],
  evaluations: number,
): number {
  if (settings.kind === 'clip') return evaluations * BYTES_PER_TRIAL;
  const [, height, width] = settings.description.latent;
  const trials = settings.plan.timesteps.length * settings.plan.repeats;
  const maps = settings.maps ? (evaluations / trials) * height * width * 4 : 0;
  return evaluations * BYTES_PER_TRIAL + maps + run.selected.length;
}
