/** Computing some stored results again, by chance, with the model. */

import { cpus } from 'node:os';
import { BOUND_PARTS, LOSSES } from '../diffusion/denoising-error.ts';
import { ORT_VERSION } from '../onnx/session.ts';
import type { Manifest } from '../results/manifest.ts';
import type { Example } from '../scoring/example.ts';
import type { ExampleWork, ScorerOutput } from '../scoring/scorer.ts';
import { Random } from '../stats/random.ts';
import { type AuditCheck, checksOf } from './audit-check.ts';
import { rerunSettings } from './rerun-settings.ts';
import type { DiffusionView, PairScoreView, ScorerView } from './scorer-view.ts';
import type { PreparedScorer } from './settings.ts';
import { WorkerPool } from './worker-pool.ts';

/** How far a result may lie from the stored one where processor, threads or batch are others. */
const TOLERANCE = 1e-5;
/** Cosines near zero are compared as if they were this large. */
const SMALL = 1e-2;

export interface Replay {
  manifest: Manifest;
  scorer: string;
  view: ScorerView;
  /** With their pictures; as stored, without, where the task has them no more. */
  examples: readonly Example[];
  /** Places of those that have their pictures. */
  usable: ReadonlySet<number>;
  /** Trials of a diffusion scorer, examples of CLIP or a classifier. */
  count: number;
  seed: number;
  signal?: AbortSignal;
}

/** One stored number and what the model gives now. */
interface Compared {
  what: string;
  stored: number;
  now: number;
}

/** Draws results that are stored, computes them again and compares. @throws as a run does */
export async function auditReplay(replay: Replay): Promise<AuditCheck[]> {
  const { manifest, scorer, view } = replay;
  const about = { check: 'replay', scorer } as const;
  if (view.kind === 'external' || view.kind === 'imported') {
    const message = `Scores of "${scorer}" are another program's, which an audit does not run.`;
    return [{ ...about, state: 'not checked', message }];
  }
  const groups =
    view.kind === 'diffusion'
      ? drawTrials(replay, view)
      : [{ setting: manifest.numerics.length - 1, work: drawExamples(replay, view) }];
  const failures: string[] = [];
  let compared = 0;
  let isExact = true;
  for (const { setting, work } of groups) {
    if (work.length === 0) continue;
    const prepared = plain(rerunSettings(manifest, scorer, setting));
    const exact = sameNumerics(manifest, scorer, { setting, prepared });
    isExact &&= exact;
    const all = await evaluate(prepared, work, replay.signal);
    // An example that cannot be scored any more is no agreement.
    const unscorable = all.flatMap((output) => (output.type === 'failed' ? [unscored(replay, output)] : []));
    failures.push(...new Set(unscorable));
    const outputs = all.filter(({ type }) => type !== 'failed');
    const pairs = outputs.flatMap((output) =>
      view.kind === 'diffusion'
        ? trialsOf(view, output, replay.examples)
        : scoresOf(view, output, replay.examples),
    );
    compared += pairs.length;
    for (const { what, stored, now } of pairs) {
      if (agrees(stored, now, exact)) continue;
      failures.push(`"${scorer}", ${what}: ${stored} is stored, the model gives ${now}.`);
    }
  }
  if (compared === 0 && failures.length === 0)
    return [{ ...about, state: 'not checked', message: `"${scorer}" has nothing stored to compute again.` }];
  const how = isExact ? 'to the bit' : `within ${TOLERANCE}`;
  return checksOf(about, failures, `"${scorer}" gives ${compared} stored numbers again, ${how}.`);
}

function agrees(stored: number, now: number, exact: boolean): boolean {
  if (Object.is(stored, now)) return true;
  if (exact) return false;
  return Math.abs(stored - now) <= TOLERANCE * Math.max(Math.abs(stored), SMALL);
}

/** Without what does not change an error: rule and maps. */
function plain(prepared: PreparedScorer): PreparedScorer {
  const { settings } = prepared;
  if (settings.kind !== 'diffusion') return prepared;
  const { stop: _, prune: _rule, ...rest } = settings;
  return { ...prepared, settings: { ...rest, maps: false } };
}

