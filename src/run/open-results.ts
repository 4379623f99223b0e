/** The results of every scorer of a run, as stored, with what is needed to read them. */

import { noiseSchedule, scheduleSchema } from '../diffusion/noise-schedule.ts';
import { ResultsError } from '../errors.ts';
import { DiffusionResults } from '../results/diffusion-results.ts';
import type { Manifest } from '../results/manifest.ts';
import { PairScoreResults } from '../results/pair-score-results.ts';
import type { ResultSource } from '../results/read-tables.ts';
import type { RunFolder } from '../results/run-folder.ts';
import type { Example } from '../scoring/example.ts';
import { makePlan, type PlanSpec } from '../scoring/plan.ts';
import { prunedSlots } from './prune.ts';
import type { PairScoreView, ScorerView } from './scorer-view.ts';

export interface OpenResultsOptions {
  folder: RunFolder;
  manifest: Manifest;
  examples: readonly Example[];
  /** Number of the session that may write, and of its numeric setting. */
  session: number;
  numerics: number;
  /** Seconds that each scorer took before. */
  seconds: Readonly<Record<string, number>>;
  /** Whether examples without error maps are unfinished. @default false */
  maps?: boolean;
  /** Other folders whose results count too. By default none. */
  sources?: readonly ResultSource[];
}

/**
 * Opens what a run's scorers have stored. Everything comes from the manifest: no model is needed.
 * @throws ResultsError where a file is damaged or of another run.
 */
export function openResults(options: OpenResultsOptions): Map<string, ScorerView> {
  const { folder, manifest, examples, session, numerics, sources = [] } = options;
  const scorers = Object.entries(manifest.identity.scorers);
  const clips = new Map<string, PairScoreView>();
  for (const [scorer, { kind }] of scorers) {
    if (kind === 'diffusion') continue;
    const results = new PairScoreResults({
      folder,
      scorer,
      examples,
      session,
      sources: sources.map((source) => source.folder),
      // Other programs' scores are kept as they came; a model's may move with hardware.
      repeats:
        kind === 'external' ||
        kind === 'imported' ||
        (manifest.numerics.length === 1 && manifest.numerics[0]!.device === 'cpu'),
    });
    clips.set(scorer, { kind, seconds: options.seconds[scorer] ?? 0, results });
  }
  // Diffusion scorers come first in every report, whichever ran first.
  const views = new Map<string, ScorerView>();
  for (const [scorer, identity] of scorers) {
    if (identity.kind !== 'diffusion') continue;
    const plan = makePlan(identity.plan as PlanSpec);
    const schedule = scheduleSchema.safeParse(manifest.about.scorers[scorer]?.schedule);
    if (!schedule.success) {
      throw new ResultsError({
        what: `the run manifest lacks the noise schedule of "${scorer}"`,
        where: folder.manifestFile,
      });
    }
    const known = noiseSchedule(schedule.data);
    const stop = identity.stop === 'none' ? undefined : identity.stop;
    const { uncond, prune } = identity;
    const pruner = prune && clips.get(prune.by)?.results;
    const results = new DiffusionResults({
      folder,
      scorer,
      examples,
      plan,
      uncond,
      elements: identity.latent.shape.reduce((product, side) => product * side, 1),
      bound: identity.bound ?? false,
      schedule: known,
      ...(stop && { stop }),
      ...(prune && {
        skipped: (index: number) =>
          prunedSlots(examples[index]!, uncond, { scores: pruner?.scores(index), keep: prune.keep }),
      }),
      maps: options.maps ?? false,
      repeats: (setting) => manifest.numerics[setting]?.device === 'cpu',
      identity: manifest.identityHash,
      session,
      numerics,
      sources,
    });
    views.set(scorer, {
      kind: 'diffusion',
      results,
      plan,
      schedule: known,
      stop,
      prune,
      seconds: options.seconds[scorer] ?? 0,
    });
  }
  for (const [scorer, view] of clips) views.set(scorer, view);
  return views;
}
