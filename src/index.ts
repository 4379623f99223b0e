/** What `winoscope` exports to programs. */

export {
  type ErrorParts,
  HubError,
  type HubFailure,
  InputError,
  ModelFileError,
  PlanMismatchError,
  ResultsError,
  ShapeError,
  UsageError,
  WinoscopeError,
} from './errors.ts';
export { type HubSettings, hubSettings } from './hub/hub-settings.ts';
export { type PullEvent, type PullRequest, type PullResult, pull } from './hub/pull.ts';
export { resolveModel } from './hub/resolve-model.ts';
export { type ModelRef, resolveRef } from './hub/resolve-ref.ts';
export type { RunEvent, ScorerPlan } from './run/events.ts';
export { openRun, type StoredRun } from './run/open-run.ts';
export { type PreparedRun, prepareRun, type RunRequest } from './run/prepare-run.ts';
export { type RunTaskOptions, runTask } from './run/run-task.ts';
export { scorePairs } from './run/score-pairs.ts';
export { prepareScorer, type ScorerRequest, type ScoringOptions } from './run/settings.ts';
export type { StopRequest } from './run/stop-request.ts';
export type { Analysis, Comparison, MetricSummary, ScorerSummary, Summary } from './run/summary-schema.ts';
export type { Example } from './scoring/example.ts';
export { aboveChance, leastAboveChance } from './stats/above-chance.ts';
export { type BootstrapOptions, bootstrapMean, bootstrapStatistic } from './stats/bootstrap.ts';
export { brierScore, expectedCalibrationError, logLoss, reliability } from './stats/calibration.ts';
export { detectableDifference, detectablePairedDifference } from './stats/detectable.ts';
export { holm } from './stats/holm.ts';
export { mcnemarExact, mcnemarMidP } from './stats/mcnemar.ts';
export { monteCarloFromRerun, repeatsStandardError, scoreSpread } from './stats/monte-carlo-error.ts';
export { pairedBootstrap } from './stats/paired-bootstrap.ts';
export { fitTemperature, softmax } from './stats/temperature.ts';
export { fisherExact, newcombeInterval, twoProportionTest } from './stats/two-proportions.ts';
export { pairingBounds } from './stats/unknown-pairing.ts';
export { wilsonInterval } from './stats/wilson.ts';
