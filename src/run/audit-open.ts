/** A run opened as far as it can be: damage to one part keeps nothing else from being checked. */

import { ResultsError } from '../errors.ts';
import type { Manifest } from '../results/manifest.ts';
import type { RunFolder } from '../results/run-folder.ts';
import type { Example } from '../scoring/example.ts';
import { lostMaps, lostResults } from './lost-results.ts';
import { openViews, readRecord, readRunExamples, type StoredRun, storedRun } from './open-run.ts';
import type { ScorerView } from './scorer-view.ts';
import { readSummary } from './stored-summary.ts';

/** What of a run can be read. */
export interface AuditedRun {
  folder: RunFolder;
  manifest: Manifest;
  examples: readonly Example[] | undefined;
  views: ReadonlyMap<string, ScorerView>;
  /** All of it, where all of it can be read and nothing is missing that its summary counts. */
  whole: StoredRun | undefined;
}

/** What can be read, undefined without a manifest; and a sentence on each file that cannot, or is missing. */
export interface Opened {
  found: AuditedRun | undefined;
  damage: string[];
}

/** Opens a run for its audit. @throws UsageError where the folder holds no run. */
export function openForAudit(path: string): Opened {
  const damage = new Set<string>();
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ResultsError)) throw error;
      damage.add(error.message);
      return undefined;
    }
  };
  const record = attempt(() => readRecord(path));
  if (!record) return { found: undefined, damage: [...damage] };
  const { folder, manifest } = record;
  const examples = attempt(() => readRunExamples(folder, manifest));
  // One that is damaged is told of; one that is not there is the summary's check.
  const summary = attempt(() => ({ last: readSummary(folder) }));
  const views = new Map<string, ScorerView>();
  if (examples) {
    for (const name of Object.keys(manifest.identity.scorers)) {
      const alone = { folder, manifest: withScorer(manifest, name), examples, last: summary?.last };
      const view = attempt(() => openViews(alone).get(name));
      if (view) views.set(name, view);
    }
  }
  for (const { results } of views.values()) for (const message of results.damage) damage.add(`${message}.`);
  const isReadable = examples && summary && views.size === Object.keys(manifest.identity.scorers).length;
  const parts = examples && { folder, manifest, examples, views: inOrder(views), last: summary?.last };
  const lost: { message: string }[] = parts ? lostResults(parts) : [];
  for (const { message } of lost) damage.add(message);
  // Maps of trials that are gone cannot be told from others.
  if (parts && lost.length === 0) for (const message of lostMaps(parts)) damage.add(message);
  const whole = isReadable && parts && lost.length === 0 ? storedRun(parts) : undefined;
  return { found: { folder, manifest, examples, views, whole }, damage: [...damage] };
}

/** The manifest as if it had one scorer alone, and the one that decides what that one evaluates. */
function withScorer(manifest: Manifest, name: string): Manifest {
  const { scorers } = manifest.identity;
  const scorer = scorers[name]!;
  const by = scorer.kind === 'diffusion' ? scorer.prune?.by : undefined;
  const kept = Object.entries(scorers).filter(([other]) => other === name || other === by);
  return { ...manifest, identity: { ...manifest.identity, scorers: Object.fromEntries(kept) } };
}

/** Diffusion scorers first, as in every report. */
function inOrder(views: ReadonlyMap<string, ScorerView>): Map<string, ScorerView> {
  const isFirst = ([, { kind }]: [string, ScorerView]) => kind === 'diffusion';
  const all = [...views];
  return new Map([...all.filter(isFirst), ...all.filter((entry) => !isFirst(entry))]);
}
