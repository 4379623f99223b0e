/** A run as screens and reports see it, whether it is going on or lies on disk: examples, and per scorer what is known. */

import type { ErrorMaps } from '../results/error-maps.ts';
import type { ErrorsByTimestep } from '../results/errors-by-timestep.ts';
import type { Judgement } from '../run/judgement.ts';
import type { Analysis, Summary } from '../run/summary-schema.ts';
import type { Example } from '../scoring/example.ts';

export type { ErrorMaps } from '../results/error-maps.ts';
export type { ErrorsByTimestep } from '../results/errors-by-timestep.ts';
export type { Judgement } from '../run/judgement.ts';

/** One scorer of a run. */
export interface ScorerInfo {
  name: string;
  kind: 'diffusion' | 'clip' | 'classifier' | 'external' | 'imported';
}

/** One image's bytes, or why they cannot be shown. */
export type ImageAccess = { bytes: Uint8Array; name: string } | { missing: string };

/** A read-only view of a run. All calls are cheap enough for a screen, except `image`. */
export interface RunModel {
  /** The run folder. */
  readonly path: string;
  readonly task: { name: string; title: string; count: number; redistribution: 'free' | 'limited' | 'none' };
  /** Diffusion first, as in every report. */
  readonly scorers: readonly ScorerInfo[];
  readonly examples: readonly Example[];
  readonly analysis: Analysis;
  /** Grows whenever a result has come in: what is memoized on it is fresh. */
  version(): number;
  /** Undefined where the scorer has not finished the example. */
  judge(scorer: string, index: number): Judgement | undefined;
  /** Undefined for scorers that have no trials, or where none is stored yet. Also of unfinished examples. */
  errors(scorer: string, index: number): ErrorsByTimestep | undefined;
  /** Undefined where maps were off. */
  maps(scorer: string, index: number): ErrorMaps | undefined;
  image(index: number, image: number): Promise<ImageAccess>;
  /** Recomputed where results came in since the last call; about 50 ms for 400 examples, seconds for 10,000. */
  summary(): Summary;
  /** The same without what takes long (intervals of differences, probabilities), or the whole where it is at hand. */
  standings(): Summary;
}
