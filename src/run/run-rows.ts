/** Everything that a stored run holds as rows, typed, and the same as Arrow tables. */

import { UsageError } from '../errors.ts';
import { type ColumnTypes, type Table, tableOf } from '../results/tables.ts';
import { UNCONDITIONAL } from '../scoring/example.ts';
import type { StoredRun } from './open-run.ts';
import { type DiffusionView, type ScorerView, scoresOf } from './scorer-view.ts';
import type { Analysis } from './summary-schema.ts';

/** One model evaluation. `caption` is −1 for the empty one. */
export interface TrialRow {
  scorer: string;
  example: string;
  image: number;
  caption: number;
  timestep: number;
  /** Index in the noise bank; several banks are counted through. */
  noise: number;
  /** Place in the plan's order, from 0. */
  trial: number;
  /** Errors in the model's own target. */
  mse: number;
  mae: number;
  huber: number;
}

/** One pair of an example that is done. */
export interface PairRow {
  scorer: string;
  example: string;
  image: number;
  caption: number;
  isTrue: boolean;
  /** The primary score: normalized where there is one. Higher is better. */
  score: number;
  raw: number;
  normalized: number | null;
  /** Trials that it rests on; null for scorers without trials. */
  trials: number | null;
}

/** Where in the image a pair's error lies: mean squared error per cell, over trials and channels, row by row. */
export interface MapRow {
  scorer: string;
  example: string;
  image: number;
  caption: number;
  trials: number;
  height: number;
  width: number;
  /** `[height · width]` */
  cells: Float32Array;
}

/** What a stopping rule decided of an example; of runs with one. */
export interface DecisionRow {
  scorer: string;
  example: string;
  rule: string;
  trials: number;
  /** Metrics by how they were decided. */
  right: string[];
  wrong: string[];
  undecided: string[];
}

const TRIALS: ColumnTypes<TrialRow> = {
  scorer: 'text',
  example: 'text',
  image: 'int16',
  caption: 'int16',
  timestep: 'float32',
  noise: 'int32',
  trial: 'int32',
  mse: 'float64',
  mae: 'float64',
  huber: 'float64',
};
const PAIRS: ColumnTypes<PairRow> = {
  scorer: 'text',
  example: 'text',
  image: 'int16',
  caption: 'int16',
  isTrue: 'bool',
  score: 'float64',
  raw: 'float64',
  normalized: 'float64',
  trials: 'int32',
};
const DECISIONS: ColumnTypes<DecisionRow> = {
  scorer: 'text',
  example: 'text',
  rule: 'text',
  trials: 'int32',
  right: 'texts',
  wrong: 'texts',
  undecided: 'texts',
};

/** Every evaluation of every diffusion scorer that counts, in task order, then by pair and by the plan's order. */
export function* trialRows(run: StoredRun): Generator<TrialRow> {
  for (const [scorer, { plan, results }] of diffusionViews(run)) {
    for (const [index, { id: example }] of run.examples.entries()) {
      for (const [slot, { image, caption }] of results.store.pairs(index).entries()) {
        const [mse, mae, huber] = (['mse', 'mae', 'huber'] as const).map((loss) =>
          results.store.values(index, slot, loss),
        );
        const done = results.store.doneOf(index, slot);
        for (let trial = 0; trial < done; trial++) {
          const { timestep, noise } = plan.trials[trial]!;
          const errors = { mse: mse![trial]!, mae: mae![trial]!, huber: huber![trial]! };
          yield { scorer, example, image, caption, timestep, noise, trial, ...errors };
        }
      }
    }
  }
}

/** Every pair of every scorer. @throws UsageError as `readingOf`. */
export function* pairRows(run: StoredRun, analysis: Analysis): Generator<PairRow> {
  for (const [scorer, view] of run.views) {
    for (const [index, { id: example, truth }] of run.examples.entries()) {
      const scores = scoresOf(view, index, analysis);
      if (!scores) continue;
      const trials = trialsOf(view, index);
      for (const [image, row] of scores.raw.entries()) {
        for (const [caption, raw] of row.entries()) {
          const normalized = scores.normalized?.[image]?.[caption] ?? null;
          yield {
            scorer,
            example,
            image,
            caption,
            isTrue: truth.some(([i, c]) => i === image && c === caption),
            score: normalized ?? raw,
            raw,
            normalized,
            trials: trials?.get(`${image} ${caption}`) ?? null,
          };
        }
      }
    }
  }
}

