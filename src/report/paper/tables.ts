/** The paper's tables of accuracies, from stored runs. */

import type { ScoreLoss } from '../../diffusion/denoising-error.ts';
import type { ErrorSpace } from '../../scoring/error-space.ts';
import { weightingName } from '../../scoring/weighting.ts';
import type { Material, Part } from './material.ts';
import { ROLES } from './material.ts';
import { cellOf, chanceCell, outcomes } from './outcome.ts';
import type { PaperTable } from './paper-report.ts';
import {
  PUBLISHED_LOSSES,
  PUBLISHED_OBJECTIVES,
  PUBLISHED_SUPERVISED,
  publishedSwaps,
  publishedZeroShot,
} from './published-numbers.ts';

/** Winoground's categories, as Diwan et al. and Li et al. report them. */
const CATEGORIES = ['Object', 'Relation', 'Both'] as const;
const LOSSES: readonly {
  loss: ScoreLoss & keyof typeof PUBLISHED_LOSSES;
  title: string;
  errorSpace: ErrorSpace;
}[] = [
  { loss: 'mse', title: 'squared (l2), of the noise', errorSpace: 'epsilon' },
  { loss: 'mae', title: 'absolute (l1), of the noise', errorSpace: 'epsilon' },
  { loss: 'mse', title: "squared, of the model's own target", errorSpace: 'native' },
  { loss: 'mae', title: "absolute, of the model's own target", errorSpace: 'native' },
  { loss: 'huber', title: "Huber, of the model's own target", errorSpace: 'native' },
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
        ...publishedAs(publishedZeroShot(role)),
      })),
    ],
    publishedHead: 'mean of its eight sets / ObjectNet',
    notes: [
      'The linear probe is no part of the paper; it reads the same features as the head above it.',
      'Baselines are trained on the trained look alone; the shifted look is new to all.',
    ],
  };
}

/** Text score by category: the paper's table for Winoground. */
export function swapsTable(material: Material, place: number): PaperTable {
  const { label, run } = material.swaps[place]!;
  const row = (role: 'clip' | 'diffusion', { scorer, title }: Part) => ({
    name: title,
    ...publishedAs(publishedSwaps(role)),
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
      {
        name: 'chance',
        cells: [...CATEGORIES, 'all'].map(() => chanceCell(run, 'text')),
      },
      row('clip', material.parts.clip),
      row('diffusion', material.parts.diffusion),
    ],
    publishedHead: 'Winoground',
    notes: [
      'The paper gives text scores only; image and group scores are in the runs. Its own, in the order of the columns, are of CLIP ViT-L/14 and Stable Diffusion 2.0.',
    ],
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
        published: PUBLISHED_SUPERVISED.discriminative,
      })),
      {
        name: dit.title,
        cells: sets.map(({ supervised }) =>
          cellOf(outcomes(supervised, { scorer: dit.scorer, metric: 'accuracy' })),
        ),
        published: PUBLISHED_SUPERVISED.dit,
      },
    ],
    publishedHead: 'ImageNet / ImageNet-A',
    notes: ['All are trained on the same labelled pictures of the trained look.'],
  };
}

/** Which error is averaged: the paper's ablation of the loss. */
export function lossTable({ sets, swaps, parts }: Material): PaperTable {
  const { scorer } = parts.diffusion;
  return {
    id: 'loss',
    title: 'Which error is averaged, zero-shot',
    counterpart: 'Table 8',
    head: ['loss', ...sets.map(({ label }) => label), ...swaps.map(({ label }) => `text score, ${label}`)],
    rows: LOSSES.map(({ loss, title, errorSpace }) => {
      const analysis = { loss, errorSpace };
      return {
        name: title,
        cells: [
          ...sets.map(({ zeroShot }) => cellOf(outcomes(zeroShot, { scorer, metric: 'accuracy', analysis }))),
          ...swaps.map(({ run }) => cellOf(outcomes(run, { scorer, metric: 'text', analysis }))),
        ],
        ...((errorSpace === 'epsilon' || loss === 'huber') && { published: PUBLISHED_LOSSES[loss] }),
      };
    }),
    publishedHead: 'Food101 / CIFAR10 / ImageNet / ObjectNet',
    notes: [
      `All from the same trials; weights of the timesteps: ${weightingName(undefined)}.`,
      "The paper's errors are of the noise, and so they are in all tables, figures and findings here. The embedded model predicts velocities, which winoscope score averages by default: there high timesteps count more. Huber errors cannot be converted.",
    ],
  };
}

/** What the class-conditional model is scored by: squares, absolute values, the variational bound, squares plus the bound. */
export function objectiveTable({ sets, dit }: Material): PaperTable {
  const objectives = [
    { loss: 'mse', title: 'squared error (l2)' },
    { loss: 'mae', title: 'absolute error (l1)' },
    { loss: 'vlb', title: 'variational bound' },
    { loss: 'mse+vlb', title: 'squared error plus the bound' },
  ] as const;
  return {
    id: 'objective',
    title: 'What the class-conditional model is scored by',
    counterpart: 'Tables 5 and 9',
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
      published: PUBLISHED_OBJECTIVES[loss],
    })),
    publishedHead: 'ImageNet / ImageNet-A, 512 pixels',
    notes: ['All from the same trials.'],
  };
}

function publishedAs(published: string | undefined): { published?: string } {
  return published === undefined ? {} : { published };
}
