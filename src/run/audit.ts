/** Whether a run's published summary is what its data say, and its data what its models give. */

import type { Task } from '../../tasks/task.ts';
import { messageOf, WinoscopeError } from '../errors.ts';
import type { Manifest } from '../results/manifest.ts';
import type { Example } from '../scoring/example.ts';
import type { AuditCheck } from './audit-check.ts';
import { auditScorerFiles, auditTask } from './audit-files.ts';
import { auditNumbers } from './audit-numbers.ts';
import { type AuditedRun, openForAudit } from './audit-open.ts';
import { auditReplay } from './audit-replay.ts';
import type { RerunScorer } from './rerun-settings.ts';

const WHOLE = 'Every file that numbers are read from is there, and its checksum fits.';

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
 * Audits a run; yields checks as they are made. Connects to nothing and changes nothing. What is damaged or missing
 * fails, and keeps nothing from being checked that does not rest on it.
 * @throws UsageError where the folder holds no run, or the signal's reason.
 */
export async function* auditRun(path: string, options: AuditOptions): AsyncGenerator<AuditCheck> {
  const { found, damage } = openForAudit(path);
  for (const message of damage) yield { check: 'stored', state: 'failed', message };
  if (damage.length === 0) yield { check: 'stored', state: 'passed', message: WHOLE };
  if (!found) {
    yield notChecked('summary', 'Nothing else can be checked without run.json.');
    return;
  }
  const { manifest, whole, folder } = found;
  const holder = folder.holder();
  if (holder) {
    const message = `Process ${holder.pid} on ${holder.host} is working on the run: audit it again when it has ended.`;
    yield notChecked('stored', message);
  }
  if (whole) yield* auditNumbers(whole);
  else yield notChecked('summary', 'Summary, scores and decisions rest on what is damaged or missing.');
  const task = await options.findTask(manifest);
  if (found.examples) yield* auditTask(manifest, found.examples, task);
  else yield notChecked('task', 'Captions and pictures: the stored examples cannot be read.');
  for (const scorer of Object.keys(manifest.identity.scorers)) {
    const { checks, rerun } = await auditScorerFiles(manifest, scorer);
    yield* checks;
    if (options.trials > 0) yield* replayed(found, { scorer, rerun, task, options });
  }
  options.signal?.throwIfAborted();
}

interface ReplayRequest {
  scorer: string;
  /** How its model is opened; undefined where that is not here, or another one. */
  rerun: RerunScorer | undefined;
  task: Task | string;
  options: AuditOptions;
}

async function* replayed(run: AuditedRun, request: ReplayRequest): AsyncGenerator<AuditCheck> {
  const { manifest, views, examples } = run;
  const { scorer, rerun, task, options } = request;
  const view = views.get(scorer);
  const hasModel = ['diffusion', 'clip', 'classifier'].includes(manifest.identity.scorers[scorer]!.kind);
  const notReplayed = (why: string): AuditCheck => ({
    ...notChecked('replay', `Nothing of "${scorer}" was computed again: ${why}.`),
    scorer,
  });
  if (hasModel && !rerun) return yield notReplayed('its model is not here, or is another one');
  if (!view || !examples) return yield notReplayed('its results cannot be read');
  if (typeof task === 'string') return yield notReplayed('the pictures are not here');
  const { trials, seed, signal } = options;
  try {
    yield* await auditReplay({
      manifest,
      scorer,
      view,
      ...withPictures(examples, task),
      count: trials,
      seed,
      ...(signal && { signal }),
    });
  } catch (error) {
    if (!(error instanceof WinoscopeError)) throw error;
    yield notReplayed(messageOf(error));
  }
}

/** Pictures and captions as they are today. An example that is not there any more was told of, and cannot be used. */
function withPictures(
  stored: readonly Example[],
  task: Task,
): { examples: Example[]; usable: ReadonlySet<number> } {
  const today = new Map(task.examples.map((example) => [example.id, example]));
  const usable = [...stored.keys()].filter((index) => today.has(stored[index]!.id));
  return {
    examples: stored.map((example) => today.get(example.id) ?? example),
    usable: new Set(usable),
  };
}

function notChecked(check: AuditCheck['check'], message: string): AuditCheck {
  return { check, state: 'not checked', message };
}
