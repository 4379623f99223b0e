/** What a run's summary or manifest says was stored, and the folder no longer holds. */

import { existsSync } from 'node:fs';
import { ResultsError } from '../errors.ts';
import type { Manifest } from '../results/manifest.ts';
import type { RunFolder } from '../results/run-folder.ts';
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
 * of the rest would be scores of fewer examples without a word. A run whose last session was cut off may hold fewer
 * rightly: what it began to evaluate anew on other hardware does not count until it is through.
 */
export function lostResults({ folder, examples, views, last }: StoredParts): ResultsError[] {
  if (!last || folder.hasSegments()) return [];
  return [...views].flatMap(([name, { kind, results }]) => {
    const expected = last.scorers[name]?.evaluations ?? 0;
    const stored = [...examples.keys()].reduce((sum, index) => sum + results.evaluations(index), 0);
    if (stored >= expected) return [];
    const path = kind === 'diffusion' ? folder.trialsFile(name) : folder.scoresFile(name);
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
