/** Reliability diagrams as rows: how often a scorer is right where it says how sure it is. */

import type { Summary } from '../run/summary-schema.ts';

/** One bin of a diagram. Empty bins have no row. */
export interface CalibrationRow {
  scorer: string;
  /** `caption`: p(caption | image) of the best caption. `trials`: the confidence that the trials to a decision give. */
  of: 'caption' | 'trials';
  /** Bounds of the bin, 0..1. */
  lo: number;
  hi: number;
  /** Choices in it, the mean probability that they were given, and the share of them that was right. */
  count: number;
  confidence: number;
  accuracy: number;
}

/** The bins of every scorer that has a temperature, or a curve of trials; each half is judged by the other's fit. */
export function calibrationRows({ scorers }: Summary): CalibrationRow[] {
  return Object.entries(scorers).flatMap(([scorer, { probabilities, samplesToDecide }]) => [
    ...(probabilities?.bins ?? []).map((bin) => ({ scorer, of: 'caption' as const, ...bin })),
    ...(samplesToDecide?.bins ?? []).map((bin) => ({ scorer, of: 'trials' as const, ...bin })),
  ]);
}
