/** How sure an ad-hoc answer is: per image the best caption against the next, or with one caption the best image. */

import { meansOfUnits, type Plan } from '../scoring/plan.ts';
import { studentTIsf } from '../stats/student-t.ts';
import { softmax } from '../stats/temperature.ts';
import { raceTrials } from './samples-to-decide.ts';

/** CLIP was trained up to this factor of its cosines, and most of its kin end there (Radford et al. 2021, section 2.5). */
export const CLIP_SCALE = 100;

/** Denoising errors of an ad-hoc example, all of one loss. */
export interface TrialErrors {
  plan: Plan;
  /** `[image][caption][trial]` */
  pairs: readonly (readonly Float64Array[])[];
  /** `[image][trial]`, where the empty caption was evaluated. */
  unconditional?: readonly Float64Array[];
  /** `[trial]`: a score is −Σ weight · error. */
  weights: Float64Array;
}

/** One choice among options: captions of an image, or images of the only caption. */
export interface Choice {
  among: 'captions' | 'images';
  /** The image or caption that the options are of. */
  of: number;
  /** `[option]`, higher is better. */
  scores: number[];
  best: number;
  /** The best of the others. */
  next: number;
}

/** A choice and how sure it is. */
export interface ConfidentChoice extends Choice {
  /** Diffusion: by how much the best leads the next, over trials. */
  lead?: {
    mean: number;
    /** 95 % t interval of the paired differences, in the score's unit; absent for a single trial. */
    ci95?: [number, number];
    trials: number;
    /** Trials after which t-tests had told the best from all others; absent where they never did. */
    decidedAfter?: number;
  };
  /** CLIP: the share of the best of softmax(100 · cosine). */
  share?: number;
}

/** Where there is something to choose; ties choose the first. Images of one caption need comparable scores. */
export function choicesIn(
  scores: { raw: readonly (readonly number[])[]; normalized?: readonly (readonly number[])[] },
  comparable: boolean,
): Choice[] {
  const { raw, normalized } = scores;
  if (raw[0]!.length > 1) return raw.map((row, of) => choiceOf('captions', of, row));
  if (raw.length < 2 || (!comparable && !normalized)) return [];
  return [
    choiceOf(
      'images',
      0,
      (normalized ?? raw).map((row) => row[0]!),
    ),
  ];
}

function choiceOf(among: Choice['among'], of: number, scores: readonly number[]): Choice {
  const order = scores.map((_, k) => k).sort((a, b) => scores[b]! - scores[a]! || a - b);
  return { among, of, scores: [...scores], best: order[0]!, next: order[1]! };
}

/** Of CLIP's cosines. */
export function clipConfidence(choice: Choice): ConfidentChoice {
  if (!choice.scores.every(Number.isFinite)) return choice;
  return { ...choice, share: softmax(choice.scores, 1 / CLIP_SCALE)[choice.best]! };
}

/** Of denoising errors: the paired differences between the best and the next, trial by trial. */
export function diffusionConfidence(choice: Choice, errors: TrialErrors): ConfidentChoice {
  const { plan } = errors;
  const rows = choice.scores.map((_, option) => seriesOf(choice, option, errors));
  const count = plan.trials.length;
  const best = rows[choice.best]!;
  const next = rows[choice.next]!;
  const differences = meansOfUnits(
    plan,
    Float64Array.from(best, (value, k) => next[k]! - value),
  );
  const decidedAfter = raceTrials(rows, plan);
  return {
    ...choice,
    lead: {
      ...meanInterval(differences),
      trials: count,
      ...(decidedAfter !== undefined && { decidedAfter }),
    },
  };
}

/**
 * An option's errors, weighted so that their mean is minus its score; minus those of the empty caption where images
 * compete.
 */
function seriesOf(
  { among, of }: Choice,
  option: number,
  { pairs, unconditional, weights }: TrialErrors,
): Float64Array {
  const count = weights.length;
  const values = among === 'captions' ? pairs[of]![option]! : pairs[option]![of]!;
  const base = among === 'captions' ? undefined : unconditional?.[option];
  return values.map((value, k) => count * weights[k]! * (value - (base?.[k] ?? 0)));
}

function meanInterval(values: Float64Array): { mean: number; ci95?: [number, number] } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const half = studentTIsf(0.025, values.length - 1) * Math.sqrt(variance / values.length);
  return { mean, ci95: [mean - half, mean + half] };
}
