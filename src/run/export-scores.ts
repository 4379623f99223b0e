/** A stored run's scores in the forms that other programs read, and that `--scores` takes back. */

import { InputError, UsageError } from '../errors.ts';
import { csvRow } from '../scoring/csv.ts';
import type { Example } from '../scoring/example.ts';
import { pairLabel } from '../scoring/score-lines.ts';
import { TABLE_COLUMNS } from '../scoring/score-tables.ts';
import type { StoredRun } from './open-run.ts';
import { type ScorerView, scoresOf } from './scorer-view.ts';
import type { Analysis } from './summary-schema.ts';

/** The forms; see `readScoreFile`. */
export const EXPORT_FORMATS = ['jsonl', 'csv', 'vismin'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportOptions {
  /** Which scorer; may be absent where the run has one. */
  scorer?: string;
  format: ExportFormat;
  /** Scores as they are, instead of normalized ones where there are any. */
  raw: boolean;
  analysis: Analysis;
}

/** One pair of an example that is done. */
interface Pair {
  id: string;
  image: number;
  caption: number;
  score: number;
  /** Trials that the score rests on; where examples were stopped or pruned. */
  trials?: number;
}

/**
 * The text of the file. Scores keep all their digits. Where a rule stopped examples early or captions were pruned, every
 * pair carries the number of trials that its score rests on: such scores are not comparable as the whole plan's are.
 * @throws UsageError where the scorer is not in the run, or has to be named; InputError where nothing is done, or an
 *   example does not fit VisMin's table.
 */
export function exportScores(run: StoredRun, options: ExportOptions): string {
  const view = findView(run, options.scorer);
  const pairs = run.examples.flatMap((example, index) => pairsOf(view, { example, index }, options));
  if (pairs.length === 0)
    throw new InputError({ what: 'no example of the run is done', where: run.folder.path });
  if (options.format === 'vismin') return visMin(run.examples, pairs);
  if (options.format === 'csv') {
    const counted = pairs[0]!.trials !== undefined;
    const rows = pairs.map(({ id, image, caption, score, trials }) => [
      ...[id, image, caption, score].map(String),
      ...(counted ? [String(trials)] : []),
    ]);
    return [[...TABLE_COLUMNS, ...(counted ? ['trials'] : [])], ...rows].map(csvRow).join('');
  }
  return pairs
    .filter(({ score }) => score !== Number.NEGATIVE_INFINITY)
    .map(({ id, image, caption, score, trials }) => {
      const label = pairLabel(id, image, caption);
      return `${JSON.stringify({ label, score, ...(trials !== undefined && { trials }) })}\n`;
    })
    .join('');
}

function findView(run: StoredRun, name: string | undefined): ScorerView {
  const names = [...run.views.keys()];
  const view = run.views.get(name ?? (names.length === 1 ? names[0]! : ''));
  if (view) return view;
  throw new UsageError({
    what: name === undefined ? 'the run has several scorers' : `the run has no scorer "${name}"`,
    where: run.folder.path,
    expected: `--scorer ${names.join(' or ')}`,
  });
}

function pairsOf(
  view: ScorerView,
  { example, index }: { example: Example; index: number },
  { raw, analysis }: ExportOptions,
): Pair[] {
  const scores = scoresOf(view, index, analysis);
  if (!scores) return [];
  const rows = (raw ? undefined : scores.normalized) ?? scores.raw;
  const trials = trialsIn(view, index);
  return rows.flatMap((row, image) =>
    row.map((score, caption) => {
      const own = trials?.get(`${image} ${caption}`);
      return { id: example.id, image, caption, score, ...(own !== undefined && { trials: own }) };
    }),
  );
}

/** Trials by pair, of a scorer that does not run the whole plan for every one. */
function trialsIn(view: ScorerView, index: number): ReadonlyMap<string, number> | undefined {
  if (view.kind !== 'diffusion' || !(view.stop || view.prune)) return undefined;
  const counts = view.results.trialsOf(index);
  const pairs = view.results.store.pairs(index);
  return new Map(pairs.map(({ image, caption }, slot) => [`${image} ${caption}`, counts[slot]!]));
}

function visMin(examples: readonly Example[], pairs: readonly Pair[]): string {
  const other = examples.find(({ images, captions }) => images.length !== 2 || captions.length !== 2);
  if (other) {
    throw new InputError({
      what: "VisMin's table is for examples of two images and two captions",
      where: `example "${other.id}"`,
      got: `${other.images.length} × ${other.captions.length}`,
      fix: 'Export as csv or jsonl.',
    });
  }
  const byId = new Map<string, Pair[]>();
  for (const pair of pairs) byId.set(pair.id, [...(byId.get(pair.id) ?? []), pair]);
  const counted = pairs[0]!.trials !== undefined;
  if (counted) {
    throw new InputError({
      what: "VisMin's table has no room for the number of trials, which scores of a stopped run need",
      fix: 'Export as csv or jsonl.',
    });
  }
  const rows = [...byId].map(([id, own]) => [
    id,
    ...[0, 1].flatMap((caption) =>
      [0, 1].map((image) =>
        String(own.find((pair) => pair.caption === caption && pair.image === image)!.score),
      ),
    ),
  ]);
  return [['id', 'T0_I0', 'T0_I1', 'T1_I0', 'T1_I1'], ...rows].map(csvRow).join('');
}
