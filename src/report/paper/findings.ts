/** What the paper found, held against what was measured here. */

import { pairedSpread } from '../../run/paired-spread.ts';
import { replay, type StageSetting } from '../../run/replays.ts';
import { type CurvePoint, samplingCurves, singleTimesteps } from '../../run/sampling-curves.ts';
import { percent, pValue } from '../format.ts';
import type { Material, Part } from './material.ts';
import { type Duel, duel, type Outcomes, outcomes } from './outcome.ts';
import type { Holds, PaperFinding } from './paper-report.ts';

/** A difference with a smaller p counts as shown. */
const ALPHA = 0.05;

/** All findings that can be read from the material, in the paper's order. */
export function findingsOf(material: Material, stages: StageSetting): PaperFinding[] {
  const { sets, swaps, parts, discriminative, dit } = material;
  const zeroShot = (place: number, { scorer }: Part) =>
    outcomes(sets[place]!.zeroShot, { scorer, metric: 'accuracy' });
  const findings: PaperFinding[] = [];
  for (const [place, { label }] of sets.entries()) {
    const ours = { name: parts.diffusion.title, of: zeroShot(place, parts.diffusion) };
    findings.push(
      better(
        {
          claim: `The zero-shot classifier beats a classifier trained on the model's own images (${label}).`,
          counterpart: 'Table 1, all eight sets',
        },
        [ours, { name: parts.synthetic.title, of: zeroShot(place, parts.synthetic) }],
      ),
    );
  }
  const shifted = sets.at(-1)!;
  findings.push(
    better(
      {
        claim: `Under a shift the zero-shot classifier beats a classifier trained on the model's features of labelled images (${shifted.label}).`,
        counterpart: 'Table 1, ObjectNet',
      },
      [
        { name: parts.diffusion.title, of: zeroShot(sets.length - 1, parts.diffusion) },
        { name: parts.features.title, of: zeroShot(sets.length - 1, parts.features) },
      ],
    ),
  );
  for (const { label, run } of swaps) {
    const of = ({ scorer }: Part) => outcomes(run, { scorer, metric: 'text' });
    findings.push(
      better(
        {
          claim: `On swaps of the same words the diffusion classifier's text score is above CLIP's (${label}).`,
          counterpart: 'Table 3',
        },
        [
          { name: parts.diffusion.title, of: of(parts.diffusion) },
          { name: parts.clip.title, of: of(parts.clip) },
        ],
      ),
    );
  }
  for (const [place, { label }] of sets.entries())
    findings.push(evenIsBest(material, place, label), stagesKeep(material, place, { label, stages }));
  findings.push(middlePeak(material), steadyDifferences(material));
  if (discriminative.length > 0) {
    const best = discriminative
      .map((part) => ({
        part,
        of: outcomes(shifted.supervised, { scorer: part.scorer, metric: 'accuracy' }),
      }))
      .sort((a, b) => share(b.of) - share(a.of))[0]!;
    findings.push(
      better(
        {
          claim: `Under a shift the supervised diffusion classifier is above the best of the discriminative ones (${shifted.label}).`,
          counterpart: 'Table 4, ImageNet-A',
        },
        [
          {
            name: dit.title,
            of: outcomes(shifted.supervised, { scorer: dit.scorer, metric: 'accuracy' }),
          },
          { name: best.part.title, of: best.of },
        ],
      ),
    );
  }
  return findings;
}

type Named = { name: string; of: Outcomes };

/** Whether the first is above the second, by an exact McNemar test. */
function better(about: Pick<PaperFinding, 'claim' | 'counterpart'>, [a, b]: [Named, Named]): PaperFinding {
  const found = duel(a.of, b.of);
  if (!found) return { ...about, holds: 'undecided', measured: 'The two have no example in common.' };
  return {
    ...about,
    holds: holdsIn(found),
    measured: `${a.name} ${percent(found.a)}, ${b.name} ${percent(found.b)} on ${found.count} examples; only the first right ${found.aOnly}, only the second ${found.bOnly}, exact McNemar p = ${pValue(found.p)}.`,
  };
}

