/** `RunModel` over what a run's scorers have stored, whether it is going on or lies on disk. */

import { chances, type MetricName } from '../metrics/evaluate.ts';
import { shapeOf } from '../metrics/score-matrix.ts';
import { errorMaps } from '../results/error-maps.ts';
import { errorsByTimestep } from '../results/errors-by-timestep.ts';
import type { Manifest } from '../results/manifest.ts';
import { countFailures, type Failure } from '../run/failures.ts';
import { judgementOf } from '../run/judgement.ts';
import { type DiffusionView, type ScorerView, scoresOf, toMatrix } from '../run/scorer-view.ts';
import { summarize } from '../run/summary.ts';
import type { Analysis, Summary } from '../run/summary-schema.ts';
import type { Example } from '../scoring/example.ts';
import type {
  ErrorMaps,
  ErrorsByTimestep,
  ImageAccess,
  Judgement,
  RunModel,
  ScorerInfo,
} from './run-model.ts';
import { type Judged, standingsOf } from './standings.ts';

export interface ViewsModelParts {
  path: string;
  manifest: Manifest;
  examples: readonly Example[];
  views: ReadonlyMap<string, ScorerView>;
  analysis: Analysis;
  /** Asked anew for every summary. */
  failures: () => readonly Failure[];
  image: (index: number, image: number) => Promise<ImageAccess>;
  /** The summary of exactly what is stored, where it need not be computed. */
  summary?: Summary;
}

/** See `RunModel`. `touch` says that results have come in. */
export class ViewsModel implements RunModel {
  readonly path: string;
  readonly task: RunModel['task'];
  readonly scorers: readonly ScorerInfo[];
  readonly examples: readonly Example[];
  readonly analysis: Analysis;
  readonly image: RunModel['image'];
  readonly #parts: ViewsModelParts;
  /** By scorer; an example's judgement stands as long as its trials do. */
  readonly #judged = new Map<string, (Judged | undefined)[]>();
  #version = 1;
  #summary: { version: number; summary: Summary } | undefined;
  #standings: { version: number; summary: Summary } | undefined;

  constructor(parts: ViewsModelParts) {
    this.#parts = parts;
    const { path, manifest, examples, views, analysis, image } = parts;
    const { title, redistribution } = manifest.about.task;
    const { name, count } = manifest.identity.task;
    this.path = path;
    this.task = { name, title, count, redistribution };
    this.scorers = [...views].map(([scorer, { kind }]) => ({ name: scorer, kind }));
    this.examples = examples;
    this.analysis = analysis;
    this.image = image;
    if (parts.summary) this.#summary = { version: this.#version, summary: parts.summary };
  }

  version(): number {
    return this.#version;
  }

  /** Makes what is memoized on the version stale. */
  touch(): void {
    this.#version++;
  }

  judge(scorer: string, index: number): Judgement | undefined {
    return this.#judge(scorer, index)?.judgement;
  }

  #judge(scorer: string, index: number): Judged | undefined {
    const view = this.#parts.views.get(scorer);
    if (!view?.results.isDone(index)) return undefined;
    let judged = this.#judged.get(scorer);
    if (!judged) {
      judged = [];
      this.#judged.set(scorer, judged);
    }
    const evaluations = view.results.evaluations(index);
    const known = judged[index];
    if (known?.evaluations === evaluations) return known;
    const scores = scoresOf(view, index, this.analysis)!;
    const example = this.examples[index]!;
    const judgement: Judgement = {
      ...judgementOf(scores, example, gaveUp(view, index)),
      ...(view.kind === 'diffusion' && { trials: trialsOf(view, index) }),
    };
    const found = { evaluations, judgement, chance: chances(shapeOf(toMatrix(scores, example))) };
    judged[index] = found;
    return found;
  }

  errors(scorer: string, index: number): ErrorsByTimestep | undefined {
    const view = this.#parts.views.get(scorer);
    if (view?.kind !== 'diffusion') return undefined;
    const done = trialsOf(view, index);
    if (done === 0) return undefined;
    const { plan, results } = view;
    const leaves = results.trialsOf(index);
    return errorsByTimestep({ plan, done }, results.store.pairs(index), (slot) =>
      results.store.values(index, slot, 'mse').subarray(0, leaves[slot]),
    );
  }

  maps(scorer: string, index: number): ErrorMaps | undefined {
    const view = this.#parts.views.get(scorer);
    const identity = this.#parts.manifest.identity.scorers[scorer];
    if (view?.kind !== 'diffusion' || identity?.kind !== 'diffusion') return undefined;
    const found = view.results.maps.get(index);
    if (!found) return undefined;
    const [height, width] = identity.latent.shape.slice(-2) as [number, number];
    const leaves = view.results.trialsOf(index);
    return errorMaps(view.results.store.pairs(index), [height, width], {
      sums: found.sums,
      trialsOf: (slot) => Math.min(leaves[slot]!, found.trials),
    });
  }

  summary(): Summary {
    if (this.#summary?.version === this.#version) return this.#summary.summary;
    const { path, manifest, views, failures } = this.#parts;
    const summary = summarize({
      run: path,
      manifest,
      examples: this.examples,
      scorers: views,
      analysis: this.analysis,
      ...countFailures(failures()),
    });
    this.#summary = { version: this.#version, summary };
    return summary;
  }

  standings(): Summary {
    for (const known of [this.#summary, this.#standings])
      if (known?.version === this.#version) return known.summary;
    const summary = standingsOf({
      ...this.#parts,
      judged: (scorer, index) => this.#judge(scorer, index),
    });
    this.#standings = { version: this.#version, summary };
    return summary;
  }
}

/** Whether a stopping rule left any metric of the example undecided. */
function gaveUp(view: ScorerView, index: number): boolean {
  if (view.kind !== 'diffusion' || !view.stop) return false;
  const metrics: Partial<Record<MetricName, string>> = view.results.decision(index)?.metrics ?? {};
  return Object.values(metrics).includes('undecided');
}

/** Trials of the pairs that ran longest: a stopping rule may have made them fewer, and others left or were pruned. */
function trialsOf({ results }: DiffusionView, index: number): number {
  return Math.max(...results.trialsOf(index));
}
