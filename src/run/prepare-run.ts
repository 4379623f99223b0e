/** Everything that is checked and fixed before a run begins: scorers, identity, numeric settings, folder. */

import { join } from 'node:path';
import type { Task } from '../../tasks/task.ts';
import type { ScoreLoss } from '../diffusion/denoising-error.ts';
import { ResultsError } from '../errors.ts';
import { packageVersion } from '../hub/package-root.ts';
import { checkDevice } from '../onnx/session.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import {
  checkIdentity,
  checkNumerics,
  FORMAT,
  type Identity,
  identityHash,
  type Manifest,
} from '../results/manifest.ts';
import { RunFolder } from '../results/run-folder.ts';
import type { Failure } from './failures.ts';
import { numericsOf } from './numerics.ts';
import { checkOwnMetrics } from './own-metrics.ts';
import { preflight } from './preflight.ts';
import { checkDropping, orderForPruning } from './prune.ts';
import { type Selection, select } from './select.ts';
import {
  checkBound,
  checkGuidance,
  checkNames,
  identityOf,
  type PreparedScorer,
  prepareScorer,
  type ScorerRequest,
  type ScoringOptions,
} from './settings.ts';

export interface RunRequest {
  task: Task;
  scorers: readonly ScorerRequest[];
  scoring: ScoringOptions;
  selection: Selection;
  /** Which errors the scores will be made of. @default 'mse' */
  loss?: ScoreLoss;
  /** By default `runs/<task>-<identity>`. */
  out?: string;
  strict: boolean;
  force: boolean;
  /** What to do with an example that cannot be scored. @default 'stop' */
  onError?: 'stop' | 'skip';
  allowMixed: boolean;
}

/** A run that can begin. */
export interface PreparedRun {
  folder: RunFolder;
  scorers: PreparedScorer[];
  /** Places in the task of the selected examples that can be scored. */
  selected: number[];
  /** Selected examples that are left out: a scorer refuses them before its model is loaded. */
  failures: Failure[];
  /** The manifest as it is to be written: with the sessions of a stored run, not yet this one. */
  manifest: Manifest;
  /** The manifest of the run that the folder holds. */
  stored: Manifest | undefined;
  /** Number of the numeric setting of this session. */
  numerics: number;
  warnings: string[];
  resumed: boolean;
}

/**
 * Prepares a run. Loads no model and writes nothing.
 * @throws UsageError, InputError, ModelFileError for bad input; PlanMismatchError where the folder holds another run;
 *   ResultsError where it holds results of none.
 */
export async function prepareRun(request: RunRequest): Promise<PreparedRun> {
  const { task, scoring } = request;
  checkNames(request.scorers);
  checkDevice(scoring.device);
  checkOwnMetrics(task);
  const wanted = select(task.examples, request.selection);
  let scorers = orderForPruning(request.scorers.map((scorer) => prepareScorer(scorer, scoring)));
  checkGuidance(scorers, scoring.guidance);
  checkBound(scorers, request.loss ?? 'mse');
  checkDropping(
    scorers,
    wanted.map((index) => task.examples[index]!),
  );
  const { warnings, failures, selected } = checkInput(request, scorers, wanted);
  const identity: Identity = {
    task: { name: task.name, version: task.version, hash: task.hash, count: task.examples.length },
    scorers: Object.fromEntries(
      await Promise.all(scorers.map(async (scorer) => [scorer.name, await identityOf(scorer)] as const)),
    ),
  };
  const hash = identityHash(identity);
  const folder = new RunFolder(request.out ?? join('runs', `${task.name}-${hash.slice(0, 8)}`));
  const stored = readStored(folder);
  if (stored) {
    checkIdentity(stored.identity, identity, folder.path);
    // A run goes on with the calls it was begun with, unless told otherwise.
    const calls = stored.numerics[0]?.calls;
    scorers = orderForPruning(
      request.scorers.map((scorer) => prepareScorer(scorer, scoring, calls?.[scorer.name])),
    );
  }
  const current = numericsOf(scorers);
  const all = [...(stored?.numerics ?? [])];
  let numerics = all.findIndex((entry) => canonicalJson(entry) === canonicalJson(current));
  if (numerics < 0) {
    if (all[0] && !request.allowMixed) checkNumerics(all[0], current, folder.path);
    numerics = all.push(current) - 1;
  }
  const manifest: Manifest = {
    format: FORMAT,
    version: packageVersion(),
    identity,
    identityHash: hash,
    numerics: all,
    sessions: [...(stored?.sessions ?? [])],
    about: aboutOf(request, scorers, [...new Set([...(stored?.about.warnings ?? []), ...warnings])]),
  };
  const resumed = stored !== undefined;
  return { folder, scorers, selected, failures, manifest, stored, numerics, warnings, resumed };
}

/** The manifest of the run in a folder. @throws ResultsError where there are results without one. */
export function readStored(folder: RunFolder): Manifest | undefined {
  // A run that failed before it had any result binds nobody to its settings.
  if (!folder.hasResults()) return undefined;
  const stored = folder.readManifest();
  if (stored) return stored;
  throw new ResultsError({
    what: 'the folder holds results but no run.json that says what they are of',
    where: folder.path,
    fix: 'Put its run.json back, or choose another folder with --out.',
  });
}

function checkInput(
  { task, strict, force, onError = 'stop' }: RunRequest,
  scorers: readonly PreparedScorer[],
  selected: readonly number[],
) {
  const examples = selected.map((index) => task.examples[index]!);
  const sizes = selected.map((index) => task.images[index]!);
  const warnings: string[] = [...(task.warnings ?? [])];
  const failures = new Map<number, Failure>();
  for (const scorer of scorers) {
    const found = preflight(examples, scorer, { sizes, strict, force, skip: onError === 'skip' });
    warnings.push(...found.warnings);
    for (const [k, message] of found.failures) {
      const index = selected[k]!;
      if (failures.has(index)) continue;
      failures.set(index, { scorer: scorer.name, id: examples[k]!.id, message });
    }
  }
  const usable = selected.filter((index) => !failures.has(index));
  return { warnings, failures: [...failures.values()], selected: usable };
}

function aboutOf(
  { task }: RunRequest,
  scorers: readonly PreparedScorer[],
  warnings: string[],
): Manifest['about'] {
  const { title, license, redistribution, citation, source } = task;
  return {
    task: {
      title,
      license,
      redistribution,
      citation,
      source,
      ...(task.classes && { classes: [...task.classes] }),
      ...(task.leastPerTag !== undefined && { leastPerTag: task.leastPerTag }),
      ...(task.metrics && { metrics: [...task.metrics] }),
      ...(task.expected && { expected: [...task.expected] }),
    },
    scorers: Object.fromEntries(
      scorers.map(({ name, ref, settings }) => [
        name,
        settings.kind === 'diffusion' ? { ref, schedule: settings.description.schedule } : { ref },
      ]),
    ),
    warnings,
  };
}
