/** Pruning by CLIP: which captions of an image a diffusion scorer evaluates at all (Li et al. 2023, section 6.1). */

import { UsageError } from '../errors.ts';
import { pairsOf, type UncondMode } from '../scoring/conditions.ts';
import type { PruneRule } from '../scoring/diffusion-scorer.ts';
import { type Example, UNCONDITIONAL } from '../scoring/example.ts';
import type { PreparedScorer } from './settings.ts';

/**
 * Slots of the captions that are left out: all but the `keep` with the highest scores, the first of equal ones. None
 * where an example has several images, whose captions are each true of some.
 * @param scores `[image][caption]` of the scorer that prunes; undefined where it has not scored the example.
 */
export function prunedSlots(
  example: Example,
  uncond: UncondMode,
  { scores, keep }: { scores: readonly (readonly number[])[] | undefined; keep: number },
): number[] | undefined {
  if (example.images.length > 1 || example.captions.length <= keep) return [];
  if (!scores) return undefined;
  const row = scores[0]!;
  // A NaN ranks last: it says nothing for its caption.
  const value = (caption: number) => (Number.isNaN(row[caption]!) ? -Infinity : row[caption]!);
  const ranked = [...row.keys()].sort((a, b) => value(b) - value(a));
  const kept = new Set(ranked.slice(0, keep));
  return pairsOf(example, uncond).flatMap(({ caption }, slot) =>
    caption === UNCONDITIONAL || kept.has(caption) ? [] : [slot],
  );
}

/**
 * Demands that pruning and stages do something: both are for images with many captions.
 * @throws UsageError where no selected example has one image with more captions than are kept.
 */
export function checkDropping(scorers: readonly PreparedScorer[], examples: readonly Example[]): void {
  const most = Math.max(
    0,
    ...examples.map(({ images, captions }) => (images.length > 1 ? 0 : captions.length)),
  );
  for (const { settings } of scorers) {
    if (settings.kind !== 'diffusion') continue;
    if (settings.prune && most <= settings.prune.keep)
      refuse(
        `--prune ${settings.prune.keep}`,
        `an example of one image with more than ${settings.prune.keep}`,
        most,
      );
    if (settings.stop?.rule === 'stages' && most < 2)
      refuse('--stop stages', 'an example of one image with several', most);
  }
}

function refuse(where: string, expected: string, most: number): never {
  throw new UsageError({
    what: 'there are no captions to drop',
    where,
    expected: `${expected} captions`,
    got: most === 0 ? 'examples of several images' : `${most} at most`,
    fix: 'Leave it out, or score a task of choices, such as tiny-world-choices.',
  });
}

/** How many pairs of an example are evaluated. */
export function evaluatedPairs(example: Example, uncond: UncondMode, prune: PruneRule | undefined): number {
  const pairs = pairsOf(example, uncond).length;
  if (!prune || example.images.length > 1) return pairs;
  return pairs - Math.max(0, example.captions.length - prune.keep);
}

/** Demands that what prunes is a CLIP scorer of the run, and lets it run first. @throws UsageError */
export function orderForPruning(scorers: readonly PreparedScorer[]): PreparedScorer[] {
  for (const { settings } of scorers) {
    if (settings.kind !== 'diffusion' || !settings.prune) continue;
    const { by } = settings.prune;
    if (scorers.some(({ name, settings: other }) => name === by && other.kind === 'clip')) continue;
    throw new UsageError({
      what: `no CLIP scorer "${by}" in the run to prune captions by`,
      where: '--prune',
      fix: 'Add one with --clip.',
    });
  }
  const rank = ({ settings }: PreparedScorer) => (settings.kind === 'clip' ? 0 : 1);
  const prunes = scorers.some(({ settings }) => settings.kind === 'diffusion' && settings.prune);
  return prunes ? [...scorers].sort((a, b) => rank(a) - rank(b)) : [...scorers];
}
