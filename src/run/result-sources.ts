/** Several folders with results of one run, read as one. */

import { PlanMismatchError } from '../errors.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import { differencesOf, type Manifest, type Numerics } from '../results/manifest.ts';
import type { ResultSource } from '../results/read-tables.ts';
import type { RunFolder } from '../results/run-folder.ts';

/** A folder with the manifest that says what its results are. */
export interface ResultPart {
  folder: RunFolder;
  manifest: Manifest;
}

/** The numeric settings of all parts, each once, in the order in which they come, and the parts numbered by them. */
export function putTogether(parts: readonly ResultPart[]): { numerics: Numerics[]; sources: ResultSource[] } {
  const numerics: Numerics[] = [];
  const places = new Map<string, number>();
  const sources = parts.map(({ folder, manifest }) => ({
    folder,
    numerics: manifest.numerics.map((setting) => {
      const key = canonicalJson(setting);
      if (!places.has(key)) places.set(key, numerics.push(setting) - 1);
      return places.get(key)!;
    }),
  }));
  return { numerics, sources };
}

/**
 * Demands that all parts are of one run.
 * @throws PlanMismatchError naming the first two that are not, and what differs.
 */
export function checkOneRun(parts: readonly ResultPart[]): void {
  const [first, ...others] = parts;
  for (const other of others) {
    if (other.manifest.identityHash === first!.manifest.identityHash) continue;
    const differences = differencesOf(first!.manifest.identity, other.manifest.identity, '');
    throw new PlanMismatchError({
      what: 'these are not parts of one run',
      where: `${first!.folder.path} and ${other.folder.path}`,
      expected: differences.map(([path, a]) => `${path} ${a}`).join(', '),
      got: differences.map(([path, , b]) => `${path} ${b}`).join(', '),
      fix: 'Merge only what was scored with the same task, models and settings.',
    });
  }
}

/**
 * Demands that all parts were computed under the same numeric settings.
 * @throws PlanMismatchError naming the first two that were not, and what differs.
 */
export function checkOneSetting(parts: readonly ResultPart[]): void {
  const all = parts.flatMap(({ folder, manifest }) =>
    manifest.numerics.map((setting) => ({ folder, setting })),
  );
  const [first, ...others] = all;
  for (const other of others) {
    const differences = differencesOf(first!.setting, other.setting, '');
    if (differences.length === 0) continue;
    throw new PlanMismatchError({
      what: 'the parts were computed under different numeric settings',
      where: `${first!.folder.path} and ${other.folder.path}`,
      expected: differences.map(([path, a]) => `${path} ${a}`).join(', '),
      got: differences.map(([path, , b]) => `${path} ${b}`).join(', '),
      fix: 'Score the parts with the same --batch and --threads on the same kind of machine, or pass --allow-mixed: errors may then differ by about 1e-5 between examples.',
    });
  }
}
