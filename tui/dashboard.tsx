/** Opens the dashboard on a terminal and gives the terminal back, whatever ends it. */

import { render } from 'ink';
import { type ReactNode, useLayoutEffect } from 'react';
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
  const app = <App controller={controller} />;
  const instance = render(screenReader ? app : <Unwrapped stdout={stdout}>{app}</Unwrapped>, {
    stdout,
    stdin,
    exitOnCtrlC: false,
    interactive: true,
    isScreenReaderEnabled: screenReader,
    ...(!screenReader && { alternateScreen: true, incrementalRendering: true }),
  });
  const close = () => instance.unmount();
  // A fault of ours must be read on the normal screen.
  process.on('uncaughtExceptionMonitor', close);
  const gone = instance
    .waitUntilExit()
    .then(
      () => undefined,
      (error) => (error instanceof Error ? error : new Error(String(error))),
    )
    .finally(() => {
      controller.dispose();
      options.graphics?.clear();
      stdout.off('resize', onResize);
      process.off('uncaughtExceptionMonitor', close);
      stdin.pause();
    });
  return { controller, gone, close };
}

/**
 * Terminals disagree on how wide some emoji are: without wrapping a line that came out too wide is cut at the edge, while a
 * wrapped one would shift the whole screen. An effect, since Ink undoes those also where a signal ends the process at once.
 */
function Unwrapped({ stdout, children }: { stdout: NodeJS.WriteStream; children: ReactNode }): ReactNode {
  useLayoutEffect(() => {
    stdout.write('\u001B[?7l');
    return () => {
      stdout.write('\u001B[?7h');
    };
  }, [stdout]);
  return children;
}
