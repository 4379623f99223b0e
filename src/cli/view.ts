/** `winoscope view`: the dashboard on stored runs. */

import { visible } from '../report/format.ts';
import { listRuns, type RunEntry } from '../report/list-runs.ts';
import { storedRunModel } from '../report/stored-run-model.ts';
import { columns, summaryTable } from '../report/table.ts';
import { openRun } from '../run/open-run.ts';
import { onInterrupt } from './interrupt.ts';
import { analysisOf } from './options.ts';
import { canShowDashboard, wantsScreenReader } from './terminal.ts';
import type { ViewFlags } from './view-command.ts';

/** Where `score` puts runs. */
const RUNS = 'runs';

/** Carries out `winoscope view`; see `docs/cli.md`. @throws WinoscopeError for what the user can mend. */
export async function view(paths: readonly string[], flags: ViewFlags): Promise<void> {
  const analysis = analysisOf(flags);
  const open = (path: string) => storedRunModel(openRun(path), analysis);
  const opened = [...new Set(paths)].map(open);
  if (!canShowDashboard(flags)) {
    const texts =
      opened.length > 0
        ? opened.map((model) => `${summaryTable(model.summary())}\n\nRun folder: ${visible(model.path)}\n`)
        : [`${runTable(listRuns(RUNS))}\n`];
    process.stdout.write(texts.join('\n'));
    return;
  }
  const { openDashboard } = await import('../../tui/dashboard.tsx');
  const { openScreenServices } = await import('./screen-services.ts');
  const screens = await openScreenServices(analysis);
  const interrupt = onInterrupt();
  try {
    const dashboard = openDashboard({
      opened,
      live: false,
      screenReader: wantsScreenReader(flags),
      openRun: open,
      listRuns: () => listRuns(RUNS),
      services: screens.services,
      graphics: screens.graphics,
      onQuit: () => dashboard.close(),
    });
    interrupt.signal.addEventListener('abort', dashboard.close);
    const error = await dashboard.gone;
    if (error) throw error;
  } finally {
    await screens.close();
    interrupt.dispose();
  }
  if (interrupt.fault !== undefined) throw interrupt.fault;
  if (interrupt.exitCode() !== 0) process.exitCode = interrupt.exitCode();
}

/** Run folders as a plain table. */
function runTable(runs: readonly RunEntry[]): string {
  if (runs.length === 0) return `No run folder in ${RUNS}/.`;
  const rows = runs.map(({ path, state, done, count, scorers, why }) => [
    visible(path),
    state,
    count === 0 ? '' : `${done ?? '?'} of ${count}`,
    why === undefined ? scorers.map(visible).join(', ') : visible(why),
  ]);
  return columns([['run', 'state', 'examples', 'scorers'], ...rows]).join('\n');
}
