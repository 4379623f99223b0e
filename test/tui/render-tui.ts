/** A dashboard on a terminal that is none: fixed rows and columns, keys one by one, and what it shows in the end. */

import { EventEmitter } from 'node:events';
import { render, renderToString } from 'ink';
import { createElement } from 'react';
import type { RunEntry } from '../../src/report/list-runs.ts';
import type { RunModel } from '../../src/report/run-model.ts';
import { App, Frame } from '../../tui/app.tsx';
import { Controller } from '../../tui/controller.ts';
import { type ColorLevel, makeTheme } from '../../tui/theme.ts';

export interface TuiOptions {
  opened?: readonly RunModel[];
  live?: boolean;
  columns?: number;
  rows?: number;
  /** @default 'none' */
  level?: ColorLevel;
  linear?: boolean;
  runs?: readonly RunEntry[];
  openRun?: (path: string) => RunModel;
}

/** A controller without a terminal. */
export function makeController(options: TuiOptions & { onQuit?: (force: boolean) => void } = {}): Controller {
  const { opened = [], live = false, columns = 80, rows = 24, level = 'none', linear = false } = options;
  return new Controller({
    opened,
    live,
    theme: makeTheme({ level, linear }),
    size: { columns, rows },
    openRun:
      options.openRun ??
      ((path) => {
        throw new Error(`no run ${path}`);
      }),
    listRuns: () => options.runs ?? [],
    onQuit: options.onQuit ?? (() => {}),
  });
}

/** The picture that a controller would show, as text; colours as escape codes where its theme has any. */
export function textOf(controller: Controller): string {
  const { columns } = controller.picture().size;
  return renderToString(createElement(Frame, { picture: controller.picture() }), { columns });
}

/** Presses keys by their names. */
export function press(controller: Controller, ...keys: readonly string[]): Controller {
  for (const key of keys) controller.key(key);
  return controller;
}

/** Ink's output ends here; the last whole frame is kept. */
class FakeStdout extends EventEmitter {
  readonly isTTY = true;
  columns: number;
  rows: number;
  written = '';

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
  }
  write(text: string, callback?: unknown): boolean {
    this.written += text;
    if (typeof callback === 'function') callback();
    return true;
  }
}

class FakeStdin extends EventEmitter {
  readonly isTTY = true;
  isRaw = false;
  #pending: string[] = [];

  setEncoding(): void {}
  setRawMode(mode: boolean): void {
    this.isRaw = mode;
  }
  ref(): void {}
  unref(): void {}
  pause(): void {}
  read(): string | null {
    return this.#pending.shift() ?? null;
  }
  send(text: string): void {
    this.#pending.push(text);
    this.emit('readable');
  }
}

/** The real `App` under Ink, with bytes of keys going in. */
export function mountApp(controller: Controller) {
  const { columns, rows } = controller.picture().size;
  const stdout = new FakeStdout(columns, rows);
  const stdin = new FakeStdin();
  const instance = render(createElement(App, { controller }), {
    stdout: stdout as unknown as NodeJS.WriteStream,
    stdin: stdin as unknown as NodeJS.ReadStream,
    interactive: true,
    alternateScreen: true,
    incrementalRendering: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  return {
    stdout,
    stdin,
    unmount: () => instance.unmount(),
    exited: instance.waitUntilExit(),
    /** Sends the bytes of one key press. */
    send: (bytes: string) => stdin.send(bytes),
    /** Waits until the controller's picture shows what is asked for. @throws after `ms`. */
    until: async (holds: () => boolean, ms = 5000) => {
      const deadline = Date.now() + ms;
      while (!holds()) {
        if (Date.now() > deadline) throw new Error(`it never came:\n${textOf(controller)}`);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}
