/** What a run's summary or manifest says was stored, and the folder no longer holds. */

import { existsSync } from 'node:fs';
import { ResultsError } from '../errors.ts';
import type { Manifest } from '../results/manifest.ts';
import type { RunFolder } from '../results/run-folder.ts';
import type { ScorerResults } from '../results/scorer-results.ts';
import type { Example } from '../scoring/example.ts';
import { askedForMaps } from './missing-examples.ts';
import type { ScorerView } from './scorer-view.ts';
import type { Summary } from './summary-schema.ts';

/** A run as it is read, whole or in parts. */
export interface StoredParts {
  folder: RunFolder;
  manifest: Manifest;
  examples: readonly Example[];
  views: ReadonlyMap<string, ScorerView>;
  last: Summary | undefined;
}

/**
 * An error per scorer of which fewer evaluations are stored than the last summary counts. They were taken away: scores
 * of the rest would be scores of fewer examples without a word.
 */
export function lostResults({ folder, manifest, examples, views, last }: StoredParts): ResultsError[] {
  if (!last || mayHoldFewer(folder, manifest)) return [];
  return [...views].flatMap(([name, { kind, results }]) => {
    const expected = last.scorers[name]?.evaluations ?? 0;
    const stored = evaluationsOf(results, examples.length);
    if (stored >= expected) return [];
    const file = kind === 'diffusion' ? folder.trialsFile(name) : folder.scoresFile(name);
    // Interrupted sessions leave theirs in segments.
    const path = existsSync(file) || !folder.hasSegments() ? file : folder.segments;
    return [
      new ResultsError({
        what: existsSync(path) ? 'stored results are missing' : 'a results file is missing',
        where: path,
        expected: `the ${expected} evaluations of "${name}" that summary.json counts`,
        got: `${stored}`,
        fix: 'Put back a copy of the file, or run the same `winoscope score` again to compute them anew.',
      }),
    ];
  });
}

/** Whether the last summary was made of exactly what is stored. */
export function isUpToDate({ folder, manifest, examples, views, last }: StoredParts): boolean {
  if (!last || mayHoldFewer(folder, manifest)) return false;
  return [...views].every(
    ([name, { results }]) => last.scorers[name]?.evaluations === evaluationsOf(results, examples.length),
  );
}

function evaluationsOf(results: ScorerResults, count: number): number {
  let sum = 0;
  for (let index = 0; index < count; index++) sum += results.evaluations(index);
  return sum;
}

/** What a cut-off session began to evaluate anew on other hardware does not count until it is through. */
function mayHoldFewer(folder: RunFolder, { numerics }: Manifest): boolean {
  return numerics.length > 1 && folder.hasSegments();
}

/** A sentence per diffusion scorer whose finished examples lack the error maps that a session was to store. */
export function lostMaps({ folder, manifest, examples, views }: StoredParts): string[] {
  const wanted = askedForMaps(manifest.sessions, examples);
  return [...views].flatMap(([name, view]) => {
    if (view.kind !== 'diffusion') return [];
    const { results } = view;
    const lacking = [...wanted].filter((index) => results.isDone(index) && !results.maps.get(index)).length;
    if (lacking === 0) return [];
    const path = folder.mapsFile(name);
    const what = existsSync(path)
      ? `${path} lacks the error maps of ${lacking} finished examples, which run.json says were stored`
      : `${path} is missing, though run.json says that error maps were stored`;
    return [`${what}: run the same \`winoscope score\` again to compute them anew.`];
  });
}
