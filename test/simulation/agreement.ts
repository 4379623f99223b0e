/**
 * What stopping early changed, between two stored runs of the same task and plan:
 *
 *     npm run simulate -- agreement FULL STOPPED
 *
 * Of the examples whose every contest the full run settles (|z| >= 3), and of all, how many have the same verdict in the
 * stopped run, by metric, and with what share of the evaluations.
 */

import { verdict } from '../../src/metrics/evaluate.ts';
import { openRun, type StoredRun } from '../../src/run/open-run.ts';
import { type DiffusionView, scoresOf } from '../../src/run/scorer-view.ts';
import { contestsOf, differencesOf } from '../../src/scoring/contests.ts';
import { isSettled } from './stopping.ts';

const NATIVE = { loss: 'mse', errorSpace: 'native' } as const;
const METRICS = ['text', 'image', 'group', 'groupMatch', 'accuracy'] as const;

/** The report, line by line. */
export function compareRuns(full: string, stopped: string): string[] {
  const [a, b] = [openRun(full), openRun(stopped)];
  const [whole, early] = [diffusionOf(a), diffusionOf(b)];
  const { plan } = whole;
  const identity = Object.values(a.manifest.identity.scorers).find(({ kind }) => kind === 'diffusion')!;
  const uncond = identity.kind === 'diffusion' ? identity.uncond : 'auto';
  const groups = { settled: newGroup(), all: newGroup() };
  for (const [index, example] of a.examples.entries()) {
    const [x, y] = [verdictOf(a, whole, index), verdictOf(b, early, index)];
    if (!x || !y) continue;
    const errors = (slot: number) => whole.results.store.values(index, slot, 'mse');
    const clear = contestsOf(example, uncond).every((contest) =>
      isSettled(plan, differencesOf(contest, plan.trials.length, errors)),
    );
    for (const group of clear ? [groups.settled, groups.all] : [groups.all]) {
      group.examples++;
      group.evaluations += early.results.evaluations(index);
      group.whole += whole.results.evaluations(index);
      const metrics = early.results.decision(index)?.metrics ?? {};
      if (Object.values(metrics).includes('undecided')) group.undecided++;
      for (const metric of METRICS)
        if (x[metric] !== y[metric]) group.changed.set(metric, (group.changed.get(metric) ?? 0) + 1);
    }
  }
  return [linesOf('settled by the full run', groups.settled), linesOf('all examples', groups.all)];
}

function newGroup() {
  return { examples: 0, evaluations: 0, whole: 0, undecided: 0, changed: new Map<string, number>() };
}

function linesOf(name: string, group: ReturnType<typeof newGroup>): string {
  const changes = [...group.changed].map(([metric, count]) => `${metric} of ${count}`).join(', ');
  const share = ((100 * group.evaluations) / group.whole).toFixed(1);
  return `${name}: ${group.examples} examples, ${group.evaluations} of ${group.whole} evaluations (${share} %), ${group.undecided} with something undecided; another verdict: ${changes || 'none'}`;
}

function verdictOf({ examples }: StoredRun, view: DiffusionView, index: number) {
  const scores = scoresOf(view, index, NATIVE);
  if (!scores) return undefined;
  const { raw, normalized } = scores;
  return verdict({
    scores: raw,
    truth: examples[index]!.truth,
    ...(normalized && { imageScores: normalized }),
  });
}

function diffusionOf(run: StoredRun): DiffusionView {
  const view = [...run.views.values()].find((each): each is DiffusionView => each.kind === 'diffusion');
  if (view) return view;
  process.stderr.write(`simulate: no diffusion scorer in ${run.folder.path}\n`);
  process.exit(2);
}
