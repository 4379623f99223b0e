/** Calls that the user left to this program: remembered, measured, or by rule. */

import type { ScorerSettings } from '../scoring/open-scorer.ts';
import { bytesIn, SMALL_MODEL_BYTES } from './call-rules.ts';
import { type Calls, chooseCalls } from './choose-calls.ts';
import { type ChoiceKey, rememberCalls, rememberedCalls } from './remembered-calls.ts';
import type { PreparedScorer, ScoringOptions } from './settings.ts';

export interface AutoCallsOptions {
  scoring: ScoringOptions;
  /** Whether a model is loaded and tried where nothing is remembered. */
  measure: boolean;
  /** Told before that, since it takes a moment. */
  onMeasure?: ((scorer: string) => void) | undefined;
}

/** Larger text encoders are not loaded for a trial: the rule must do. */
const MOST_TEXT_BYTES = 2 * 2 ** 30;

/** The scorer with the calls that suit this machine, as far as the user did not give them. */
export async function withAutoCalls(
  scorer: PreparedScorer,
  { scoring, measure, onMeasure }: AutoCallsOptions,
): Promise<PreparedScorer> {
  const { settings } = scorer;
  if (settings.kind !== 'diffusion') return scorer;
  const { batch, threads } = scoring;
  if (batch !== undefined && threads !== undefined) return { ...scorer, calls: 'given' };
  const { description, device } = settings;
  const fixed = { ...(batch !== undefined && { batch }), ...(threads !== undefined && { threads }) };
  const key: ChoiceKey = { description, device, fixed };
  const known = rememberedCalls(key);
  if (known) return withCalls(scorer, known, { scoring, from: 'remembered' });
  const texts = description.texts.reduce((sum, { part }) => sum + bytesIn(description, part), 0);
  if (!measure || texts > MOST_TEXT_BYTES) return scorer;
  onMeasure?.(scorer.name);
  try {
    // On one of several devices: they are of one kind.
    const workers = scorer.ruledWorkers / devicesOf(scorer);
    const rule = { batch: settings.batch, threads: settings.threads, workers };
    const isSmall = bytesIn(description, description.denoiser) <= SMALL_MODEL_BYTES;
    const chosen = rememberCalls(key, await chooseCalls({ settings, rule, fixed, isSmall }));
    return withCalls(scorer, chosen, { scoring, from: 'measured' });
  } catch {
    return scorer; // what is wrong with the model is told when the run opens it
  }
}

function withCalls(
  scorer: PreparedScorer,
  { batch, threads, workers }: Calls,
  { scoring, from }: { scoring: ScoringOptions; from: 'remembered' | 'measured' },
): PreparedScorer {
  const settings = { ...scorer.settings, batch, threads } as ScorerSettings;
  return { ...scorer, settings, workers: scoring.workers ?? workers * devicesOf(scorer), calls: from };
}

/** A choice is of one device; every further one takes as many workers again. */
function devicesOf({ devices }: PreparedScorer): number {
  return devices?.length ?? 1;
}