function holdsIn({ aOnly, bOnly, p }: Duel): Holds {
  if (p >= ALPHA) return 'undecided';
  return aOnly > bOnly ? 'holds' : 'does not hold';
}

/** Evenly spread timesteps against the other strategies at the number of trials of a quarter of the grid. */
function evenIsBest({ sets, parts }: Material, place: number, label: string): PaperFinding {
  const curves = samplingCurves(sets[place]!.zeroShot, {
    scorer: parts.diffusion.scorer,
    metric: 'accuracy',
    loss: 'mse',
  });
  const trials = curves.even.map((point) => point.trials);
  const quarter = trials[Math.max(0, Math.floor(trials.length / 2) - 1)]!;
  const at = (points: readonly CurvePoint[]) => points.find((point) => point.trials === quarter);
  const even = shareAt(at(curves.even))!;
  const others = (['low', 'middle', 'high', 'one', 'four'] as const).flatMap((name) => {
    const value = shareAt(at(curves[name]));
    return value === undefined ? [] : [{ name, value }];
  });
  const above = others.filter(({ value }) => value > even);
  return {
    claim: `At the same number of trials, timesteps spread evenly do at least as well as any other choice (${label}).`,
    counterpart: 'Figure 4',
    holds: above.length === 0 ? 'holds' : 'does not hold',
    measured: `With ${quarter} trials per caption: even ${percent(even)}; ${others.map(({ name, value }) => `${name} ${percent(value)}`).join(', ')}. Shares alone, without a test.`,
  };
}

function shareAt(point: CurvePoint | undefined): number | undefined {
  return point && point.correct / point.count;
}

/** Elimination: fewer evaluations, the same answers. */
function stagesKeep(
  { sets, parts }: Material,
  place: number,
  { label, stages }: { label: string; stages: StageSetting },
): PaperFinding {
  const options = { scorer: parts.diffusion.scorer, metric: 'accuracy' } as const;
  const { zeroShot } = sets[place]!;
  const early = replay(zeroShot, { ...options, stages });
  const full = replay(zeroShot, options);
  const lost = full.correct - early.correct;
  return {
    claim: `Eliminating captions in stages saves most evaluations and loses no accuracy (${label}).`,
    counterpart: 'section 4, Table 6',
    holds: lost <= 0 ? 'holds' : lost / full.count > 0.02 ? 'does not hold' : 'undecided',
    measured: `${early.correct} of ${early.count} right with ${early.evaluations.toFixed(0)} evaluations per image, ${full.correct} with all ${full.evaluations.toFixed(0)}; the same verdict on ${early.same}.`,
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
    const range = zeroShot.views.get(parts.diffusion.scorer);
    const total = range?.kind === 'diffusion' ? range.schedule.timesteps : Number.NaN;
    return { label, best, isMiddle: best.timestep >= 0.3 * total && best.timestep <= 0.7 * total };
  });
  return {
    claim: 'Alone, a timestep from the middle of the range does best, not one near either end.',
    counterpart: 'Figure 3',
    holds: found.every(({ isMiddle }) => isMiddle) ? 'holds' : 'does not hold',
    measured: `${found.map(({ label, best }) => `${label}: best at ${best.timestep} (${percent(best.correct / best.count)})`).join('; ')}. Middle means 30 to 70 % of the range.`,
  };
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
    counterpart: 'Figure 2, section 4.2',
    holds: found.every(({ paired, unpaired }) => paired < unpaired) ? 'holds' : 'does not hold',
    measured: `${found.map(({ label, paired, unpaired }) => `${label}: standard deviation of a difference ${(1000 * paired).toFixed(2)} thousandths with the same noises, ${(1000 * unpaired).toFixed(2)} with noises of their own`).join('; ')}.`,
  };
}

function share(of: Outcomes): number {
  return of.size === 0 ? 0 : [...of.values()].filter(Boolean).length / of.size;
}
