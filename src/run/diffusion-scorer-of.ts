import { UsageError } from '../errors.ts';
import type { StoredRun } from './open-run.ts';
import type { DiffusionView } from './scorer-view.ts';

/**
 * A diffusion scorer of a stored run, by name or the only one.
 * @throws UsageError where there is none of that name, or several and none is named.
 */
export function diffusionScorerOf(run: StoredRun, scorer: string | undefined): [string, DiffusionView] {
  const all = [...run.views].filter(
    (entry): entry is [string, DiffusionView] => entry[1].kind === 'diffusion',
  );
  const found = scorer === undefined && all.length === 1 ? all[0] : all.find(([name]) => name === scorer);
  if (found) return found;
  if (all.length === 0) {
    throw new UsageError({
      what: 'the run has no diffusion scorer',
      where: run.folder.path,
      fix: 'Pass a run that was scored with --diffusion: trials are what this reads.',
    });
  }
  throw new UsageError({
    what:
      scorer === undefined
        ? 'say which diffusion scorer of the run'
        : `no diffusion scorer "${scorer}" in the run`,
    where: run.folder.path,
    expected: all.map(([name]) => name).join(', '),
    ...(scorer === undefined && { fix: 'Pass --scorer NAME.' }),
  });
}
