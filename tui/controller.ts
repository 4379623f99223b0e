/** Holds the dashboard's state outside React, carries out effects, and says when there is something new to draw. */

import { messageOf } from '../src/errors.ts';
import type { RunEntry } from '../src/report/list-runs.ts';
import type { RunModel } from '../src/report/run-model.ts';
import type { RunEvent } from '../src/run/events.ts';
import type { Summary } from '../src/run/summary-schema.ts';
import {
  type AppAction,
  type AppEffect,
  type AppState,
  initialApp,
  leaveScreens,
  reduceApp,
  stateOf,
} from './app-state.ts';
import type { ControllerOptions, LiveModel } from './controller-types.ts';
import { EMPTY_MODEL } from './empty-model.ts';
import type { Picture, Size } from './picture.ts';
import { advance, NO_PROGRESS, type Progress, SETTLED_KEPT } from './progress.ts';
import { editedIn } from './screens/pair/edited.ts';
import type { ScreenContext, ScreenName } from './screens/screen.ts';

export type { ControllerOptions, LiveModel } from './controller-types.ts';

/** Rows of the frame: header, a blank line, hints. */
const FRAME_ROWS = 3;
/** Least milliseconds between two pictures of a run; keys are drawn at once. For screen readers far fewer. */
const PUBLISH_MS = 250;
const PUBLISH_LINEAR_MS = 30_000;
/** Numbers are counted anew after so many times what counting took, so that it costs 2 % at most. */
const STANDINGS_SHARE = 50;
const STANDINGS_MS = 500;
/** Examples judged at a time: a few milliseconds. */
const WARM_EXAMPLES = 200;

/** Two runs were named to be compared; without any there is nothing but the list of runs. */
function startOf({ opened, live }: ControllerOptions): ScreenName {
  if (live) return 'summary';
  return opened.length === 0 ? 'runs' : opened.length === 2 ? 'compare' : 'summary';
}

