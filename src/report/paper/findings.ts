/** What the paper found about models, held against what was measured here; what it found about trials is beside it. */

import type { ScoreLoss } from '../../diffusion/denoising-error.ts';
import { percent, signed } from '../format.ts';
import type { RobustnessReport } from '../robustness.ts';
import { ALPHA, better, type Named, pText } from './better.ts';
import type { Material, Part, Role } from './material.ts';
import { duel, type Outcomes, outcomes } from './outcome.ts';
import type { PaperFinding } from './paper-report.ts';

/** All findings about models that can be read from the material, in the paper's order. */
export function modelFindings(material: Material, effective: RobustnessReport): PaperFinding[] {
  return [
    ...zeroShotFindings(material),
    ...swapFindings(material),
    ...supervisedFindings(material, effective),
    ...lossFindings(material),
  ];
}

/** Table 1: the zero-shot classifier against the baselines and CLIP, on every set. */
function zeroShotFindings({ sets, parts }: Material): PaperFinding[] {
  const against: readonly { role: Role; claim: string; counterpart: readonly string[] }[] = [
    {
      role: 'synthetic',
      claim: "The zero-shot classifier beats a classifier trained on the model's own images",
      counterpart: ['Table 1, all eight sets', 'Table 1, ObjectNet'],
    },
    {
      role: 'features',
      claim: "The zero-shot classifier beats a classifier on the model's features of labelled images",
      counterpart: ['Table 1, six of eight sets', 'Table 1, ObjectNet'],
    },
    {
      role: 'clip',
      claim: 'The zero-shot classifier beats CLIP',
      counterpart: ['Table 1, CLIP ResNet-50, seven of eight sets', 'Table 1, ObjectNet'],
    },
  ];
  return against.flatMap(({ role, claim, counterpart }) =>
    sets.map(({ label, zeroShot }, place) => {
      const of = ({ scorer, title }: Part): Named => ({
        name: title,
        of: outcomes(zeroShot, { scorer, metric: 'accuracy' }),
      });
      return better({ claim: `${claim}.`, on: label, counterpart: counterpart[Math.min(place, 1)]! }, [
        of(parts.diffusion),
        of(parts[role]),
      ]);
    }),
  );
}

/** Table 3. */
function swapFindings({ swaps, parts }: Material): PaperFinding[] {
  return swaps.map(({ label, run }) => {
    const of = ({ scorer, title }: Part): Named => ({
      name: title,
      of: outcomes(run, { scorer, metric: 'text' }),
    });
    return better(
      {
        claim: "On swaps of the same words the diffusion classifier's text score is above CLIP's.",
        on: label,
        counterpart: 'Table 3',
      },
      [of(parts.diffusion), of(parts.clip)],
    );
  });
}

/** Table 4 and Figure 6: the class-conditional model against the best discriminative one, and against their line. */
function supervisedFindings(
  { sets, discriminative, dit }: Material,
  effective: RobustnessReport,
): PaperFinding[] {
  const shifted = sets.at(-1)!;
  const of = (part: Part): Outcomes =>
    outcomes(shifted.supervised, { scorer: part.scorer, metric: 'accuracy' });
  const [best] = discriminative
    .map(({ title, scorer }) => ({ name: title, of: of({ title, scorer }) }))
    .sort((a, b) => shareOf(b.of) - shareOf(a.of));
  const findings: PaperFinding[] = [];
  if (best) {
    findings.push(
      better(
        {
          claim:
            'Under a shift the supervised diffusion classifier is above the best of the discriminative ones.',
          on: shifted.label,
          counterpart: 'section 6.3.1, Table 4, ImageNet-A; not on ImageNetV2 and ObjectNet',
        },
        [{ name: dit.title, of: of(dit) }, best],
      ),
    );
  }
  return [...findings, aboveTheLine(effective, dit.title)];
}

/** Effective robustness: the class-conditional model above the line through the discriminative ones. */
function aboveTheLine({ rows, line, why, sets }: RobustnessReport, model: string): PaperFinding {
  const about = {
    claim:
      'The supervised diffusion classifier lies above the line of discriminative models: it has effective robustness.',
    on: sets.shifted,
    counterpart: 'section 6.3.1, Figure 6, ImageNet-A; not on ImageNetV2 and ObjectNet',
  };
  const row = rows.find((one) => one.model === model);
  if (!line || row?.effective === undefined || row.effectiveCi95 === undefined)
    return { ...about, holds: 'undecided', measured: why ?? 'The line says nothing at its accuracy.' };
  const [low, high] = row.effectiveCi95;
  return {
    ...about,
    holds: low > 0 ? 'holds' : high < 0 ? 'does not hold' : 'undecided',
    measured: `${model}: ${percent(row.id)} and ${percent(row.shifted)} under the shift; the line through ${rows.filter(({ isBaseline }) => isBaseline).length} discriminative models predicts ${percent(row.predicted!)}: ${signed(row.effective)} [${signed(low)}, ${signed(high)}] points.`,
  };
}

/** Tables 8, 5 and 9: which error is averaged. */
function lossFindings({ sets, parts, dit }: Material): PaperFinding[] {
  const [first] = sets;
  const supervised = (loss: ScoreLoss): Outcomes =>
    outcomes(first!.supervised, {
      scorer: dit.scorer,
      metric: 'accuracy',
      analysis: { loss, errorSpace: 'native' },
    });
  const squared = { name: 'squared error', of: supervised('mse') };
  return [
    noLossIsBest({ sets, parts }),
    better(
      {
        claim: 'The class-conditional model is better by the squared error than by the variational bound.',
        on: first!.label,
        counterpart: 'section 6.3.3, Table 5',
      },
      [squared, { name: 'variational bound', of: supervised('vlb') }],
    ),
    better(
      {
        claim: 'The class-conditional model is better by the squared error than by the absolute one.',
        on: first!.label,
        counterpart: 'appendix C, Table 9',
      },
      [squared, { name: 'absolute error', of: supervised('mae') }],
    ),
  ];
}

/** Zero-shot, l1 beats l2 on about half of the paper's sets: it holds where each wins one here. */
function noLossIsBest({ sets, parts }: Pick<Material, 'sets' | 'parts'>): PaperFinding {
  const { scorer } = parts.diffusion;
  const found = sets.flatMap(({ label, zeroShot }) => {
    const of = (loss: ScoreLoss) =>
      outcomes(zeroShot, { scorer, metric: 'accuracy', analysis: { loss, errorSpace: 'epsilon' } });
    const one = duel(of('mse'), of('mae'));
    return one ? [{ label, ...one }] : [];
  });
  const wins = (isSquared: boolean) =>
    found.some(({ aOnly, bOnly, p }) => p < ALPHA && aOnly > bOnly === isSquared);
  const [squared, absolute] = [wins(true), wins(false)];
  return {
    claim: 'Zero-shot, neither the squared nor the absolute error is better on all data.',
    on: 'all sets',
    counterpart: 'appendix C, Table 8: squared on four sets, absolute on three, one tie',
    holds: squared && absolute ? 'holds' : squared || absolute ? 'does not hold' : 'undecided',
    measured: `${found.map(({ label, a, b, aOnly, bOnly, p }) => `${label}: squared ${percent(a)}, absolute ${percent(b)}, only squared right ${aOnly}, only absolute ${bOnly}, exact McNemar ${pText(p)}`).join('; ')}.`,
  };
}

function shareOf(of: Outcomes): number {
  return of.size === 0 ? 0 : [...of.values()].filter(Boolean).length / of.size;
}
