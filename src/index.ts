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
export { publishedFor } from './report/published.ts';
export { robustnessReport } from './report/robustness.ts';
export { type ScoreRow, scoreRows } from './report/score-rows.ts';
export { arrowFile } from './results/tables.ts';
export type { Normalization, Setting, SettingRequest } from './run/analysis-setting.ts';
export { type AnalyzeRequest, analyze, type Reanalysis, type Variant } from './run/analyze.ts';
export { compareRuns, type RunComparison } from './run/compare-runs.ts';
export type { RunEvent, ScorerPlan } from './run/events.ts';
export { type FitOptions, fitWeights } from './run/fit-weights.ts';
export { openRun, type StoredRun } from './run/open-run.ts';
export { type PreparedRun, prepareRun, type RunRequest } from './run/prepare-run.ts';
export {
  type DecisionRow,
  decisionRows,
  EMPTY_CAPTION,
  type MapRow,
  mapRows,
  type PairRow,
  pairRows,
  type RunTables,
  type TrialRow,
  tablesOf,
  trialRows,
} from './run/run-rows.ts';
export { type RunTaskOptions, runTask } from './run/run-task.ts';
export { scoreByTrials, type TrialsRow } from './run/score-by-trials.ts';
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
