/** The paper's findings about trials, held against stored ones: timesteps, noises, elimination, pruning. */

import { pairedSpread } from '../../run/paired-spread.ts';
import {
  type CurvePoint,
  exampleShares,
  samplingCurves,
  singleTimesteps,
} from '../../run/sampling-curves.ts';
import { binomialTest } from '../../stats/binomial.ts';
import { holm } from '../../stats/holm.ts';
import { mcnemarExact } from '../../stats/mcnemar.ts';
import { percent, pValue } from '../format.ts';
import { ALPHA } from './better.ts';
import type { Material } from './material.ts';
import type { PaperFinding } from './paper-report.ts';
import { type Saving, saved } from './trial-tables.ts';

/** What a saving may need at most of all evaluations to count as one. */
const SAVES = 0.5;

/** @param savings elimination and pruning, each with what the paper says of it */
export function samplingFindings(
  material: Material,
  savings: { stages: Saving; prune: Saving },
): PaperFinding[] {
  const places = [...material.sets.keys()];
  return [
    steadyDifferences(material),
    middlePeak(material),
    ...places.map((place) => moreIsBetter(material, place)),
    ...places.map((place) => evenIsBest(material, place)),
    ...places.map((place) =>
      cheaper(material, place, {
        claim: 'Eliminating captions in stages saves most evaluations and loses no accuracy',
        counterpart: 'section 4.2, Table 6',
        saving: savings.stages,
      }),
    ),
    ...places.map((place) =>
      cheaper(material, place, {
        claim: 'Pruning captions by CLIP beforehand saves most evaluations and loses no accuracy',
        counterpart: 'Table 7',
        saving: savings.prune,
      }),
    ),
  ];
}

/** The paired design: with the same noises a difference between captions varies less than the errors do. */
function steadyDifferences({ sets, parts }: Material): PaperFinding {
  const found = sets.map(({ label, zeroShot }) => ({
    label,
    ...pairedSpread(zeroShot, parts.diffusion.scorer),
  }));
  return {
    claim:
      'Errors vary with the noise; the difference between two captions with the same noise is far steadier.',
    counterpart: 'section 3.3, Figure 2',
    holds: found.every(({ paired, unpaired }) => 2 * paired <= unpaired) ? 'holds' : 'does not hold',
    measured: `${found.map(({ label, paired, unpaired }) => `${label}: standard deviation of a difference ${(1000 * paired).toFixed(2)} thousandths with the same noises, ${(1000 * unpaired).toFixed(2)} with noises of their own`).join('; ')}. Far steadier means at most half.`,
  };
}

/** Where a single timestep does best: away from both ends of the range. */
function middlePeak({ sets, parts }: Material): PaperFinding {
  const found = sets.map(({ label, zeroShot }) => {
    const points = singleTimesteps(zeroShot, {
      scorer: parts.diffusion.scorer,
      metric: 'accuracy',
      loss: 'mse',
    });
    const best = points.reduce((a, b) => (b.correct > a.correct ? b : a));
    const ends = [points[0]!, points.at(-1)!].map(({ correct, count }) => percent(correct / count));
    const view = zeroShot.views.get(parts.diffusion.scorer);
    const total = view?.kind === 'diffusion' ? view.schedule.timesteps : Number.NaN;
    return { label, best, ends, isMiddle: best.timestep >= 0.3 * total && best.timestep <= 0.7 * total };
  });
  return {
    claim: 'Alone, a timestep from the middle of the range does best, not one near either end.',
    counterpart: 'section 4.1, Figure 3',
    holds: found.every(({ isMiddle }) => isMiddle) ? 'holds' : 'does not hold',
    measured: `${found.map(({ label, best, ends }) => `${label}: best at ${best.timestep} (${percent(best.correct / best.count)}), the lowest timestep ${ends[0]}, the highest ${ends[1]}`).join('; ')}. Middle means 30 to 70 % of the range; shares alone, without a test.`,
  };
}

