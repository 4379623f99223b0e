/** The runs that `winoscope paper` needs, as arguments of `winoscope score`. */

import { EMBEDDED } from '../hub/resolve-ref.ts';
import type { Part, Role } from '../report/paper/material.ts';
import type { Saving } from '../report/paper/trial-tables.ts';

/** One call of `winoscope score`. */
export interface PaperRunSpec {
  name: string;
  task: string;
  args: readonly string[];
}

/** The scorers of the zero-shot runs; they are called so in the arguments below. */
export const PARTS: Readonly<Record<Role, Part>> = {
  synthetic: { scorer: 'synthetic', title: "ResNet trained on the model's generated images" },
  features: { scorer: 'features', title: "head on the UNet's features of labelled images" },
  linear: { scorer: 'linear', title: 'linear probe of the same features' },
  diffusion: { scorer: 'diffusion', title: 'zero-shot diffusion classifier' },
  clip: { scorer: 'clip', title: 'CLIP' },
};
/** The class-conditional model, and what it is held against. */
export const DIT: Part = { scorer: 'dit', title: 'class-conditional DiT' };
export const DISCRIMINATIVE: readonly Part[] = [
  { scorer: 'resnet-small', title: 'ResNet on labelled images, 0.05 M parameters' },
  { scorer: 'resnet', title: 'ResNet on labelled images, 0.18 M parameters' },
];

/** The sets in both looks. */
export const SWAPS = [
  { label: 'swaps', name: 'swaps', task: EMBEDDED },
  { label: 'swaps, shifted look', name: 'swaps-shifted', task: `${EMBEDDED}-shifted` },
] as const;
export const SETS = [
  { label: 'classes', name: 'classes', task: `${EMBEDDED}-classes` },
  { label: 'classes, shifted look', name: 'classes-shifted', task: `${EMBEDDED}-classes-shifted` },
] as const;

/** How much is evaluated: examples of a task, timesteps and noises per timestep, trials of the supervised model. */
export interface PaperSize {
  limit?: number;
  timesteps: number;
  repeats: number;
  supervised: number;
}

/** The paper takes 250 trials for its class-conditional model; the zero-shot curves need several noises per timestep. */
export const FULL: PaperSize = { timesteps: 32, repeats: 4, supervised: 250 };
/** Enough to see every table and figure filled. */
export const QUICK: PaperSize = { limit: 7, timesteps: 8, repeats: 2, supervised: 8 };

/** All runs, those that the others are compared with first. */
export function paperRuns({ limit, timesteps, repeats, supervised }: PaperSize): PaperRunSpec[] {
  const some = limit === undefined ? [] : ['--limit', `${limit}`];
  const classifiers = (names: readonly string[]) =>
    names.flatMap((name) => ['--classifier', `${name}=${EMBEDDED}-${name}`]);
  return [
    ...SWAPS.map(({ name, task }) => ({
      name,
      task,
      args: ['--diffusion', EMBEDDED, '--clip', EMBEDDED, '--timesteps', `${timesteps}`, ...some],
    })),
    ...SETS.map(({ name, task }) => ({
      name,
      task,
      args: [
        ...['--diffusion', EMBEDDED, '--clip', EMBEDDED],
        ...classifiers(['synthetic', 'features', 'linear']),
        ...['--timesteps', `${timesteps}`, '--repeats', `${repeats}`, ...some],
      ],
    })),
    ...SETS.map(({ name, task }) => ({
      name: `${name}-supervised`,
      task,
      args: [
        ...['--diffusion', `dit=${EMBEDDED}-dit`],
        ...classifiers(DISCRIMINATIVE.map(({ scorer }) => scorer)),
        ...['--timesteps', `${supervised}`, ...some],
      ],
    })),
  ];
}

/** Elimination as the paper's settings have it, scaled to a grid of so many timesteps, and pruning by CLIP. */
export function paperSavings(timesteps: number): {
  savings: readonly Saving[];
  chosen: { stages: Saving; prune: Saving };
} {
  const part = (share: number) => Math.max(1, Math.round(timesteps / share));
  const stages = (keep: readonly number[], ...samples: number[]): Saving => ({
    name: `${keep.join(' ')} / ${samples.join(' ')}`,
    stages: { keep, samples },
  });
  const prune = (keep: number, then?: Saving): Saving => ({
    ...then,
    name: `CLIP's first ${keep}${then ? `, then ${then.name}` : ''}`,
    prune: keep,
  });
  const chosen = { stages: stages([10, 5, 1], part(8), part(2), timesteps), prune: prune(5) };
  return {
    savings: [
      { name: 'all' },
      stages([5, 1], part(8), timesteps),
      stages([5, 1], part(4), timesteps),
      stages([10, 5, 1], part(16), part(4), timesteps),
      chosen.stages,
      prune(2),
      chosen.prune,
      prune(10),
      prune(10, stages([5, 1], part(4), timesteps)),
    ],
    chosen,
  };
}
