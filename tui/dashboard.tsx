/** Opens the dashboard on a terminal and gives the terminal back, whatever ends it. */

import { render } from 'ink';
import { App } from './app.tsx';
import { Controller, type ControllerOptions } from './controller.ts';
import { levelOf, makeTheme } from './theme.ts';

export interface DashboardOptions extends Omit<ControllerOptions, 'theme' | 'size'> {
  /** @default the process's own */
  stdout?: NodeJS.WriteStream;
  stdin?: NodeJS.ReadStream;
  /** Linear text instead of screens. */
  screenReader: boolean;
}

export interface Dashboard {
  controller: Controller;
  /** Resolves once it is gone: with the error where a view failed, undefined where it was closed. */
  gone: Promise<Error | undefined>;
  /** Gives the terminal back at once; may be called again. */
  close(): void;
}

/**
 * Terminals disagree on how wide some emoji are: without wrapping a line that came out too wide is cut at the edge, while a
 * wrapped one would shift the whole screen.
 */
const WRAP = { off: '\u001B[?7l', on: '\u001B[?7h' };

/** Shows the dashboard. Both streams must be terminals: see `canShowDashboard`. */
export function openDashboard(options: DashboardOptions): Dashboard {
  const { stdout = process.stdout, stdin = process.stdin, screenReader } = options;
  const sizeOf = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  const theme = makeTheme({ level: levelOf(stdout.getColorDepth?.() ?? 1), linear: screenReader });
  const controller = new Controller({ ...options, theme, size: sizeOf() });
  // Before Ink's own listener: it then draws the new size, not the old one in the new window.
  const onResize = () => controller.resize(sizeOf());
  stdout.on('resize', onResize);
  // A terminal that is gone ends the run by SIGHUP; its last error is no news.
  const ignore = () => {};
  stdin.on('error', ignore);
  const instance = render(<App controller={controller} />, {
    stdout,
    stdin,
    exitOnCtrlC: false,
    interactive: true,
    isScreenReaderEnabled: screenReader,
    ...(!screenReader && { alternateScreen: true, incrementalRendering: true }),
  });
  const wrap = (how: keyof typeof WRAP) => {
    if (!screenReader) stdout.write(WRAP[how]);
  };
  wrap('off');
  const close = () => {
    instance.unmount();
    wrap('on');
  };
  // A fault of ours must be read on the normal screen.
  process.on('uncaughtExceptionMonitor', close);
  const gone = instance
    .waitUntilExit()
    .then(
      () => undefined,
      (error) => (error instanceof Error ? error : new Error(String(error))),
    )
    .finally(() => {
      wrap('on');
      controller.dispose();
      options.graphics?.clear();
      stdout.off('resize', onResize);
      process.off('uncaughtExceptionMonitor', close);
      stdin.pause();
    });
  return { controller, gone, close };
}
