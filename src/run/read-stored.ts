import { ResultsError } from '../errors.ts';
import type { Manifest } from '../results/manifest.ts';
import type { RunFolder } from '../results/run-folder.ts';

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
