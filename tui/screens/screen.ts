/**
 * What every screen is. A screen is a folder `screens/<name>/` of two files:
 *
 * - `state.ts`: plain data, `initial`, and `reduce`, a pure function from (state, action, context) to the next state.
 *   It knows commands of the keymap, never keys; it reads the run through `context.model` and never changes anything.
 * - `view.tsx`: a pure component from (state, context) to what is seen. It computes no metric and holds no state. It
 *   draws within `context.width` × `context.height` cells; the frame around it (header, hints) is not its business.
 *
 * What a reducer cannot do itself it asks for with effects in its `Step`; the controller carries them out:
 *
 * - `go` shows another screen, with `params` for its `enter`; `back` returns; `notice` shows a line for a while.
 * - `open-run` opens a run folder, `refresh-runs` lists them again, `quit` leaves.
 * - `task` runs something slow: a function of `services` and nothing else, which calls `emit` as often as it likes. Each
 *   value comes back to the screen that asked as an action `{ type: 'result', key, value }`, an error as
 *   `{ type: 'result', key, error }`. A task with the key of one that is still going on replaces it: the old one's
 *   signal is aborted and nothing more of it comes. So a picture is loaded with
 *   `{ type: 'task', key: 'image-0', run: ({ model }, emit) => model.image(index, 0).then(emit) }`.
 *
 * Tests call `reduce` with a made context, and draw `View` with `renderView` of `test/tui/render-tui.tsx`.
 */

import type { ComponentType } from 'react';
import type { RunEntry } from '../../src/report/list-runs.ts';
import type { RunModel } from '../../src/report/run-model.ts';
import type { Summary } from '../../src/run/summary-schema.ts';
import type { Graphics } from '../images/graphics.ts';
import type { Command } from '../keymap.ts';
import type { Progress } from '../progress.ts';
import type { Services } from '../services.ts';
import type { Theme } from '../theme.ts';

/** All screens; `summary`, `examples`, `compare` and `runs` are tabs. */
export const SCREENS = ['summary', 'examples', 'pair', 'compare', 'runs', 'help'] as const;
export type ScreenName = (typeof SCREENS)[number];

/** All that a screen may read; a new object whenever something has changed. */
export interface ScreenContext {
  /** The run that is looked at. */
  model: RunModel;
  /** All opened runs, `model` among them. */
  opened: readonly RunModel[];
  /** Numbers of `model` as they stand; see `RunModel.standings`. */
  summary: Summary;
  /** How the run goes on, while it does and afterwards; undefined for stored runs. */
  progress: Progress | undefined;
  /** Run folders on disk; undefined before they were listed. */
  runs: readonly RunEntry[] | undefined;
  /** Cells that the screen may fill. */
  width: number;
  height: number;
  theme: Theme;
  /** Pictures in the terminal's own pixels, where it has confirmed that it can. */
  graphics?: Graphics | undefined;
  /** Places in the task of the examples with edited captions. */
  edited: ReadonlySet<number>;
  /** The screen that help was asked from. */
  helpFor: ScreenName;
}

/** What a reducer is told. */
export type ScreenAction =
  | { type: 'command'; command: Command }
  /** Printable text, while `typing` says that the screen takes it. */
  | { type: 'text'; text: string }
  /** Of a task. */
  | { type: 'result'; key: string; value?: unknown; error?: unknown };

/** What a reducer may ask for; see the head of this file. */
export type Effect =
  | { type: 'go'; to: ScreenName; params?: unknown }
  | { type: 'back' }
  | { type: 'notice'; text: string }
  | { type: 'open-run'; path: string }
  | { type: 'refresh-runs' }
  | { type: 'quit' }
  | {
      type: 'task';
      key: string;
      run: (services: Services, emit: (value: unknown) => void, signal: AbortSignal) => Promise<void>;
    };

/** The next state and what is to be done. */
export interface Step<S> {
  state: S;
  effects?: readonly Effect[];
}

export interface ViewProps<S> {
  state: S;
  context: ScreenContext;
}

/** One screen; see the head of this file. */
export interface Screen<S> {
  name: ScreenName;
  title: string;
  initial(context: ScreenContext): S;
  /** The screen is shown, perhaps with something to show. By default nothing changes. */
  enter?(state: S, params: unknown, context: ScreenContext): Step<S>;
  /** Another run is looked at: what is kept until this one is seen again. By default nothing. */
  leave?(state: S): S;
  reduce(state: S, action: ScreenAction, context: ScreenContext): Step<S>;
  /** Whether printable keys are text. @default never */
  typing?(state: S): boolean;
  /** Keys of the mode that the screen is in, each with a word, for the line at the bottom. @default those of the keymap */
  hints?(state: S): readonly (readonly [key: string, text: string])[] | undefined;
  View: ComponentType<ViewProps<S>>;
}

/** A screen whose state only it knows. */
export type AnyScreen = Screen<unknown>;

/** Forgets the type of a screen's state, which nobody but the screen looks into. */
export function screen<S>(definition: Screen<S>): AnyScreen {
  return definition as unknown as AnyScreen;
}
