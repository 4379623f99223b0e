/** The paper's tables, from stored runs. */

import type { ScoreLoss } from '../../diffusion/denoising-error.ts';
import { pairedSpread } from '../../run/paired-spread.ts';
import { replay, type StageSetting } from '../../run/replays.ts';
import { weightingName } from '../../scoring/weighting.ts';
import type { Material, Part } from './material.ts';
import { ROLES } from './material.ts';
import { cellOf, chanceCell, outcomes, shareCell } from './outcome.ts';
import type { PaperCell, PaperTable } from './paper-report.ts';

/** Winoground's categories, as Diwan et al. and Li et al. report them. */
const CATEGORIES = ['Object', 'Relation', 'Both'] as const;
const LOSSES: readonly { loss: ScoreLoss; title: string }[] = [
  { loss: 'mse', title: 'squared (l2)' },
  { loss: 'mae', title: 'absolute (l1)' },
  { loss: 'huber', title: 'Huber' },
];

/** Zero-shot classification beside the baselines: the paper's Table 1. */
export function zeroShotTable({ sets, parts }: Material): PaperTable {
  return {
    id: 'zero-shot',
    title: 'Classification: zero-shot against baselines of the same model, and CLIP',
    counterpart: 'Table 1',
    head: ['accuracy, percent', ...sets.map(({ label }) => label)],
    rows: [
      { name: 'chance', cells: sets.map(({ zeroShot }) => chanceCell(zeroShot, 'accuracy')) },
      ...ROLES.map((role) => ({
        name: parts[role].title,
        cells: sets.map(({ zeroShot }) =>
          cellOf(outcomes(zeroShot, { scorer: parts[role].scorer, metric: 'accuracy' })),
        ),
      })),
    ],
    notes: [
      'The linear probe is no part of the paper; it reads the same features as the ResNet above it.',
      'Baselines are trained on the trained look alone; the shifted look is new to all.',
    ],
  };
}

/** Text score by category: the paper's table for Winoground. */
export function swapsTable(material: Material, place: number): PaperTable {
  const { label, run } = material.swaps[place]!;
  const row = ({ scorer, title }: Part) => ({
    name: title,
    cells: [...CATEGORIES.map((tag) => ({ tag })), {}].map((of) =>
      cellOf(outcomes(run, { scorer, metric: 'text', ...of })),
    ),
  });
  return {
    id: `swaps-${place + 1}`,
    title: `Same words, two images: text score by category, ${label}`,
    counterpart: 'Table 3',
    head: ['text score, percent', ...CATEGORIES, 'all'],
    rows: [
      { name: 'chance', cells: [...CATEGORIES, 'all'].map(() => chanceCell(run, 'text')) },
      row(material.parts.clip),
      row(material.parts.diffusion),
    ],
    notes: ['The paper gives text scores only; image and group scores are in the runs.'],
  };
}

/** The class-conditional diffusion model against classifiers trained on the same labels: the paper's table for DiT. */
export function supervisedTable({ sets, discriminative, dit }: Material): PaperTable {
  return {
    id: 'supervised',
    title: 'Trained on labels: the class-conditional diffusion model against discriminative classifiers',
    counterpart: 'Table 4',
    head: ['accuracy, percent', ...sets.map(({ label }) => label)],
    rows: [
      ...discriminative.map(({ scorer, title }) => ({
        name: title,
        cells: sets.map(({ supervised }) => cellOf(outcomes(supervised, { scorer, metric: 'accuracy' }))),
      })),
      {
        name: dit.title,
        cells: sets.map(({ supervised }) =>
          cellOf(outcomes(supervised, { scorer: dit.scorer, metric: 'accuracy' })),
        ),
      },
    ],
    notes: [],
  };
}

