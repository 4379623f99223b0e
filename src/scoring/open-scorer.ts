import { type ClassifierSettings, openClassifierScorer } from './classifier-scorer.ts';
import { type ClipSettings, openClipScorer } from './clip-scorer.ts';
import { type DiffusionSettings, openDiffusionScorer } from './diffusion-scorer.ts';
import { type ExternalSettings, openExternalScorer } from './external-scorer.ts';
import { type ImportedSettings, openImportedScorer } from './imported-scorer.ts';
import type { Scorer } from './scorer.ts';

/** What a worker needs to open any scorer. Plain data. */
export type ScorerSettings =
  | DiffusionSettings
  | ClipSettings
  | ClassifierSettings
  | ExternalSettings
  | ImportedSettings;

/** Opens the scorer that the settings describe. */
export function openScorer(settings: ScorerSettings): Promise<Scorer> {
  switch (settings.kind) {
    case 'diffusion':
      return openDiffusionScorer(settings);
    case 'clip':
      return openClipScorer(settings);
    case 'classifier':
      return openClassifierScorer(settings);
    case 'external':
      return openExternalScorer(settings);
    case 'imported':
      return openImportedScorer(settings);
  }
}
