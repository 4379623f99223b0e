import type { ScorerOutput } from '../scoring/scorer.ts';

/** An example that is not complete, and where to go on. */
export interface PendingExample {
  index: number;
  /** Trials that need not be evaluated again. */
  start: number;
  /** Error maps summed over those. */
  maps?: Float32Array;
  /** Mean squared errors that are stored, where a stopping rule needs them; see `ExampleWork`. */
  errors?: Float64Array[];
  /** Slots of pairs that are not evaluated: pruned beforehand. Absent where nothing is pruned, or not known yet. */
  skip?: readonly number[];
}

/** What a scorer leaves in the run folder, whichever kind it is. */
export interface ScorerResults {
  /** A sentence for every segment of an earlier session of which something was lost. */
  readonly damage: readonly string[];
  /** Examples of the task that lack results, in task order. */
  pending(): PendingExample[];
  isDone(index: number): boolean;
  /** Model evaluations stored for an example. */
  evaluations(index: number): number;
  /** Model evaluations that an example needs from trial `start` on, as far as is known: a rule may still spare some. */
  remaining(index: number, start: number): number;
  /** Model evaluations that a stopping rule spares an example that it ended; 0 without one. */
  spared(index: number): number;
  /** Takes a fresh result: into memory, and to disk soon. @throws ResultsError where the disk refuses. */
  accept(output: ScorerOutput): void;
  /** Writes what is buffered. */
  flush(): void;
  /** Ends this session's segments. */
  close(): void;
  /** Turns all segments into the final files. */
  compact(): void;
}
