/** Run folders without any model call, written by the code that stores real ones: results are drawn from a seed. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DiffusionResults } from '../../src/results/diffusion-results.ts';
import { identityHash, type Manifest } from '../../src/results/manifest.ts';
import { PairScoreResults } from '../../src/results/pair-score-results.ts';
import { RunFolder } from '../../src/results/run-folder.ts';
import { sealedFile } from '../../src/results/seal.ts';
import { writeExamples } from '../../src/results/stored-examples.ts';
import { openRun } from '../../src/run/open-run.ts';
import { pairsOf } from '../../src/scoring/conditions.ts';
import type { Example } from '../../src/scoring/example.ts';
import { makePlan, uniformTimesteps } from '../../src/scoring/plan.ts';
import { Random } from '../../src/stats/random.ts';
import type { Task } from '../../tasks/task.ts';

export interface MadeRun {
  /** A task; its examples are repeated, with a number behind each caption, up to `count`. */
  task: Task;
  /** @default as many as the task has */
  count?: number;
  /** Examples that have results. @default all */
  done?: number;
  /** @default 8 */
  timesteps?: number;
  /** @default 7 */
  seed?: number;
  /** Whether error maps are stored, all zero but one cell. @default false */
  maps?: boolean;
}

/** Writes a run of a scorer `diffusion` and a scorer `clip` into `folder`, as after an orderly end. Returns the folder. */
export function makeRun(folder: string, options: MadeRun): string {
  const { task, count = task.examples.length, done = count, timesteps = 8, seed = 7, maps = false } = options;
  const examples = repeated(task, count);
  const manifest = manifestOf(task, count, uniformTimesteps(timesteps, 1000));
  const run = new RunFolder(folder);
  run.create();
  run.writeManifest(manifest);
  const hashes = examples.map((_, k) => task.images[k % task.examples.length]!.map(({ sha256 }) => sha256));
  writeFileSync(run.examplesFile, writeExamples(examples, hashes, task.redistribution === 'free'));
  const diffusion = manifest.identity.scorers.diffusion!;
  if (diffusion.kind !== 'diffusion') throw new Error('never');
  const plan = makePlan(diffusion.plan);
  const trials = new DiffusionResults({
    folder: run,
    scorer: 'diffusion',
    examples,
    plan,
    uncond: diffusion.uncond,
    maps: false,
    identity: manifest.identityHash,
    session: 1,
    numerics: 0,
  });
  const scores = new PairScoreResults({ folder: run, scorer: 'clip', examples, session: 1 });
  const random = new Random(seed);
  for (const [index, example] of examples.slice(0, done).entries()) {
    const pairs = pairsOf(example, diffusion.uncond);
    const rows = pairs.flatMap((pair) => plan.trials.map((_, trial) => ({ ...pair, trial })));
    const isTrue = ({ image, caption }: { image: number; caption: number }) =>
      example.truth.some(([i, c]) => i === image && c === caption);
    // About one example in eight comes out wrong.
    const lead = 0.02 * (random.uniform() - 0.12);
    const mse = Float64Array.from(rows, (row) => 0.2 + 0.004 * random.uniform() - (isTrue(row) ? lead : 0));
    trials.accept({
      type: 'trials',
      index: new Int32Array(rows.length).fill(index),
      image: Int16Array.from(rows, (row) => row.image),
      caption: Int16Array.from(rows, (row) => row.caption),
      trial: Int32Array.from(rows, (row) => row.trial),
      mse,
      mae: mse.map(Math.sqrt),
      huber: mse.map((value) => value / 2),
    });
    if (maps) {
      const sums = new Float32Array(pairs.length * 64);
      for (const slot of pairs.keys()) sums[slot * 64 + 9] = 1 + slot;
      trials.accept({ type: 'maps', index, trials: plan.trials.length, sums });
    }
    scores.accept({
      type: 'scores',
      index,
      scores: example.images.map((_, image) =>
        example.captions.map(
          (_, caption) => 0.2 + 0.06 * random.uniform() + (isTrue({ image, caption }) ? 0.04 : 0),
        ),
      ),
    });
  }
  for (const results of [trials, scores]) {
    results.close();
    results.compact();
  }
  const summary = openRun(folder).summarize({ loss: 'mse', errorSpace: 'native' });
  writeFileSync(join(folder, 'summary.json'), sealedFile(summary));
  return folder;
}

function repeated(task: Task, count: number): Example[] {
  const { examples } = task;
  if (count === examples.length) return [...examples];
  return Array.from({ length: count }, (_, index) => {
    const model = examples[index % examples.length]!;
    return { ...model, id: `${index}`, captions: model.captions.map((text) => `${text}, number ${index}`) };
  });
}

function manifestOf(task: Task, count: number, timesteps: number[]): Manifest {
  const { name, version, hash, title, license, redistribution, citation, source } = task;
  const identity: Manifest['identity'] = {
    task: { name, version, hash, count },
    scorers: {
      diffusion: {
        kind: 'diffusion',
        files: {},
        plan: { timesteps, repeats: 1, seed: 0 },
        noise: '',
        latent: { shape: [4, 8, 8], mode: 'mean' },
        resize: 'crop',
        uncond: 'auto',
        stop: 'none',
      },
      clip: { kind: 'clip', files: {} },
    },
  };
  const calls = { diffusion: { batch: 24, threads: 1 }, clip: { batch: 1, threads: 1 } };
  return {
    format: 1,
    version: '0.1.0',
    identity,
    identityHash: identityHash(identity),
    numerics: [{ device: 'cpu', dtype: 'float32', onnxruntime: '1.30.0', cpu: 'none', arch: 'x64', calls }],
    sessions: [],
    about: {
      task: { title, license, redistribution, citation, source },
      scorers: { diffusion: { ref: 'tiny-world', schedule: {} }, clip: { ref: 'tiny-world' } },
      warnings: [],
    },
  };
}
