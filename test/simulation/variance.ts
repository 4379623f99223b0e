/**
 * Which (timestep, noise) pairs decide best for their number, replayed on a stored run:
 *
 *     npm run simulate -- variance RUN [--banks 50]
 *
 * RUN must hold several noises per timestep. Compared at equal numbers of trials: many timesteps with one noise each,
 * fewer with several; noises with their negatives, where the run has such (`--antithetic`); and weights by timestep that are fitted on other examples (two folds) so that the typical contest
 * stands out most from its noise, against equal ones.
 */

import { Random } from '../../src/stats/random.ts';
import { mean, openReplay, type Replay, type ReplayExample } from './replay.ts';

/** The report, line by line. */
export function simulateVariance(folder: string, { banks }: { banks: number }): string[] {
  const replay = openReplay(folder);
  const { examples, timesteps, repeats } = replay;
  const lines = [
    `${examples.length} examples, ${timesteps.length} timesteps, ${repeats} noises each, ${banks} draws`,
    'signs: contests whose sign is that of all trials together; right: examples all of whose contests are won',
    '',
    'trials  timesteps x noises  weights  signs     right',
  ];
  const total = timesteps.length;
  for (const trials of divisors(total).filter((count) => count >= 5)) {
    for (const noises of divisors(trials).filter((count) => count <= repeats && trials / count >= 4)) {
      const designs = [
        { weighted: false, couples: false },
        ...(noises === 1 ? [{ weighted: true, couples: false }] : []),
        ...(noises % 2 === 0 && replay.antithetic ? [{ weighted: false, couples: true }] : []),
      ];
      for (const { weighted, couples } of designs) {
        const design = { steps: trials / noises, noises, weighted, couples, banks };
        const { signs, right } = tryDesign(replay, design);
        const cells = [
          `${trials}`.padEnd(6),
          `${trials / noises} x ${noises}${couples ? ' +-' : ''}`.padEnd(18),
          (weighted ? 'fitted' : 'equal').padEnd(7),
          `${(100 * signs).toFixed(2)} %`.padEnd(8),
          `${(100 * right).toFixed(2)} %`,
        ];
        lines.push(cells.join('  '));
      }
    }
  }
  return lines;
}

function divisors(value: number): number[] {
  return Array.from({ length: value }, (_, k) => k + 1).filter((k) => value % k === 0);
}

interface Design {
  steps: number;
  noises: number;
  weighted: boolean;
  /** Noises are drawn with their negatives. */
  couples: boolean;
  banks: number;
}

function tryDesign(
  { examples, timesteps, repeats }: Replay,
  design: Design,
): { signs: number; right: number } {
  const { steps, noises, weighted, couples, banks } = design;
  const stride = timesteps.length / steps;
  // Li's grid: the middle of each of `steps` equal parts.
  const places = Array.from({ length: steps }, (_, k) => Math.floor((k + 0.5) * stride));
  const random = new Random(2);
  let [same, contests, right, tried] = [0, 0, 0, 0];
  for (const fold of [0, 1]) {
    const own = examples.filter((_, k) => k % 2 === fold);
    const others = examples.filter((_, k) => k % 2 !== fold);
    const weights = weighted ? fitWeights(others, places) : places.map(() => 1);
    for (const { differences } of own) {
      const truths = differences.map((grid) => mean(grid.map(mean)) > 0);
      for (let bank = 0; bank < banks; bank++) {
        const chosen = places.map(() =>
          couples
            ? Array.from({ length: noises / 2 }, () => 2 * random.below(repeats / 2)).flatMap((k) => [
                k,
                k + 1,
              ])
            : Array.from({ length: noises }, () => random.below(repeats)),
        );
        const won = differences.map((grid) => {
          const sum = places.reduce(
            (total, place, k) => total + weights[k]! * mean(chosen[k]!.map((noise) => grid[place]![noise]!)),
            0,
          );
          return sum > 0;
        });
        same += won.filter((value, c) => value === truths[c]).length;
        contests += won.length;
        if (won.every(Boolean)) right++;
        tried++;
      }
    }
  }
  return { signs: same / contests, right: right / tried };
}

/** Weights that make the typical contest's mean largest against its noise: mean over variance, timestep by timestep. */
function fitWeights(examples: readonly ReplayExample[], places: readonly number[]): number[] {
  return places.map((place) => {
    const noises = examples.flatMap(({ differences }) => differences.map((grid) => grid[place]!));
    const variance = mean(noises.map((values) => mean(values.map((value) => (value - mean(values)) ** 2))));
    return Math.max(0, mean(noises.map(mean))) / variance;
  });
}
