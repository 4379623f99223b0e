/** What `winoscope` exports to programs. */

export {
  type ErrorParts,
  InputError,
  ModelFileError,
  PlanMismatchError,
  ResultsError,
  ShapeError,
  UsageError,
  WinoscopeError,
} from './errors.ts';
export { type ModelRef, resolveRef } from './hub/resolve-ref.ts';
export type { RunEvent, ScorerPlan } from './run/events.ts';
export { openRun, type StoredRun } from './run/open-run.ts';
export { type PreparedRun, prepareRun, type RunRequest } from './run/prepare-run.ts';
export { type RunTaskOptions, runTask } from './run/run-task.ts';
export { scorePairs } from './run/score-pairs.ts';
export { prepareScorer, type ScorerRequest, type ScoringOptions } from './run/settings.ts';
export type { Analysis, Comparison, MetricSummary, ScorerSummary, Summary } from './run/summary-schema.ts';
export type { Example } from './scoring/example.ts';
