/** A stored run under other settings: what its errors would have scored, and whether that differs. Needs no model. */

import { UsageError } from '../errors.ts';
import { aggregate } from '../metrics/by-tag.ts';
import { chances, type Verdict, verdict } from '../metrics/evaluate.ts';
import { metricNames } from '../metrics/score-matrix.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import { FORMAT } from '../results/manifest.ts';
import { type ExampleScores, type Reading, scoreExample } from '../scoring/aggregate.ts';
import { readingOf, weightAt } from '../scoring/weighting.ts';
import {
  asksNothing,
  type Setting,
  type SettingRequest,
  settingsOf,
  variationsOf,
} from './analysis-setting.ts';
import { type BankSpread, bankSpreads } from './bank-spread.ts';
import { compareTwo, corrected, type Uncorrected } from './compare-verdicts.ts';
import { type CrossFit, crossFit } from './cross-fit.ts';
import { diffusionScorerOf } from './diffusion-scorer-of.ts';
import { withIntervals } from './metric-summaries.ts';
import type { StoredRun } from './open-run.ts';
import { type DiffusionView, toMatrix } from './scorer-view.ts';
import type { Analysis, Comparison, MetricSummaries } from './summary-schema.ts';
import { pickMetrics } from './task-rules.ts';
import { firstTrials, selectTrials } from './trial-reader.ts';

/** A variant against the scorer's own setting: `aOnly` counts what only the variant has right. */
export type VariantComparison = Uncorrected & Pick<Comparison, 'pHolm'>;

/** One scorer under one setting. */
export interface Variant {
  scorer: string;
  setting: Setting;
  /** Whether this is how the run itself reads its errors: the one that others are compared with. */
  isOwn: boolean;
  /** Examples that have what the setting needs. */
  examples: number;
  metrics: MetricSummaries;
  byTag: Record<string, MetricSummaries>;
  /** Against the own setting, on the examples that both have; empty for that itself. */
  comparisons: VariantComparison[];
}

/** All variants of a run. */
export interface Reanalysis {
  format: typeof FORMAT;
  kind: 'reanalysis';
  version: string;
  run: string;
  identity: string;
  task: { name: string; version: string; hash: string; count: number };
  variants: Variant[];
  /** Combinations that have no meaning, and why. */
  leftOut: { scorer: string; setting: Setting; reason: string }[];
  /** How scores differ between noise banks, where several were read each alone. */
  spread: BankSpread[];
}

export interface AnalyzeRequest extends SettingRequest {
  /** Which diffusion scorer; all where absent. */
  scorer?: string | undefined;
  /** Groups of timesteps for learned weights. @default 20 */
  buckets?: number;
}

/**
 * Judges a run's stored errors under every setting of the request; under its own one with one thing changed at a time
 * where none is named. Combinations without a meaning (Huber in another space, weights made for other errors) are left out and
 * told of. P-values are corrected for all comparisons of the result.
 * @throws UsageError where the run has no such scorer, timestep, seed or number of trials, or no combination has a meaning.
 */
export function analyze(run: StoredRun, request: AnalyzeRequest = {}): Reanalysis {
  const { scorer, buckets = 20, ...settings } = request;
  const { manifest, folder } = run;
  const chosen = manifest.about.task.metrics ?? metricNames;
  const scorers = scorersOf(run, scorer);
  const variants: (Omit<Variant, 'comparisons'> & { compared: Uncorrected[] })[] = [];
  const leftOut: Reanalysis['leftOut'] = [];
  let failure: UsageError | undefined;
  for (const [name, view] of scorers) {
    const hasBoth = run.examples.some(
      (_, index) => view.results.isDone(index) && view.results.errors(index, 'mse').unconditional,
    );
    const own = ownSetting(run.last?.analysis, hasBoth);
    const asked = asksNothing(settings) ? variationsOf(view, own, hasBoth) : settingsOf(view, own, settings);
    const judge = judgeOf({ run, scorer: name, view }, buckets);
    const ownVerdicts = judge(own);
    for (const setting of distinct([own, ...asked])) {
      const isOwn = setting === own;
      try {
        if (setting.normalization === 'normalized' && !hasBoth) refuseNormalized();
        const verdicts = isOwn ? ownVerdicts : judge(setting);
        variants.push({
          scorer: name,
          setting,
          isOwn,
          ...counted(run, verdicts),
          compared: isOwn
            ? []
            : compareTwo(verdicts, ownVerdicts).filter(({ metric }) => chosen.includes(metric)),
        });
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        failure ??= error;
        leftOut.push({ scorer: name, setting, reason: error.message });
      }
    }
  }
  if (failure && variants.every(({ isOwn }) => isOwn) && !asksNothing(settings)) throw failure;
  const tests = corrected(
    variants.flatMap(({ compared }, variant) => compared.map((one) => ({ ...one, variant }))),
  );
  const withTests = variants.map(({ compared: _, ...rest }, k): Variant => {
    const comparisons = tests.flatMap(({ variant, ...one }) => (variant === k ? [one] : []));
    return { ...rest, comparisons };
  });
  return {
    format: FORMAT,
    kind: 'reanalysis',
    version: manifest.version,
    run: folder.path,
    identity: manifest.identityHash,
    task: manifest.identity.task,
    variants: withTests,
    leftOut,
    spread: bankSpreads(withTests),
  };
}