export class Controller {
  readonly #options: ControllerOptions;
  readonly #listeners = new Set<() => void>();
  readonly #tasks = new Map<string, AbortController>();
  /** What screens keep of runs that were looked at before. */
  readonly #left = new Map<RunModel, AppState['states']>();
  readonly #seen = new Map<string, Set<number>>();
  #app: AppState;
  #opened: readonly RunModel[];
  #model: RunModel;
  #live: LiveModel | undefined;
  #progress: Progress | undefined;
  #summary: Summary;
  #summaryOf: { model: RunModel; version: number } | undefined;
  #nextSummary = 0;
  #runs: readonly RunEntry[] | undefined;
  #size: Size;
  #timer: NodeJS.Timeout | undefined;
  #warming: NodeJS.Timeout | undefined;
  #disposed = false;
  #lastPublish = 0;
  #picture: Picture;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#opened = options.opened;
    this.#model = options.opened[0] ?? EMPTY_MODEL;
    this.#progress = options.live ? NO_PROGRESS : undefined;
    this.#size = options.size;
    this.#summary = this.#model.standings();
    const start = startOf(options);
    if (start === 'runs') this.#runs = options.listRuns();
    this.#app = initialApp(start);
    this.#picture = this.#draw();
    this.#warm(this.#model);
  }

  /** For `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** What to draw; the same object until something changes. */
  readonly picture = (): Picture => this.#picture;

  /** Takes a key by its name; see `keyNames`. */
  key(key: string): void {
    this.#dispatch({ type: 'key', key });
  }

  /** Takes pasted text: where something is typed it is text, line breaks and all; elsewhere it means nothing. */
  paste(text: string): void {
    this.#dispatch({ type: 'paste', text });
  }

  /** Shows a screen. */
  show(screen: ScreenName, params?: unknown): void {
    this.#dispatch({ type: 'show', screen, params });
  }

  resize(size: Size): void {
    this.#size = size;
    this.#publish();
  }

  /** The run has begun: from now on there are results to look at. */
  attach(model: LiveModel): void {
    this.#live = model;
    this.#opened = [model, ...this.#opened];
    this.#use(model);
  }

  /** Takes an event of the run; cheap, whatever comes. */
  push(event: RunEvent): void {
    this.#progress = advance(this.#progress ?? NO_PROGRESS, event, performance.now());
    if (event.type === 'progress' || event.type === 'end') this.#live?.touch();
    if (event.type === 'end') {
      this.#settled();
      this.#summary = event.summary;
      if (this.#live) this.#summaryOf = { model: this.#live, version: this.#live.version() };
      this.#publish();
    } else this.#schedule(event.type !== 'progress');
  }

  /** The run is being stopped: what is seen says so until it has. */
  stopping(): void {
    if (!this.#progress) return;
    this.#progress = { ...this.#progress, state: 'stopping' };
    this.#publish();
  }

  /** Ends timers and tasks. */
  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#warming);
    for (const task of this.#tasks.values()) task.abort();
  }

  #dispatch(action: AppAction): void {
    const { state, effects } = reduceApp(this.#app, action, this.#context());
    this.#app = state;
    this.#publish();
    for (const { effect, from } of effects) this.#perform(effect, from);
  }

  #perform(effect: AppEffect, from: ScreenName): void {
    switch (effect.type) {
      case 'quit':
        this.#options.onQuit(effect.force);
        break;
      case 'refresh-runs':
        this.#runs = this.#options.listRuns();
        this.#publish();
        break;
      case 'open-run':
        this.#open(effect.path);
        break;
      case 'task':
        this.#start(effect, from);
    }
  }

  #open(path: string): void {
    const known = this.#opened.find((model) => model.path === path);
    try {
      const model = known ?? this.#options.openRun(path);
      if (!known) this.#opened = [...this.#opened, model];
      this.#use(model);
      this.show('summary');
    } catch (error) {
      this.#dispatch({ type: 'notice', text: `${messageOf(error)}.` });
    }
  }

  /** Looks at another run: what screens remember is of the last one, and what they work on too. */
  #use(model: RunModel): void {
    for (const task of this.#tasks.values()) task.abort();
    this.#tasks.clear();
    this.#left.set(this.#model, leaveScreens(this.#app.states));
    this.#model = model;
    const { runs } = this.#app.states;
    const known = this.#left.get(model);
    this.#app = { ...this.#app, states: { ...known, ...(runs !== undefined && { runs }) } };
    this.#nextSummary = 0;
    this.#publish();
    if (model !== this.#live) this.#warm(model);
  }

  /** Judges a stored run's examples while nothing else is to be done: the first sorting then waits for nothing. */
  #warm(model: RunModel, from = 0): void {
    const to = Math.min(model.examples.length, from + WARM_EXAMPLES);
    for (let index = from; index < to; index++)
      for (const { name } of model.scorers) model.judge(name, index);
    if (to < model.examples.length && !this.#disposed)
      this.#warming = setTimeout(() => this.#warm(model, to), 1);
  }

  #start({ key, run }: Extract<AppEffect, { type: 'task' }>, from: ScreenName): void {
    const id = `${from}:${key}`;
    this.#tasks.get(id)?.abort();
    const task = new AbortController();
    this.#tasks.set(id, task);
    const tell = (result: { value?: unknown; error?: unknown }) => {
      if (!task.signal.aborted) this.#dispatch({ type: 'result', screen: from, key, ...result });
    };
    run({ ...this.#options.services, model: this.#model }, (value) => tell({ value }), task.signal)
      .catch((error) => tell({ error }))
      .finally(() => {
        if (this.#tasks.get(id) === task) this.#tasks.delete(id);
      });
  }

  /** Draws soon: progress at a bounded rate, anything rarer a little earlier. */
  #schedule(important: boolean): void {
    const every = this.#options.theme.linear && !important ? PUBLISH_LINEAR_MS : PUBLISH_MS;
    if (this.#timer) return;
    const wait = Math.max(0, this.#lastPublish + every - performance.now());
    this.#timer = setTimeout(() => {
      this.#settled();
      this.#publish();
    }, wait);
  }

  /** Finds what has been settled since the last picture. */
  #settled(): void {
    const model = this.#live;
    if (!model || !this.#progress) return;
    const fresh: Progress['settled'][number][] = [];
    for (const { name } of model.scorers) {
      const first = !this.#seen.has(name);
      const seen = this.#seen.get(name) ?? new Set<number>();
      this.#seen.set(name, seen);
      for (const index of model.examples.keys()) {
        if (seen.has(index) || !model.judge(name, index)) continue;
        seen.add(index);
        if (!first || !this.#progress.resumed) fresh.push({ scorer: name, index });
      }
    }
    if (fresh.length === 0) return;
    const settled = [...fresh.reverse(), ...this.#progress.settled].slice(0, SETTLED_KEPT);
    this.#progress = { ...this.#progress, settled };
  }

  #publish(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastPublish = performance.now();
    if (this.#progress) this.#progress = { ...this.#progress, now: this.#lastPublish };
    this.#picture = this.#draw();
    for (const listener of this.#listeners) listener();
  }

  #draw(): Picture {
    const context = this.#context();
    const { current } = this.#app;
    const states = { ...this.#app.states, [current]: stateOf(this.#app, current, context) };
    return { app: { ...this.#app, states }, context, size: this.#size };
  }

  #context(): ScreenContext {
    const { theme, graphics } = this.#options;
    return {
      model: this.#model,
      opened: this.#opened,
      summary: this.#standings(),
      progress: this.#model === this.#live || this.#opened.length === 0 ? this.#progress : undefined,
      runs: this.#runs,
      width: this.#size.columns,
      height: Math.max(1, this.#size.rows - FRAME_ROWS),
      theme,
      graphics,
      edited: editedIn(this.#app.states.pair),
      helpFor: this.#app.current === 'help' ? (this.#app.trail.at(-1) ?? 'summary') : this.#app.current,
    };
  }

  /** The numbers, counted anew where results came in, though not more often than is cheap. */
  #standings(): Summary {
    const [model, version] = [this.#model, this.#model.version()];
    const isOfModel = this.#summaryOf?.model === model;
    if (isOfModel && this.#summaryOf?.version === version) return this.#summary;
    if (isOfModel && performance.now() < this.#nextSummary) return this.#summary;
    const started = performance.now();
    this.#summary = model.standings();
    this.#summaryOf = { model, version };
    const cost = performance.now() - started;
    this.#nextSummary = started + Math.max(STANDINGS_MS, STANDINGS_SHARE * cost);
    return this.#summary;
  }
}
