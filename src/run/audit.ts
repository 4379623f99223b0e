/** Whether a run's published summary is what its data say, and its data what its models give. */

import type { Task } from '../../tasks/task.ts';
import { messageOf, ResultsError, UsageError, WinoscopeError } from '../errors.ts';
import type { Manifest } from '../results/manifest.ts';
import { RunFolder } from '../results/run-folder.ts';
import type { Example } from '../scoring/example.ts';
import type { AuditCheck } from './audit-check.ts';
import { auditScorerFiles, auditTask } from './audit-files.ts';
import { auditNumbers } from './audit-numbers.ts';
import { auditReplay } from './audit-replay.ts';
import { openRun, type StoredRun } from './open-run.ts';

export interface AuditOptions {
  /** Trials of each diffusion scorer, and examples of each CLIP scorer and classifier, that are computed again; 0 for none. */
  trials: number;
  /** Of the draw. */
  seed: number;
  /** Finds the task as it is today, or says why it is not here. */
  findTask: (manifest: Manifest) => Promise<Task | string>;
  signal?: AbortSignal;
}

/**
 * Audits a run; yields checks as they are made. Connects to nothing and changes nothing.
 * @throws UsageError where the folder holds no run, or the signal's reason.
 */
export async function* auditRun(path: string, options: AuditOptions): AsyncGenerator<AuditCheck> {
  let run: StoredRun | undefined;
  try {
    run = openRun(path);
    yield* storedChecks(run);
    yield* auditNumbers(run);
  } catch (error) {
    if (!(error instanceof ResultsError)) throw error;
    yield { check: 'stored', state: 'failed', message: error.message };
  }
  const manifest = run?.manifest ?? manifestOf(path);
  if (!manifest) return;
  const task = await options.findTask(manifest);
  if (run) yield* auditTask(manifest, run.examples, task);
  for (const scorer of Object.keys(manifest.identity.scorers)) {
    const { checks, rerun } = await auditScorerFiles(manifest, scorer);
    yield* checks;
    if (options.trials === 0) continue;
    const view = run?.views.get(scorer);
    const hasModel = ['diffusion', 'clip', 'classifier'].includes(manifest.identity.scorers[scorer]!.kind);
    if (hasModel && !rerun) yield notReplayed(scorer, 'its model is not here, or is another one');
    else if (!run || !view) yield notReplayed(scorer, 'its results cannot be read');
    else if (typeof task === 'string') yield notReplayed(scorer, 'the pictures are not here');
    else yield* replay(run, { scorer, task, options });
  }
  options.signal?.throwIfAborted();
}

function* storedChecks({ folder, views }: StoredRun): Generator<AuditCheck> {
  const damage = [...views.values()].flatMap(({ results }) => results.damage);
  for (const message of damage) yield { check: 'stored', state: 'failed', message: `${message}.` };
  if (damage.length === 0)
    yield { check: 'stored', state: 'passed', message: 'Every checksum within the run fits.' };
  const holder = folder.holder();
  if (holder) {
    const message = `Process ${holder.pid} on ${holder.host} is working on the run: audit it again when it has ended.`;
    yield { check: 'stored', state: 'not checked', message };
  }
}

async function* replay(
  { manifest, views, examples }: StoredRun,
  { scorer, task, options }: { scorer: string; task: Task; options: AuditOptions },
): AsyncGenerator<AuditCheck> {
  const { trials, seed, signal } = options;
  try {
    yield* await auditReplay({
      manifest,
      scorer,
      view: views.get(scorer)!,
      examples: withPictures(examples, task),
      count: trials,
      seed,
      ...(signal && { signal }),
    });
  } catch (error) {
    if (!(error instanceof WinoscopeError)) throw error;
    yield notReplayed(scorer, messageOf(error));
  }
}

/** Pictures and captions as they are today; an example that is not there any more keeps its own, which have no bytes. */
function withPictures(stored: readonly Example[], task: Task): Example[] {
  const today = new Map(task.examples.map((example) => [example.id, example]));
  return stored.map((example) => today.get(example.id) ?? example);
}

function notReplayed(scorer: string, why: string): AuditCheck {
  const message = `Nothing of "${scorer}" was computed again: ${why}.`;
  return { check: 'replay', scorer, state: 'not checked', message };
}

function manifestOf(path: string): Manifest | undefined {
  try {
    return new RunFolder(path).readManifest();
  } catch (error) {
    if (error instanceof ResultsError || error instanceof UsageError) return undefined;
    throw error;
  }
}
