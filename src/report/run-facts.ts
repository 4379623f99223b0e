/** What tells one run from another, in words: the models, the trials and the rules of its identity. */

import type { Manifest, ScorerIdentity } from '../results/manifest.ts';

/**
 * `diffusion (tiny-world): 32 timesteps, seed 0, no stopping; clip (tiny-world)`. Losses and weightings are not among it: they
 * are chosen when a run is read. Names are as the run spells them: data, to be made visible by whoever shows them.
 * @param names the scorers, in the order to be told.
 */
export function runFacts({ identity, about }: Manifest, names: readonly string[]): string {
  return names
    .map((name) => {
      const scorer = identity.scorers[name]!;
      const ref = about.scorers[name]?.ref;
      const of = scorer.kind === 'external' ? scorer.command : ref;
      const head = of === undefined || of === name ? name : `${name} (${of})`;
      const facts = scorer.kind === 'diffusion' ? diffusionFacts(scorer) : [];
      return facts.length === 0 ? head : `${head}: ${facts.join(', ')}`;
    })
    .join('; ');
}

/** What is as it is by default is told only where a reader would ask for it. */
function diffusionFacts(scorer: Extract<ScorerIdentity, { kind: 'diffusion' }>): string[] {
  const { timesteps, repeats, seed, moreSeeds = [], antithetic } = scorer.plan;
  const [first, last] = [timesteps[0], timesteps.at(-1)];
  const range = timesteps.length > 1 ? ` ${first}–${last}` : ` ${first}`;
  return [
    `${timesteps.length === 1 ? 'timestep' : `${timesteps.length} timesteps`}${range}`,
    ...(repeats > 1 ? [`${repeats} noises each`] : []),
    ...(antithetic ? ['antithetic'] : []),
    moreSeeds.length > 0 ? `seeds ${[seed, ...moreSeeds].join(', ')}` : `seed ${seed}`,
    stopFact(scorer.stop),
    ...(scorer.prune ? [`pruned to ${scorer.prune.keep} by ${scorer.prune.by}`] : []),
    ...(scorer.guidance === undefined ? [] : [`guidance ${scorer.guidance}`]),
    ...(scorer.latent.mode === 'mean' ? [] : [`latent ${scorer.latent.mode}`]),
    ...(scorer.resize === 'crop' ? [] : [scorer.resize]),
    ...(scorer.interpolation ? [scorer.interpolation] : []),
    ...(scorer.uncond === 'auto' ? [] : [`uncond ${scorer.uncond}`]),
  ];
}

function stopFact(stop: Extract<ScorerIdentity, { kind: 'diffusion' }>['stop']): string {
  if (stop === 'none') return 'no stopping';
  if (stop.rule === 'stages') return `stages keep ${stop.keep.join(', ')}`;
  return `stop ${stop.rule} ${stop.alpha}`;
}
