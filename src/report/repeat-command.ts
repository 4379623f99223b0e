/** The command that makes a run again, told from what the run says of itself. */

import type { Manifest, ScorerIdentity } from '../results/manifest.ts';
import type { Analysis } from '../run/summary-schema.ts';
import { uniformTimesteps } from '../scoring/plan.ts';
import { weightingName } from '../scoring/weighting.ts';
import { shellWord } from './shell-word.ts';

type Diffusion = Extract<ScorerIdentity, { kind: 'diffusion' }>;

const FLAGS = {
  diffusion: '--diffusion',
  clip: '--clip',
  classifier: '--classifier',
  external: '--external',
  imported: '--scores',
} as const;

/**
 * `winoscope score …`. Paths are as they were given, so it is to be typed where the run was begun; what is as by default
 * is left out. A resolution other than the model's own, and a benchmark's data folder, are not in a manifest.
 */
export function repeatCommand({ identity, about, sessions }: Manifest, analysis: Analysis): string {
  const scorers = Object.entries(identity.scorers);
  const diffusion = scorers.find((entry): entry is [string, Diffusion] => entry[1].kind === 'diffusion');
  const session = sessions.at(-1);
  const words = [
    ...scorers.flatMap(([name, scorer]) => [
      FLAGS[scorer.kind],
      named(name, scorer.kind === 'external' ? scorer.command : (about.scorers[name]?.ref ?? name)),
    ]),
    ...(diffusion
      ? planWords(diffusion[1], totalOf(about.scorers[diffusion[0]]?.schedule))
      : resizeWords(scorers.map(([, scorer]) => scorer))),
    ...analysisWords(analysis),
    ...selectionWords(session?.selection ?? {}),
    ...(diffusion && session?.maps === false ? ['--maps', 'off'] : []),
    ...(session?.force ? ['--force'] : []),
  ];
  return ['winoscope', 'score', about.task.source, ...words].map(shellWord).join(' ');
}

function named(name: string, ref: string): string {
  return name === ref ? ref : `${name}=${ref}`;
}

function totalOf(schedule: unknown): number {
  const total = (schedule as { num_train_timesteps?: unknown } | undefined)?.num_train_timesteps;
  return typeof total === 'number' ? total : 1000;
}

function planWords({ plan, stop, ...scorer }: Diffusion, total: number): string[] {
  const { timesteps, repeats, seed, moreSeeds = [], antithetic } = plan;
  const own = antithetic ? repeats / 2 : repeats;
  return [
    // Stages bring their own timesteps.
    ...(plan.stages ? [] : ['--timesteps', timestepsWord(timesteps, total)]),
    ...(own === 1 ? [] : ['--repeats', `${own}`]),
    '--seed',
    [seed, ...moreSeeds].join(','),
    ...(antithetic ? ['--antithetic'] : []),
    ...(scorer.uncond === 'auto' ? [] : ['--uncond', scorer.uncond]),
    ...(scorer.resize === 'crop' ? [] : ['--resize', scorer.resize]),
    ...(scorer.interpolation ? ['--interpolation', scorer.interpolation] : []),
    ...(scorer.latent.mode === 'sample' ? ['--latent', 'sample'] : []),
    ...(scorer.guidance === undefined ? [] : ['--guidance', `${scorer.guidance}`]),
    ...stopWords(stop, plan.stages),
    ...(scorer.prune ? ['--prune', `${scorer.prune.by}:${scorer.prune.keep}`] : []),
  ];
}

/** Of classifiers that read a VAE's features: of diffusion models `planWords` says it. */
function resizeWords(scorers: readonly ScorerIdentity[]): string[] {
  const isSquashed = scorers.some((scorer) => scorer.kind === 'classifier' && scorer.resize === 'squash');
  return isSquashed ? ['--resize', 'squash'] : [];
}

function timestepsWord(timesteps: readonly number[], total: number): string {
  const isEven =
    timesteps.length <= total &&
    uniformTimesteps(timesteps.length, total).every((value, k) => value === timesteps[k]);
  if (isEven) return `${timesteps.length}`;
  // One alone would be read as a count.
  return timesteps.length === 1 ? `${timesteps[0]},` : timesteps.join(',');
}

function stopWords(stop: Diffusion['stop'], samples: readonly number[] = []): string[] {
  if (stop === 'none') return [];
  const words = ['--stop', stop.rule];
  switch (stop.rule) {
    case 'sequential':
      return [...words, '--alpha', `${stop.alpha}`];
    case 'ttest':
      return [...words, '--alpha', `${stop.alpha}`, '--least', `${stop.least}`];
    case 'stages':
      return [...words, '--keep', stop.keep.join(','), '--samples', samples.join(',')];
  }
}

function analysisWords({ loss, errorSpace, weighting }: Analysis): string[] {
  return [
    ...(loss === 'mse' ? [] : ['--loss', loss]),
    ...(errorSpace === 'native' ? [] : ['--error-space', errorSpace]),
    ...(weighting ? ['--weighting', weightingName(weighting)] : []),
  ];
}

function selectionWords({ limit, ids, tag }: Manifest['sessions'][number]['selection']): string[] {
  return [
    ...(limit === undefined ? [] : ['--limit', limit]),
    ...(ids ? ['--ids', ids.join(',')] : []),
    ...(tag === undefined ? [] : ['--tag', tag]),
  ];
}