function trialsOf(view: ScorerView, index: number): ReadonlyMap<string, number> | undefined {
  if (view.kind !== 'diffusion') return undefined;
  const counts = view.results.trialsOf(index);
  const pairs = view.results.store.pairs(index);
  return new Map(pairs.map(({ image, caption }, slot) => [`${image} ${caption}`, counts[slot]!]));
}

/** Every stored error map; none where the run was made with `--maps off`. */
export function* mapRows(run: StoredRun): Generator<MapRow> {
  for (const [scorer, { results }] of diffusionViews(run)) {
    const identity = run.manifest.identity.scorers[scorer]!;
    if (identity.kind !== 'diffusion') continue;
    const [channels, height, width] = identity.latent.shape as [number, number, number];
    const size = height * width;
    for (const [index, { id: example }] of run.examples.entries()) {
      const found = results.maps.get(index);
      if (!found) continue;
      const counts = results.trialsOf(index);
      for (const [slot, { image, caption }] of results.store.pairs(index).entries()) {
        const trials = Math.min(counts[slot]!, found.trials);
        const cells = found.sums
          .slice(slot * size, (slot + 1) * size)
          .map((sum) => sum / (trials * channels));
        yield { scorer, example, image, caption, trials, height, width, cells };
      }
    }
  }
}

/** What stopping rules decided, of the examples that are through. */
export function* decisionRows(run: StoredRun): Generator<DecisionRow> {
  for (const [scorer, { results, stop }] of diffusionViews(run)) {
    if (!stop) continue;
    for (const [index, { id: example }] of run.examples.entries()) {
      const decision = results.decision(index);
      if (!decision) continue;
      const decided = (how: string) =>
        Object.entries(decision.metrics).flatMap(([metric, found]) => (found === how ? [metric] : []));
      yield {
        scorer,
        example,
        rule: stop.rule,
        trials: decision.trials,
        right: decided('right'),
        wrong: decided('wrong'),
        undecided: decided('undecided'),
      };
    }
  }
}

/** The rows as Arrow tables; `arrowFile` makes files of them. */
export interface RunTables {
  trials(): Table;
  scores(analysis: Analysis): Table;
  /** @throws UsageError where scorers have maps of different sizes: a column holds one. */
  maps(): Table;
  decisions(): Table;
}

/** Tables of a run. Their schemas carry its identity. */
export function tablesOf(run: StoredRun): RunTables {
  const metadata = { format: '1', identity: run.manifest.identityHash };
  return {
    trials: () => tableOf(TRIALS, trialRows(run), metadata),
    scores: (analysis) => tableOf(PAIRS, pairRows(run, analysis), metadata),
    decisions: () => tableOf(DECISIONS, decisionRows(run), metadata),
    maps: () => {
      const rows = [...mapRows(run)];
      const sizes = new Set(rows.map(({ cells }) => cells.length));
      if (sizes.size > 1)
        throw new UsageError({ what: 'the scorers have maps of different sizes', where: run.folder.path });
      const types: ColumnTypes<MapRow> = {
        scorer: 'text',
        example: 'text',
        image: 'int16',
        caption: 'int16',
        trials: 'int32',
        height: 'int16',
        width: 'int16',
        cells: { floats: [...sizes][0] ?? 0 },
      };
      return tableOf(types, rows, metadata);
    },
  };
}

function diffusionViews(run: StoredRun): [string, DiffusionView][] {
  return [...run.views].filter((entry): entry is [string, DiffusionView] => entry[1].kind === 'diffusion');
}

/** The caption of rows under the empty caption. */
export const EMPTY_CAPTION = UNCONDITIONAL;
