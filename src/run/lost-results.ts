/** What a run's summary or manifest says was stored, and the folder no longer holds. */

import { existsSync } from 'node:fs';
import { counted, ResultsError } from '../errors.ts';
import type { Manifest } from '../results/manifest.ts';
import type { RunFolder } from '../results/run-folder.ts';
import type { Example } from '../scoring/example.ts';
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
export function lostResults({ folder, examples, views, last }: StoredParts): ResultsError[] {
  if (!last) return [];
  return [...views].flatMap(([name, view]) => {
    const expected = last.scorers[name]?.evaluations ?? 0;
    // Whatever counts by now, nothing that was stored is ever left out.
    const stored = sumOf(examples, (index) =>
      view.kind === 'diffusion' ? view.results.store.kept(index) : view.results.evaluations(index),
    );
    if (stored >= expected) return [];
    const file = view.kind === 'diffusion' ? folder.trialsFile(name) : folder.scoresFile(name);
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
export function isUpToDate({ examples, views, last }: StoredParts): boolean {
  return [...views].every(
    ([name, { results }]) =>
      last?.scorers[name]?.evaluations === sumOf(examples, (index) => results.evaluations(index)),
  );
}

/** A sentence per diffusion scorer of which fewer examples have error maps than the last summary counts. */
export function lostMaps({ folder, views, last }: StoredParts): string[] {
  return [...views].flatMap(([name, view]) => {
    const expected = last?.scorers[name]?.maps ?? 0;
    if (view.kind !== 'diffusion' || view.results.maps.size >= expected) return [];
    const path = folder.mapsFile(name);
    const what = existsSync(path) ? `${path} lacks error maps` : `${path} is missing`;
    return [
      `${what}: summary.json counts those of ${counted(expected, 'example')}, ${view.results.maps.size} are stored. Put back a copy of the file, or run the same \`winoscope score\` again to compute them anew.`,
    ];
  });
}

function sumOf(examples: readonly Example[], value: (index: number) => number): number {
  let sum = 0;
  for (const index of examples.keys()) sum += value(index);
  return sum;
}