/** Whether results must come out to the bit: all that may move it is as it was. */
function sameNumerics(
  { numerics }: Manifest,
  scorer: string,
  { setting, prepared: { settings } }: { setting: number; prepared: PreparedScorer },
): boolean {
  const stored = numerics[setting]!;
  const calls = stored.calls[scorer];
  if (settings.kind === 'external' || settings.kind === 'imported') return false;
  return (
    stored.device === 'cpu' &&
    settings.device.name === 'cpu' &&
    stored.onnxruntime === ORT_VERSION &&
    stored.arch === process.arch &&
    stored.cpu === (cpus()[0]?.model.trim() ?? 'unknown') &&
    calls?.threads === settings.threads &&
    (settings.kind !== 'diffusion' || calls.batch === settings.batch)
  );
}

/** Trials by chance among all that are stored, by the numeric setting that they were computed under. */
function drawTrials({ count, seed, examples, usable }: Replay, { results }: DiffusionView) {
  const { store } = results;
  const stored: { index: number; trial: number }[] = [];
  for (const index of usable) {
    const most = Math.max(0, ...store.pairs(index).map((_, slot) => store.doneOf(index, slot)));
    for (let trial = 0; trial < most; trial++) stored.push({ index, trial });
  }
  const bySetting = new Map<number, ExampleWork[]>();
  for (const { index, trial } of draw(stored, count, seed)) {
    const skip = [...store.pairs(index).keys()].filter((slot) => store.doneOf(index, slot) <= trial);
    const setting = store.numericsOf(index);
    const work = bySetting.get(setting) ?? [];
    work.push({ index, example: examples[index]!, start: trial, end: trial + 1, skip });
    bySetting.set(setting, work);
  }
  return [...bySetting].map(([setting, work]) => ({ setting, work }));
}

function drawExamples({ count, seed, examples, usable }: Replay, { results }: PairScoreView): ExampleWork[] {
  const done = [...usable].filter((index) => results.isDone(index));
  return draw(done, count, seed).map((index) => ({ index, example: examples[index]!, start: 0 }));
}

/** `count` of the items by chance, without repetition; all where there are no more. */
function draw<T>(items: readonly T[], count: number, seed: number): T[] {
  const random = new Random(seed);
  const left = [...items];
  const most = Math.min(count, left.length);
  for (let k = 0; k < most; k++) {
    const other = k + Math.floor(random.uniform() * (left.length - k));
    [left[k], left[other]] = [left[other]!, left[k]!];
  }
  return left.slice(0, most);
}

/** Each piece of work is a block of its own. */
async function evaluate(
  { settings }: PreparedScorer,
  work: readonly ExampleWork[],
  signal: AbortSignal | undefined,
): Promise<ScorerOutput[]> {
  const outputs: ScorerOutput[] = [];
  const pool = new WorkerPool(settings, 1);
  try {
    await pool.ready();
    await pool.run(
      work.map((item) => [item]),
      (output) => outputs.push(output),
      signal,
    );
  } finally {
    await pool.close();
  }
  return outputs;
}

function trialsOf(
  { results: { store }, plan }: DiffusionView,
  output: ScorerOutput,
  examples: readonly Example[],
): Compared[] {
  if (output.type !== 'trials') return [];
  return [...output.index].flatMap((index, row) => {
    const pair = { image: output.image[row]!, caption: output.caption[row]! };
    const trial = output.trial[row]!;
    const { timestep, noise } = plan.trials[trial]!;
    const where = `example "${examples[index]!.id}", image ${pair.image}, caption ${pair.caption}, timestep ${timestep}, noise ${noise}`;
    const slot = store.slotOf(index, pair);
    // The parts of the bound where the model has them: no other column is recomputed from them.
    const kinds = [...LOSSES, ...BOUND_PARTS].filter((kind) => output[kind]);
    return kinds.map((kind) => ({
      what: `${where}, ${kind}`,
      stored: store.column(index, slot, kind)[trial]!,
      now: output[kind]![row]!,
    }));
  });
}

function scoresOf(
  { results }: PairScoreView,
  output: ScorerOutput,
  examples: readonly Example[],
): Compared[] {
  if (output.type !== 'scores') return [];
  return output.scores.flatMap((row, image) =>
    row.map((now, caption) => ({
      what: `example "${examples[output.index]!.id}", image ${image}, caption ${caption}`,
      stored: results.scores(output.index)![image]![caption]!,
      now: Number.isFinite(now) ? now : Number.NaN,
    })),
  );
}

function unscored(
  { scorer, examples }: Replay,
  { index, message }: Extract<ScorerOutput, { type: 'failed' }>,
): string {
  const why = message.replace(/\.$/, '');
  return `"${scorer}" cannot score example "${examples[index]!.id}" again: ${why}.`;
}