/** One trial against all, evenly spread. */
function moreIsBetter(material: Material, place: number): PaperFinding {
  const { label, zeroShot } = material.sets[place]!;
  const { scorer } = material.parts.diffusion;
  const { even } = samplingCurves(zeroShot, optionsOf(scorer));
  const [first, last] = [even[0]!, even.at(-1)!];
  const { p, above, below } = signTest(
    exampleShares(zeroShot, optionsOf(scorer), { strategy: 'even', trials: last.trials }),
    exampleShares(zeroShot, optionsOf(scorer), { strategy: 'even', trials: first.trials }),
  );
  return {
    claim: `Accuracy rises with the number of trials when timesteps are spread evenly (${label}).`,
    counterpart: 'Figure 4',
    holds: p >= ALPHA ? 'undecided' : above > below ? 'holds' : 'does not hold',
    measured: `${even.map((point) => `${percent(shareOf(point))} with ${point.trials}`).join(', ')} trials per caption; ${above} examples better with all than with ${first.trials}, ${below} worse, sign test p = ${pValue(p)}.`,
  };
}

/** Evenly spread timesteps against every other strategy, at the largest number of trials that most of them have. */
function evenIsBest(material: Material, place: number): PaperFinding {
  const { label, zeroShot } = material.sets[place]!;
  const { scorer } = material.parts.diffusion;
  const curves = samplingCurves(zeroShot, optionsOf(scorer));
  // As many as a strategy of four timesteps has: beyond that only whole grids are left to compare.
  const trials = curves.four.at(-1)!.trials;
  const at = (points: readonly CurvePoint[]) => points.find((point) => point.trials === trials);
  const even = at(curves.even);
  const about = {
    claim: `At the same number of trials, timesteps spread evenly over the whole range do at least as well as others (${label}).`,
    counterpart: 'section 4.1, Figure 4',
  };
  if (!even)
    return { ...about, holds: 'undecided', measured: `No run of ${trials} evenly spread trials is stored.` };
  const shares = (strategy: keyof typeof curves) =>
    exampleShares(zeroShot, optionsOf(scorer), { strategy, trials });
  const base = shares('even');
  const others = (['low', 'middle', 'high', 'four'] as const).flatMap((strategy) => {
    const point = at(curves[strategy]);
    return point ? [{ strategy, share: shareOf(point), ...signTest(shares(strategy), base) }] : [];
  });
  const adjusted = holm(others.map(({ p }) => p));
  const isBeaten = others.some(({ above, below }, k) => above > below && adjusted[k]! < ALPHA);
  const isFirst = others.every(({ share }) => share <= shareOf(even));
  return {
    ...about,
    holds: isBeaten ? 'does not hold' : isFirst ? 'holds' : 'undecided',
    measured: `With ${trials} trials per caption: evenly spread ${percent(shareOf(even))}; ${others.map(({ strategy, share }, k) => `${IN_WORDS[strategy]} ${percent(share)} (p = ${pValue(adjusted[k]!)})`).join(', ')}. Sign tests over examples, Holm-corrected.`,
  };
}

const IN_WORDS = {
  low: 'lowest timesteps',
  middle: 'middle ones',
  high: 'highest ones',
  four: 'four even ones with more noises',
} as const;

/** Fewer evaluations, the same answers. */
function cheaper(
  material: Material,
  place: number,
  { saving, claim, counterpart }: { saving: Saving; claim: string; counterpart: string },
): PaperFinding {
  const early = saved(material, place, saving);
  const full = saved(material, place, { name: 'none' });
  const p = mcnemarExact(early.lost, early.gained);
  const isCheap = early.evaluations <= SAVES * full.evaluations;
  const isWorse = early.lost > early.gained;
  return {
    claim: `${claim} (${material.sets[place]!.label}).`,
    counterpart,
    holds: !isCheap || (isWorse && p < ALPHA) ? 'does not hold' : isWorse ? 'undecided' : 'holds',
    measured: `${saving.name}: ${early.correct} of ${early.count} right with ${early.evaluations.toFixed(0)} evaluations per image, ${full.correct} with all ${full.evaluations.toFixed(0)}; lost ${early.lost}, gained ${early.gained}, exact McNemar p = ${pValue(p)}.`,
  };
}

/** Exact sign test on the examples whose shares differ: how many of a are above b's, and below. */
function signTest(a: readonly number[], b: readonly number[]): { above: number; below: number; p: number } {
  const above = a.filter((share, k) => share > b[k]!).length;
  const below = a.filter((share, k) => share < b[k]!).length;
  return { above, below, p: binomialTest(above, above + below, 0.5) };
}

function optionsOf(scorer: string) {
  return { scorer, metric: 'accuracy', loss: 'mse' } as const;
}

function shareOf({ correct, count }: CurvePoint): number {
  return correct / count;
}
