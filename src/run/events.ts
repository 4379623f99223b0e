import type { Shard } from '../results/shard-folders.ts';
import type { Summary } from './summary-schema.ts';

/** What happens during a run, in the order in which it happens. Plain lines, JSON and screens all read these. */
export type RunEvent =
  | {
      type: 'begin';
      folder: string;
      task: string;
      selected: number;
      count: number;
      scorers: ScorerPlan[];
      resumed: boolean;
      /** The part of the selection that is worked on, where several processes share it. */
      shard?: Shard;
    }
  | { type: 'warning'; message: string }
  /** A scorer begins to load its model, or to evaluate. */
  | { type: 'phase'; scorer: string; phase: 'load' | 'score' }
  /** Evaluations and examples so far, of all that the selection needs; `fresh` counts this session's alone. */
  | { type: 'progress'; scorer: string; done: number; total: number; fresh: number; examples: number }
  | { type: 'example-failed'; scorer?: string | undefined; id: string; message: string }
  /** Everything selected is done, or was interrupted. */
  | { type: 'end'; summary: Summary; interrupted: boolean };

/** What one scorer has to do. */
export interface ScorerPlan {
  name: string;
  kind: 'diffusion' | 'clip' | 'classifier' | 'external' | 'imported';
  workers: number;
  /** Rows of a model call. */
  batch: number;
  /** Model evaluations that the selected examples need in all, and those that are stored already. */
  evaluations: number;
  stored: number;
  /** Of `evaluations`, those that a stopping rule has spared by now: they are never needed. */
  spared: number;
}
