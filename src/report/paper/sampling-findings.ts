/** The paper's findings about trials, held against stored ones: timesteps, noises, elimination, pruning. */

import { pairedSpread } from '../../run/paired-spread.ts';
import {
  type CurvePoint,
  exampleShares,
  samplingCurves,
  singleTimesteps,
  strategyTexts,
} from '../../run/sampling-curves.ts';
import { binomialTest } from '../../stats/binomial.ts';
import { holm } from '../../stats/holm.ts';
import { mcnemarExact } from '../../stats/mcnemar.ts';
import { percent } from '../format.ts';
import { ALPHA, pText } from './better.ts';
import type { Material } from './material.ts';
import { PAPER_ANALYSIS } from './outcome.ts';
import type { PaperFinding } from './paper-report.ts';
import { type Saving, saved } from './trial-tables.ts';

/** Share of a variance that counts as much smaller. */
const MUCH_SMALLER = 0.5;

/** What a saving may need at most of all evaluations to count as one. */
const SAVES = 0.5;

/** @param savings elimination and pruning, each with what the paper says of it */
export function samplingFindings(
  material: Material,
  savings: { stages: Saving; prune: Saving },
): PaperFinding[] {
  const places = [...material.sets.keys()];
  return [
    ...steadyDifferences(material),
    ...places.map((place) => middlePeak(material, place)),
    ...places.map((place) => moreIsBetter(material, place)),
    ...places.map((place) => evenIsBest(material, place)),
    ...places.map((place) =>
      cheaper(material, place, {
        claim: 'Eliminating captions in stages saves most evaluations and loses no accuracy.',
        counterpart: 'section 4.2, Table 6',
        saving: savings.stages,
      }),
    ),
    ...places.map((place) =>
      cheaper(material, place, {
        claim: 'Pruning captions by CLIP beforehand saves most evaluations and loses no accuracy.',
        counterpart: 'Table 7',
        saving: savings.prune,
      }),
    ),
  ];
}

/** The paired design: with the same noises a difference between captions varies less than the errors do. */
function steadyDifferences({ sets, parts }: Material): PaperFinding[] {
  const spreads = sets.map(({ label, zeroShot }) => ({
    label,
    spread: pairedSpread(zeroShot, parts.diffusion.scorer, 'epsilon'),
  }));
  const against = [
    {
      claim:
        'Over noises, the difference between two captions with the same noise varies much less than the errors themselves.',
      counterpart: 'section 3.3, Figure 2',
      of: 'error',
      what: 'one error',
    },
    {
      claim:
        'Giving captions the same noises makes their difference vary much less than noises of their own.',
      counterpart: 'section 3.3',
      of: 'unpaired',
      what: 'a difference with noises of their own',
    },
  ] as const;
  return against.flatMap(({ claim, counterpart, of, what }) =>
    spreads.map(({ label, spread }): PaperFinding => {
      const share = (spread.paired / spread[of]) ** 2;
      return {
        claim,
        on: label,
        counterpart,
        holds: share <= MUCH_SMALLER ? 'holds' : 'does not hold',
        measured: `Standard deviation over noises, thousandths: ${(1000 * spread.paired).toFixed(2)} of a difference with the same noises, ${(1000 * spread[of]).toFixed(2)} of ${what}; the variance is ${percent(share)} % of it. Much less means at most half the variance.`,
      };
    }),
  );
}

/** Where a single timestep does best: away from both ends of the range. */
function middlePeak({ sets, parts }: Material, place: number): PaperFinding {
  const { label, zeroShot } = sets[place]!;
  const { scorer } = parts.diffusion;
  const points = singleTimesteps(zeroShot, optionsOf(scorer));
  const best = points.reduce((a, b) => (b.correct > a.correct ? b : a));
  const [low, high] = [points[0]!, points.at(-1)!].map(({ correct, count }) => percent(correct / count));
  const view = zeroShot.views.get(scorer);
  const total = view?.kind === 'diffusion' ? view.schedule.timesteps : Number.NaN;
  const isMiddle = best.timestep >= 0.3 * total && best.timestep <= 0.7 * total;
  return {
    claim: 'Alone, a timestep from the middle of the range does best, not one near either end.',
    on: label,
    counterpart: 'section 4.1, Figure 3',
    holds: isMiddle ? 'holds' : 'does not hold',
    measured: `Best at timestep ${best.timestep} (${percent(best.correct / best.count)}); the lowest ${low}, the highest ${high}. Middle means 30 to 70 % of the range; shares alone, without a test.`,
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
    claim: 'Accuracy rises with the number of trials when timesteps are spread evenly.',
    on: label,
    counterpart: 'Figure 4',
    holds: p >= ALPHA ? 'undecided' : above > below ? 'holds' : 'does not hold',
    measured: `${even.map((point) => `${percent(shareOf(point))} with ${point.trials}`).join(', ')} trials per caption; ${above} examples better with all than with ${first.trials}, ${below} worse, sign test ${pText(p)}.`,
  };
}

/** Evenly spread timesteps against other strategies, at all trials that the first, middle and last one have. */
function evenIsBest(material: Material, place: number): PaperFinding {
  const { label, zeroShot } = material.sets[place]!;
  const options = optionsOf(material.parts.diffusion.scorer);
  const { trials } = samplingCurves(zeroShot, options).three.at(-1)!;
  const base = exampleShares(zeroShot, options, { strategy: 'even', trials });
  const even = mean(base);
  const others = (['low', 'middle', 'high', 'three'] as const).map((strategy) => {
    const shares = exampleShares(zeroShot, options, { strategy, trials });
    return { strategy, share: mean(shares), ...signTest(shares, base) };
  });
  const adjusted = holm(others.map(({ p }) => p));
  const isBeaten = others.some(({ above, below }, k) => above > below && adjusted[k]! < ALPHA);
  return {
    claim:
      'At the same number of trials, timesteps spread evenly over the whole range do at least as well as other choices.',
    on: label,
    counterpart: 'section 4.1, Figure 4',
    holds: isBeaten ? 'does not hold' : others.every(({ share }) => share <= even) ? 'holds' : 'undecided',
    measured: `With ${trials} trials per caption: evenly spread ${percent(even)}; ${others.map(({ strategy, share }, k) => `${strategyTexts[strategy]} ${percent(share)} (${pText(adjusted[k]!)})`).join('; ')}. Sign tests over examples, Holm-corrected.`,
  };
}

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
    claim,
    on: material.sets[place]!.label,
    counterpart,
    holds: !isCheap || (isWorse && p < ALPHA) ? 'does not hold' : isWorse ? 'undecided' : 'holds',
    measured: `${saving.name}: ${early.correct} of ${early.count} right with ${early.evaluations.toFixed(0)} evaluations per image, ${full.correct} with all ${full.evaluations.toFixed(0)}; lost ${early.lost}, gained ${early.gained}, exact McNemar ${pText(p)}.`,
  };
}

/** Exact sign test on the examples whose shares differ: how many of a are above b's, and below. */
function signTest(a: readonly number[], b: readonly number[]): { above: number; below: number; p: number } {
  const above = a.filter((share, k) => share > b[k]!).length;
  const below = a.filter((share, k) => share < b[k]!).length;
  return { above, below, p: binomialTest(above, above + below, 0.5) };
}

function optionsOf(scorer: string) {
  return { scorer, metric: 'accuracy', ...PAPER_ANALYSIS } as const;
}

function shareOf({ correct, count }: CurvePoint): number {
  return correct / count;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
