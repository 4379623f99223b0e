/** `winoscope score` under the dashboard. */

import { openDashboard } from '../../tui/dashboard.tsx';
import { messageOf } from '../errors.ts';
import { listRuns } from '../report/list-runs.ts';
import { liveRunModel } from '../report/live-run-model.ts';
import { storedRunModel } from '../report/stored-run-model.ts';
import type { RunEvent } from '../run/events.ts';
import type { Failure } from '../run/failures.ts';
import { openRun } from '../run/open-run.ts';
import type { PreparedRun, RunRequest } from '../run/prepare-run.ts';
import { type RunTaskOptions, runTask } from '../run/run-task.ts';
import type { Interrupt } from './interrupt.ts';
import type { ProgressLines } from './progress-lines.ts';
import { openScreenServices } from './screen-services.ts';

export interface WatchedRun {
  run: PreparedRun;
  request: RunRequest;
  options: Omit<RunTaskOptions, 'signal' | 'onOpen'>;
  interrupt: Interrupt;
  /** For what is told after the dashboard is gone. */
  lines: ProgressLines;
  screenReader: boolean;
}

type End = Extract<RunEvent, { type: 'end' }>;

/**
 * Carries out a run and shows it until the user leaves; warnings are told again on the normal screen. A dashboard that
 * fails takes nothing with it: the run goes on with plain lines.
 * @throws as `runTask`, with the terminal given back.
 */
export async function scoreInDashboard(watched: WatchedRun): Promise<End> {
  const { run, request, options, interrupt, lines } = watched;
  const failures: Failure[] = [...request.task.failures, ...run.failures];
  let leave = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const screens = await openScreenServices(options.analysis);
  let last: End | undefined;
  let isShown = true;
  const dashboard = openDashboard({
    opened: [],
    live: true,
    screenReader: watched.screenReader,
    openRun: (path) => storedRunModel(openRun(path), options.analysis),
    listRuns: () => listRuns('runs'),
    services: screens.services,
    graphics: screens.graphics,
    onQuit: (force) => {
      if (last) leave();
      else if (!interrupt.signal.aborted) interrupt.stop();
      else if (force) {
        // A second Ctrl-C ends the process at once: the terminal must be in order before.
        dashboard.close();
        interrupt.stop();
      }
    },
  });
  const { controller } = dashboard;
  const gone = dashboard.gone.then((error) => {
    isShown = false;
    if (error && !last) lines.note(`the dashboard failed, the run goes on without it: ${messageOf(error)}`);
  });
  interrupt.signal.addEventListener('abort', () => {
    controller.stopping();
    leave();
  });
  const told: RunEvent[] = [];
  let live: ReturnType<typeof liveRunModel> | undefined;
  try {
    const onOpen: RunTaskOptions['onOpen'] = (views) => {
      live = liveRunModel({ run, request, views, analysis: options.analysis, failures });
      controller.attach(live);
    };
    for await (const event of runTask(run, request, { ...options, signal: interrupt.signal, onOpen })) {
      if (event.type === 'example-failed' && !run.failures.some((known) => known.id === event.id))
        failures.push(event);
      if (event.type === 'end') last = event;
      if (!isShown) lines.show(event);
      else {
        if (event.type === 'warning' || event.type === 'example-failed') told.push(event);
        controller.push(event);
      }
    }
    if (isShown && !last!.interrupted) await Promise.race([left, gone]);
  } finally {
    dashboard.close();
    await gone;
    await screens.close();
    for (const { id, message } of request.task.failures) lines.note(`left out ${id}: ${message}`);
    for (const event of told) lines.show(event);
  }
  return last!;
}
