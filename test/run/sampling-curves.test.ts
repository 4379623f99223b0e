import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openRun, type StoredRun } from '../../src/run/open-run.ts';
import { replay } from '../../src/run/replays.ts';
import { exampleShares, STRATEGIES, samplingCurves, singleTimesteps } from '../../src/run/sampling-curves.ts';
import type { DiffusionView } from '../../src/run/scorer-view.ts';
import { runCli } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const CLASSES = [
  'score',
  'tiny-world-classes-shifted',
  '--limit',
  '6',
  '--diffusion',
  'tiny-world',
  '--clip',
  'tiny-world',
  '--quiet',
];
const options = { metric: 'accuracy', loss: 'mse' } as const;

async function scored(name: string, flags: readonly string[]): Promise<StoredRun> {
  const out = join(folder, name);
  const { code, stderr } = await runCli([...CLASSES, ...flags, '--out', out]);
  expect(code, stderr).toBe(0);
  return openRun(out);
}

/** Examples that the means of the chosen trials, summed by hand, get right. */
function rightByHand(
  run: StoredRun,
  chosen: (trial: { timestep: number; noise: number }) => boolean,
): number {
  const view = run.views.get('diffusion') as DiffusionView;
  return run.examples.filter((example, index) => {
    const sums = example.captions.map((_, slot) =>
      view.plan.trials.reduce(
        (sum, trial, k) => (chosen(trial) ? sum + view.results.store.values(index, slot, 'mse')[k]! : sum),
        0,
      ),
    );
    return example.truth[0]![1] === sums.indexOf(Math.min(...sums));
  }).length;
}

describe('what a stored run would have scored otherwise', () => {
  let run: StoredRun;
  beforeAll(async () => {
    run = await scored('full', ['--timesteps', '8', '--repeats', '2']);
  }, 240_000);

  it('ends every strategy that covers the grid at the score of the run itself', () => {
    const { accuracy } = run.last!.scorers.diffusion!.metrics;
    const curves = samplingCurves(run, options);
    expect(Object.keys(curves)).toEqual([...STRATEGIES]);
    for (const strategy of ['even', 'low', 'middle', 'high'] as const) {
      expect(
        curves[strategy].map(({ trials }) => trials),
        strategy,
      ).toEqual([1, 2, 4, 8, 16]);
      expect(curves[strategy].at(-1), strategy).toEqual({ trials: 16, correct: accuracy!.correct, count: 6 });
    }
    expect(curves.one.map(({ trials }) => trials)).toEqual([1, 2]);
    expect(curves.three.map(({ trials }) => trials)).toEqual([3, 6]);
  });

  it('reads the trials that the strategy names, on each draw of noises', () => {
    const curves = samplingCurves(run, options);
    const { timesteps } = (run.views.get('diffusion') as DiffusionView).plan;
    const both = (chosen: readonly number[]) =>
      [0, 1].reduce(
        (sum, draw) =>
          sum +
          rightByHand(
            run,
            ({ timestep, noise }) => chosen.includes(timestep) && Math.floor(noise / 8) === draw,
          ),
        0,
      );
    expect(curves.low[1]).toEqual({ trials: 2, correct: both(timesteps.slice(0, 2)), count: 12 });
    expect(curves.high[1]).toEqual({ trials: 2, correct: both(timesteps.slice(-2)), count: 12 });
    expect(curves.middle[1]).toEqual({ trials: 2, correct: both(timesteps.slice(3, 5)), count: 12 });
    expect(curves.even[1]).toEqual({ trials: 2, correct: both([timesteps[2]!, timesteps[6]!]), count: 12 });
    const ends = [timesteps[0]!, timesteps[4]!, timesteps[7]!];
    expect(curves.three[0]).toEqual({ trials: 3, correct: both(ends), count: 12 });
    const shares = exampleShares(run, options, { strategy: 'three', trials: 3 });
    expect(shares).toHaveLength(6);
    expect(shares.reduce((sum, share) => sum + 2 * share, 0)).toBe(both(ends));
  });

  it('reads every timestep alone', () => {
    const points = singleTimesteps(run, options);
    expect(points).toHaveLength(8);
    for (const { timestep, correct, count } of points) {
      const byHand = [0, 1].reduce(
        (sum, draw) =>
          sum + rightByHand(run, (each) => each.timestep === timestep && Math.floor(each.noise / 8) === draw),
        0,
      );
      expect({ timestep, correct, count }).toEqual({ timestep, correct: byHand, count: 12 });
    }
  });

  it('replays elimination as a run with it really goes', async () => {
    const stages = { samples: [2, 8], keep: [5, 1] };
    const real = await scored('stages', ['--stop', 'stages', '--samples', '2,8', '--keep', '5,1']);
    const { metrics, evaluations } = real.last!.scorers.diffusion!;
    const { correct, count, evaluations: each } = replay(run, { metric: 'accuracy', stages });
    expect({ correct, count }).toEqual({ correct: metrics.accuracy!.correct, count: 6 });
    expect(each * count).toBe(evaluations);
    const all = replay(run, { metric: 'accuracy', stages: { samples: [8], keep: [1] } });
    expect(all).toMatchObject({ evaluations: 160, lost: 0, gained: 0 });
  }, 240_000);

  it('replays pruning by another scorer as a run with it really goes', async () => {
    const real = await scored('pruned', ['--prune', '4', '--timesteps', '8']);
    const { metrics, evaluations } = real.last!.scorers.diffusion!;
    const {
      correct,
      count,
      evaluations: each,
    } = replay(run, {
      metric: 'accuracy',
      prune: { by: 'clip', keep: 4 },
    });
    expect({ correct, count }).toEqual({ correct: metrics.accuracy!.correct, count: 6 });
    expect(each).toBe(4 * 8);
    expect(each * count).toBe(evaluations);
    expect(() => replay(run, { metric: 'accuracy', prune: { by: 'nobody', keep: 4 } })).toThrow(
      /has no scores by "nobody" for example .* to prune by/,
    );
  }, 240_000);

  it('refuses what it cannot read, in a sentence', async () => {
    expect(() => replay(run, { metric: 'accuracy', stages: { samples: [2, 4], keep: [5, 1] } })).toThrow(
      /the last stage must take the whole grid of the run: .* \(expected 8 timesteps, got 4\)/,
    );
    const stopped = openRun(join(folder, 'stages'));
    expect(() => samplingCurves(stopped, options)).toThrow(/need a plain grid of timesteps/);
    expect(() => replay(stopped, { metric: 'accuracy' })).toThrow(/can be replayed on a plain run only/);
  });
});
