/** How a run goes on, from its events: pure, so that time is an argument. */

import type { RunEvent, ScorerPlan } from '../src/run/events.ts';
import type { Summary } from '../src/run/summary-schema.ts';

/** What a scorer is doing: one after the other in this order. */
export type Phase = 'waiting' | 'load' | 'encode' | 'score' | 'done';

export interface ScorerProgress {
  name: string;
  kind: ScorerPlan['kind'];
  workers: number;
  batch: number;
  phase: Phase;
  /** Model evaluations so far and needed, all sessions together; a stopping rule may lower what is needed. */
  done: number;
  total: number;
  /** Needed at the start, before any rule spared any. */
  planned: number;
  /** Of this session. */
  fresh: number;
  /** Examples of the selection that are done. */
  examples: number;
  /** Milliseconds of `performance.now` at which the phase began. */
  since: number;
  /** Milliseconds that scoring took, once it is done. */
  took?: number;
}

/** An example that left the plan, by a scorer. */
export interface Settled {
  scorer: string;
  /** Place in the task. */
  index: number;
}

export interface Progress {
  state: 'starting' | 'running' | 'stopping' | 'done' | 'interrupted';
  folder: string;
  resumed: boolean;
  selected: number;
  scorers: readonly ScorerProgress[];
  warnings: readonly string[];
  leftOut: readonly { id: string; message: string }[];
  /** The last few, newest first. */
  settled: readonly Settled[];
  /** Of the end. */
  summary?: Summary;
  /** `performance.now` of this picture: rates are computed against it. */
  now: number;
}

/** Settled examples that are remembered. */
export const SETTLED_KEPT = 50;

export const NO_PROGRESS: Progress = {
  state: 'starting',
  folder: '',
  resumed: false,
  selected: 0,
  scorers: [],
  warnings: [],
  leftOut: [],
  settled: [],
  now: 0,
};

/** The picture after one more event. @param now `performance.now()`. */
export function advance(progress: Progress, event: RunEvent, now: number): Progress {
  const next = { ...progress, now };
  switch (event.type) {
    case 'begin':
      return {
        ...next,
        state: next.state === 'stopping' ? 'stopping' : 'running',
        folder: event.folder,
        resumed: event.resumed,
        selected: event.selected,
        scorers: event.scorers.map(({ name, kind, workers, batch, evaluations, stored, spared }) => ({
          name,
          kind,
          workers,
          batch,
          phase: stored >= evaluations - spared ? 'done' : 'waiting',
          done: stored,
          total: evaluations - spared,
          planned: evaluations,
          fresh: 0,
          examples: 0,
          since: now,
        })),
      };
    case 'warning':
      return { ...next, warnings: [...next.warnings, event.message] };
    case 'example-failed':
      return { ...next, leftOut: [...next.leftOut, { id: event.id, message: event.message }] };
    case 'phase':
      return change(next, event.scorer, (scorer) => ({
        ...scorer,
        // Workers encode their first pictures and captions before they hand out anything.
        phase: event.phase === 'load' ? 'load' : 'encode',
        since: now,
      }));
    case 'progress':
      return change(next, event.scorer, (scorer) => ({
        ...scorer,
        phase: event.done >= event.total ? 'done' : event.fresh > 0 ? 'score' : scorer.phase,
        done: event.done,
        total: event.total,
        fresh: event.fresh,
        examples: event.examples,
        ...(event.done >= event.total && { took: now - scorer.since }),
      }));
    case 'end':
      return { ...next, state: event.interrupted ? 'interrupted' : 'done', summary: event.summary };
  }
}

/** Evaluations per second of this session; undefined before there are any. */
export function rateOf(scorer: ScorerProgress, now: number): number | undefined {
  const seconds = (scorer.took ?? now - scorer.since) / 1000;
  return scorer.fresh > 0 && seconds > 0 ? scorer.fresh / seconds : undefined;
}

/** Seconds that a scorer still needs at its rate; undefined where nobody can know. */
export function secondsLeft(scorer: ScorerProgress, now: number): number | undefined {
  const rate = rateOf(scorer, now);
  return rate === undefined ? undefined : (scorer.total - scorer.done) / rate;
}

function change(progress: Progress, name: string, how: (scorer: ScorerProgress) => ScorerProgress): Progress {
  return {
    ...progress,
    scorers: progress.scorers.map((scorer) => (scorer.name === name ? how(scorer) : scorer)),
  };
}