/** How the run itself reads its errors. */
export function ownSetting(analysis: Analysis | undefined, hasBoth: boolean): Setting {
  const { loss = 'mse', errorSpace = 'native', weighting = 'uniform' } = analysis ?? {};
  return { loss, errorSpace, weighting, normalization: hasBoth ? 'normalized' : 'raw' };
}

function scorersOf(run: StoredRun, scorer: string | undefined): [string, DiffusionView][] {
  if (scorer !== undefined) return [diffusionScorerOf(run, scorer)];
  const all = [...run.views].filter(
    (entry): entry is [string, DiffusionView] => entry[1].kind === 'diffusion',
  );
  return all.length > 0 ? all : [diffusionScorerOf(run, undefined)];
}

function refuseNormalized(): never {
  throw new UsageError({
    what: 'there are no normalized scores',
    where: '--normalization normalized',
    expected: 'a run with the empty caption evaluated (--uncond auto or always)',
  });
}

/** Each setting once, the first of equal ones. */
function distinct(settings: readonly Setting[]): Setting[] {
  const seen = new Set<string>();
  return settings.filter((setting) => {
    const key = canonicalJson(setting);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Judges all examples of a scorer under a setting; learned weights are fitted once for the settings that share them. */
function judgeOf(
  { run, scorer, view }: { run: StoredRun; scorer: string; view: DiffusionView },
  buckets: number,
): (setting: Setting) => (Verdict | undefined)[] {
  const fits = new Map<string, CrossFit>();
  return (setting) => {
    const { loss, errorSpace, weighting, trials, normalization } = setting;
    const reader = selectTrials(view, setting);
    let readingFor: (index: number) => Reading | undefined;
    if (weighting === 'learned') {
      if (trials !== undefined) {
        throw new UsageError({
          what: 'weights are learned from all trials',
          where: `--weighting learned --trials ${trials}`,
        });
      }
      const key = canonicalJson({ ...setting, normalization: '' });
      const fit = fits.get(key) ?? crossFit({ run, scorer, view, reader }, { loss, errorSpace, buckets });
      fits.set(key, fit);
      const base = readingOf(view.schedule, { loss, errorSpace });
      readingFor = (index) => {
        const points = fit.heldOut.get(index);
        return points && { factor: (t) => base.factor(t) * weightAt({ points }, t) };
      };
    } else {
      const reading = readingOf(view.schedule, { loss, errorSpace, weighting });
      readingFor = () => reading;
    }
    return run.examples.map((example, index): Verdict | undefined => {
      const errors = view.results.isDone(index) ? reader.errors(index, loss) : undefined;
      const reading = readingFor(index);
      if (!errors || !reading) return undefined;
      const scores = scoreExample(
        reader.plan,
        trials === undefined ? errors : firstTrials(errors, trials),
        reading,
      );
      return verdict(toMatrix(normalization === 'raw' ? onlyRaw(scores) : scores, example));
    });
  };
}

function onlyRaw({ raw }: ExampleScores): ExampleScores {
  return { raw };
}

/** Totals over all and by tag, of the metrics that the task chose. */
function counted(
  { examples, manifest }: StoredRun,
  verdicts: readonly (Verdict | undefined)[],
): Pick<Variant, 'examples' | 'metrics' | 'byTag'> {
  const pick = (found: MetricSummaries) => pickMetrics(found, manifest.about.task.metrics ?? metricNames);
  const judged = examples.flatMap((example, index) => {
    const own = verdicts[index];
    const shape = { images: example.images.length, captions: example.captions.length, truth: example.truth };
    return own ? [{ tags: example.tags, verdict: own, chance: chances(shape) }] : [];
  });
  const { all, tags, byTag } = aggregate(judged);
  return {
    examples: judged.length,
    metrics: pick(withIntervals(all)),
    byTag: Object.fromEntries(tags.map((tag) => [tag, pick(withIntervals(byTag[tag]!))])),
  };
}
