/** How sure the answers of `winoscope pair` are, in sentences. */

import { visible } from '../report/format.ts';
import {
  CLIP_SCALE,
  type ConfidentChoice,
  choicesIn,
  clipConfidence,
  diffusionConfidence,
  type TrialErrors,
} from '../run/pair-confidence.ts';
import type { PreparedScorer } from '../run/settings.ts';
import type { ExampleScores } from '../scoring/aggregate.ts';

/** The choices that a scorer made, each with what is known of how sure it is. */
export function confidenceOf(
  { settings }: PreparedScorer,
  scores: ExampleScores,
  trials: TrialErrors | undefined,
): ConfidentChoice[] {
  const choices = choicesIn(scores, settings.kind !== 'diffusion');
  if (trials) return choices.map((choice) => diffusionConfidence(choice, trials));
  return settings.kind === 'clip' ? choices.map(clipConfidence) : choices;
}

/** A sentence per choice. */
export function confidenceLines(
  { name, settings }: PreparedScorer,
  choices: readonly ConfidentChoice[],
  images: readonly string[],
): string[] {
  return choices.map((choice) => {
    const where = choice.among === 'captions' && images.length > 1 ? `${visible(images[choice.of]!)}: ` : '';
    const noun = choice.among === 'captions' ? 'caption' : 'image';
    return `${visible(name)}: ${where}${sentence(choice, noun, settings.kind)}`;
  });
}

function sentence(choice: ConfidentChoice, noun: string, kind: PreparedScorer['settings']['kind']): string {
  const { best, next, scores, lead, share } = choice;
  if (scores[best] === scores[next]) return `${noun}s ${best} and ${next} tie.`;
  if (share !== undefined) {
    return `${noun} ${best}, with ${percent(share)} of the softmax over ${scores.length} ${noun}s (${CLIP_SCALE} x cosine, CLIP's usual scale).`;
  }
  if (!lead) {
    const silent = kind === 'diffusion' ? '' : ' It says nothing of how sure that is.';
    return `${noun} ${best}, by ${(scores[best]! - scores[next]!).toPrecision(3)} before ${noun} ${next}.${silent}`;
  }
  const { mean, ci95, trials, decidedAfter } = lead;
  const interval = ci95 ? ` [${ci95.map(signed).join(', ')}]` : '';
  const by = `it leads by ${signed(mean)}${interval}, 95 % t interval over the trials`;
  const others = scores.length > 2 ? 'all others' : 'the next';
  if (decidedAfter !== undefined)
    return `${noun} ${best}, told from ${others} after ${decidedAfter} of ${trials} trials; ${by}.`;
  return `leans to ${noun} ${best}, not told from ${noun} ${next} within ${trials} trials; ${by}. More --timesteps may tell.`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toPrecision(2)}`;
}

function percent(share: number): string {
  return share > 0.999 ? 'over 99.9 %' : `${(100 * share).toFixed(1)} %`;
}
