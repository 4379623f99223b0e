/** Files of a run that say nothing new: made anew from what is stored at every end, and compared by an audit. */

import type { RunFolder } from '../results/run-folder.ts';
import { scoreLines } from '../results/score-files.ts';
import { sealLines } from '../results/seal.ts';
import type { Example } from '../scoring/example.ts';
import { type DiffusionView, type ScorerView, scoresOf } from './scorer-view.ts';
import type { Summary } from './summary-schema.ts';

export interface DerivedFrom {
  views: ReadonlyMap<string, ScorerView>;
  examples: readonly Example[];
  /** Its analysis and which scores are the primary ones. */
  summary: Summary;
}

/** Contents by path: the scores of the diffusion scorers, and what stopping rules decided where they decided anything. */
export function derivedFiles(folder: RunFolder, from: DerivedFrom): Map<string, string> {
  const files = new Map<string, string>();
  const decisions: string[] = [];
  for (const [name, view] of from.views) {
    if (view.kind !== 'diffusion') continue;
    files.set(folder.scoresFile(name), sealLines(diffusionScores(name, view, from)));
    decisions.push(...decisionsOf(name, view, from.examples));
  }
  if (decisions.length > 0) files.set(folder.decisionsFile, sealLines(decisions.join('')));
  return files;
}

/** Scores of a diffusion scorer in Winoground's form. */
function diffusionScores(name: string, view: DiffusionView, { examples, summary }: DerivedFrom): string {
  const { primary } = summary.scorers[name]!;
  return examples
    .map(({ id }, index) => {
      const scores = scoresOf(view, index, summary.analysis);
      return scores
        ? scoreLines(id, (primary === 'normalized' ? scores.normalized : undefined) ?? scores.raw)
        : '';
    })
    .join('');
}

/** What a stopping rule decided, a line per example. */
function decisionsOf(scorer: string, view: DiffusionView, examples: readonly Example[]): string[] {
  if (!view.stop) return [];
  const { rule } = view.stop;
  const level = view.stop.rule === 'stages' ? {} : { alpha: view.stop.alpha };
  return examples.flatMap(({ id }, index) => {
    const trials = view.results.trialsOf(index);
    const end = Math.max(...trials);
    const left = view.results.store
      .pairs(index)
      .flatMap(({ image, caption }, slot) => (trials[slot]! < end ? [[image, caption, trials[slot]]] : []));
    const decision = view.results.decision(index);
    if (!decision && (left.length === 0 || !view.results.isDone(index))) return [];
    const told = { trials: end, metrics: {}, ...decision, ...(left.length > 0 && { left }) };
    return [`${JSON.stringify({ scorer, example: id, rule, ...level, ...told })}\n`];
  });
}
