import { type ClipSettings, openClipScorer } from './clip-scorer.ts';
import { type DiffusionSettings, openDiffusionScorer } from './diffusion-scorer.ts';
import type { Scorer } from './scorer.ts';

/** What a worker needs to open any scorer. Plain data. */
export type ScorerSettings = DiffusionSettings | ClipSettings;

/** Opens the scorer that the settings describe. */
export function openScorer(settings: ScorerSettings): Promise<Scorer> {
  return settings.kind === 'diffusion' ? openDiffusionScorer(settings) : openClipScorer(settings);
}