/** Which error is averaged: the paper's ablation of the loss. */
export function lossTable({ sets, swaps, parts }: Material): PaperTable {
  const { scorer } = parts.diffusion;
  return {
    id: 'loss',
    title: 'Which error is averaged, zero-shot',
    counterpart: 'the ablation of the loss',
    head: ['loss', ...sets.map(({ label }) => label), ...swaps.map(({ label }) => `text score, ${label}`)],
    rows: LOSSES.map(({ loss, title }) => {
      const analysis = { loss, errorSpace: 'native' as const };
      return {
        name: title,
        cells: [
          ...sets.map(({ zeroShot }) => cellOf(outcomes(zeroShot, { scorer, metric: 'accuracy', analysis }))),
          ...swaps.map(({ run }) => cellOf(outcomes(run, { scorer, metric: 'text', analysis }))),
        ],
      };
    }),
    notes: [`All from the same trials; weights of the timesteps: ${weightingName(undefined)}.`],
  };
}

/** Elimination in stages replayed on the stored trials: verdicts and evaluations. */
export function eliminationTable(
  { sets, parts }: Material,
  settings: readonly (StageSetting & { name: string })[],
): PaperTable {
  const { scorer } = parts.diffusion;
  const heads = sets.flatMap(({ label }) => [
    label,
    `evaluations per image, ${label}`,
    `same verdict, ${label}`,
  ]);
  return {
    id: 'elimination',
    title: 'Captions eliminated in stages',
    counterpart: 'Table 6',
    head: ['kept after each stage / timesteps', ...heads],
    rows: settings.map(({ name, ...stages }) => ({
      name,
      cells: sets.flatMap(({ zeroShot }): (PaperCell | undefined)[] => {
        const found = replay(zeroShot, { scorer, metric: 'accuracy', stages });
        const { correct, count, evaluations, same } = found;
        return [shareCell(correct, count), { text: evaluations.toFixed(0) }, { text: `${same} of ${count}` }];
      }),
    })),
    notes: ["Replayed on the run's stored trials, one noise per timestep, in the order of Li et al.'s code."],
  };
}

/** Why all captions share their noises: spreads over noises, in thousandths. */
export function spreadTable({ sets, parts }: Material): PaperTable {
  const found = sets.map(({ zeroShot }) => pairedSpread(zeroShot, parts.diffusion.scorer));
  const row = (name: string, of: (spread: (typeof found)[number]) => number) => ({
    name,
    cells: found.map((spread) => ({ text: (1000 * of(spread)).toFixed(2) })),
  });
  return {
    id: 'spread',
    title: 'Why captions share their noises: standard deviations over noises at a fixed timestep',
    counterpart: 'Figure 2',
    head: ['mean squared error, thousandths', ...sets.map(({ label }) => label)],
    rows: [
      row('of one error', ({ error }) => error),
      row('of the difference of two captions with noises of their own', ({ unpaired }) => unpaired),
      row('of the difference of two captions with the same noises', ({ paired }) => paired),
    ],
    notes: ['Each wrong caption against the true one; root mean square over images, captions and timesteps.'],
  };
}

/** What the class-conditional model is scored by: the paper's Table 5 has squares, the variational bound and their sum. */
export function objectiveTable({ sets, dit }: Material): PaperTable {
  const objectives = [
    { loss: 'mse', title: 'squared error (l2)' },
    { loss: 'vlb', title: 'variational bound' },
    { loss: 'mse+vlb', title: 'sum of both' },
  ] as const;
  return {
    id: 'objective',
    title: 'What the class-conditional model is scored by',
    counterpart: 'Table 5',
    head: ['accuracy, percent', ...sets.map(({ label }) => label)],
    rows: objectives.map(({ loss, title }) => ({
      name: title,
      cells: sets.map(({ supervised }) =>
        cellOf(
          outcomes(supervised, {
            scorer: dit.scorer,
            metric: 'accuracy',
            analysis: { loss, errorSpace: 'native' },
          }),
        ),
      ),
    })),
    notes: ['All from the same trials.'],
  };
}
