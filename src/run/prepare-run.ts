/** Everything that is checked and fixed before a run begins: scorers, identity, numeric settings, folder. */

import { join } from 'node:path';
import type { Task } from '../../tasks/task.ts';
import type { ScoreLoss } from '../diffusion/denoising-error.ts';
import { packageVersion } from '../hub/package-root.ts';
import { isDeviceName } from '../hub/safe-path.ts';
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
import { type Shard, shardFolder } from '../results/shard-folders.ts';
import { withAutoCalls } from './auto-calls.ts';
import { checkBound, checkGuidance, checkNames } from './check-scorers.ts';
import type { Failure } from './failures.ts';
import { numericsOf } from './numerics.ts';
import { checkOwnMetrics } from './own-metrics.ts';
import { preflight } from './preflight.ts';
import { checkDropping, orderForPruning } from './prune.ts';
import { readStored } from './read-stored.ts';
import { type Selection, select } from './select.ts';
import {
  identityOf,
  type PreparedScorer,
  prepareScorer,
  type ScorerRequest,
  type ScoringOptions,
} from './settings.ts';
import { takeShard } from './shard.ts';
import { bindingManifest, doneElsewhere, doneIn } from './shard-run.ts';

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
  /**
   * Whether batch, threads and workers that are not given are found by trying, where this machine has not tried the
   * model before. A run that goes on never measures. @default false
   */
  measure?: boolean;
  /** Told before a scorer is measured: it takes a moment. */
  onMeasure?: (scorer: string) => void;
  /** The part of the selection to work on; all of it where absent. */
  shard?: Shard;
  /** The command line without the shard, for the manifest. */
  command?: readonly string[];
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
  /** The part that this is of the run in a folder above, and whether that has all that was asked for already. */
  shard?: Shard & { run: RunFolder; isMerged: boolean };
}

/**
 * Prepares a run. Writes nothing into its folder; loads a model only to measure it.
 * @throws UsageError, InputError, ModelFileError for bad input; PlanMismatchError where the folder holds another run;
 *   ResultsError where it holds results of none.
 */
export async function prepareRun(request: RunRequest): Promise<PreparedRun> {
  const { task, scoring } = request;
  checkNames(request.scorers);
  for (const device of [scoring.device, ...(scoring.moreDevices ?? [])]) checkDevice(device);
  checkOwnMetrics(task);
  const wanted = select(task.examples, request.selection);
  let scorers = orderForPruning(request.scorers.map((scorer) => prepareScorer(scorer, scoring)));
  checkGuidance(scorers, scoring.guidance);
  checkBound(scorers, request.loss ?? 'mse');
  checkDropping(
    scorers,
    wanted.map((index) => task.examples[index]!),
  );
  // Of all shards: a run in parts refuses, and warns of, what one process would.
  const checked = checkInput(request, scorers, wanted);
  const { warnings } = checked;
  const identity: Identity = {
    task: { name: task.name, version: task.version, hash: task.hash, count: task.examples.length },
    scorers: Object.fromEntries(
      await Promise.all(scorers.map(async (scorer) => [scorer.name, await identityOf(scorer)] as const)),
    ),
  };
  const hash = identityHash(identity);
  const run = new RunFolder(request.out ?? join('runs', folderName(task, hash)));
  const shard = request.shard && { ...request.shard, run };
  const folder = shard ? shardFolder(run, shard) : run;
  const stored = readStored(folder);
  const binding = stored ?? (shard && bindingManifest(run));
  if (binding) {
    checkIdentity(binding.identity, identity, folder.path);
    // A run goes on with the calls it was begun with, unless told otherwise.
    const calls = binding.numerics[0]?.calls;
    scorers = orderForPruning(
      request.scorers.map((scorer) => prepareScorer(scorer, scoring, calls?.[scorer.name])),
    );
  } else {
    const { measure = false, onMeasure } = request;
    // One after the other: measurements would disturb each other.
    for (const [k, scorer] of scorers.entries())
      scorers[k] = await withAutoCalls(scorer, { scoring, measure, onMeasure });
  }
  const current = numericsOf(scorers);
  const all = [...(binding?.numerics ?? [])];
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
  const known = { manifest, examples: task.examples, maps: scoring.maps };
  const part = new Set(shard ? partOf(shard, wanted, known) : wanted);
  const ids = new Set([...part].map((index) => task.examples[index]!.id));
  return {
    folder,
    scorers,
    selected: checked.selected.filter((index) => part.has(index)),
    failures: checked.failures.filter(({ id }) => ids.has(id)),
    manifest,
    stored,
    numerics,
    warnings,
    resumed,
    ...(shard && { shard: { ...shard, isMerged: isIn(run, checked.selected, known) } }),
  };
}

/** What is asked of the folders of a run: which of these examples they have. */
type Known = Parameters<typeof doneIn>[1];

/** Whether a run has the examples by itself, its shards aside. */
function isIn(run: RunFolder, wanted: readonly number[], known: Known): boolean {
  const done = doneIn([run], known);
  return wanted.every((index) => done.has(index));
}

/** A name that every system takes: Windows takes `nul.x-1a2b3c4d` for a device, whatever follows the dot. */
function folderName({ name }: Task, hash: string): string {
  return `${isDeviceName(name) ? 'task-' : ''}${name}-${hash.slice(0, 8)}`;
}

/** Places of the wanted examples that a shard has to work on. */
function partOf(shard: Shard & { run: RunFolder }, wanted: readonly number[], known: Known): number[] {
  const done = doneElsewhere(shard, known);
  const taken = takeShard(wanted, known.examples, { identity: known.manifest.identity, shard });
  return taken.filter((index) => !done.has(index));
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
