/** What scorers of one run must not be to each other. */

import { needsBound, type ScoreLoss } from '../diffusion/denoising-error.ts';
import { UsageError } from '../errors.ts';
import type { PreparedScorer, ScorerRequest } from './settings.ts';

/**
 * Results are stored in files by name, and many disks do not tell capitals from small letters.
 * @throws UsageError where two scorers have the same one.
 */
export function checkNames(requests: readonly ScorerRequest[]): void {
  const names = requests.map(({ name }) => name.toLowerCase());
  const twice = names.findIndex((name, k) => names.indexOf(name) !== k);
  if (twice < 0) return;
  const [first, second] = [requests[names.indexOf(names[twice]!)]!.name, requests[twice]!.name];
  throw new UsageError({
    what:
      first === second
        ? `two scorers are called "${first}"`
        : `the names "${first}" and "${second}" are one on disks that do not tell capitals from small letters`,
    fix: 'Name them, as in --clip small=FOLDER.',
  });
}

/** An option that changes nothing is a mistake. @throws UsageError for a guidance that none of the models is told. */
export function checkGuidance(scorers: readonly PreparedScorer[], guidance: number | undefined): void {
  if (guidance === undefined) return;
  const takes = ({ settings }: PreparedScorer) =>
    settings.kind === 'diffusion' && settings.description.guidance !== undefined;
  if (scorers.some(takes)) return;
  throw new UsageError({
    what: 'none of the models is told a guidance scale',
    where: `--guidance ${guidance}`,
    expected: 'a model distilled with guidance, such as LCM or FLUX.1-dev',
    fix: 'Leave the flag out: scoring uses no classifier-free guidance.',
  });
}

/**
 * Parts of the variational bound are stored of models that learn the width of the reverse step alone.
 * @throws UsageError naming the model that does not.
 */
export function checkBound(scorers: readonly PreparedScorer[], loss: ScoreLoss): void {
  if (!needsBound(loss)) return;
  for (const { name, settings } of scorers) {
    if (settings.kind !== 'diffusion' || settings.description.learnsWidth) continue;
    throw new UsageError({
      what: `"${name}" does not learn the width of the reverse step, so there is no variational bound to score by`,
      where: `--loss ${loss}`,
      expected: 'a model with twice as many output channels as its latent has, as DiT and PixArt have',
      fix: 'Use --loss mse, mae, huber or l2norm.',
    });
  }
}
