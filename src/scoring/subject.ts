/** An example as a stopping rule sees it: its pairs by slot, and which comparisons are asked. */

import { type MetricName, truthMask } from '../metrics/score-matrix.ts';
import { pairsOf, type UncondMode } from './conditions.ts';
import { type Contest, contestsOf } from './contests.ts';
import { type Example, UNCONDITIONAL } from './example.ts';

/** One of the captions that compete on one image, or of the images that compete under one caption. */
export interface Entrant {
  slot: number;
  /** The empty caption on the same image, whose error is subtracted where images compete. */
  base?: number;
  isTrue: boolean;
}

export interface Subject {
  /** Number of pairs, the empty caption's included. */
  pairs: number;
  /** Slots that are never evaluated: pruned beforehand. */
  skipped: ReadonlySet<number>;
  contests: readonly Contest[];
  /** Those who compete where there is one image or one caption: they may leave one by one. Else undefined. */
  entrants?: readonly Entrant[];
  /** Slots that are needed as long as the example runs, whoever competes: an only image's empty caption. */
  always: ReadonlySet<number>;
}

/** @param skipped slots that are never evaluated. */
export function subjectOf(example: Example, uncond: UncondMode, skipped: readonly number[] = []): Subject {
  const pairs = pairsOf(example, uncond);
  const mask = truthMask({
    images: example.images.length,
    captions: example.captions.length,
    truth: example.truth,
  });
  const subject = { pairs: pairs.length, skipped: new Set(skipped), contests: contestsOf(example, uncond) };
  if (example.images.length > 1 && example.captions.length > 1) return { ...subject, always: new Set() };
  const byImage = example.images.length > 1;
  const bases = new Map(
    [...pairs.entries()].flatMap(([slot, { image, caption }]) =>
      caption === UNCONDITIONAL ? [[image, slot] as const] : [],
    ),
  );
  const entrants = [...pairs.entries()].flatMap(([slot, { image, caption }]): Entrant[] => {
    if (caption === UNCONDITIONAL) return [];
    const base = byImage ? bases.get(image) : undefined;
    return [{ slot, isTrue: mask[image]![caption]!, ...(base !== undefined && { base }) }];
  });
  return { ...subject, entrants, always: new Set(byImage ? [] : bases.values()) };
}

/**
 * Slots that still need trials: those of the contests or entrants that go on, and what is always needed.
 * @returns the slots of the subject that are not among them and were not skipped.
 */
export function leaving({ pairs, skipped, always }: Subject, needed: Iterable<number>): number[] {
  const stay = new Set([...needed, ...always]);
  return Array.from({ length: pairs }, (_, slot) => slot).filter(
    (slot) => !stay.has(slot) && !skipped.has(slot),
  );
}

/** The metric that entrants are judged by. */
export const ENTRANTS_METRIC: MetricName = 'accuracy';
