/** `winoscope score`: runs a task. */

import { visible } from '../report/format.ts';
import { summaryTable } from '../report/table.ts';
import { estimateRun } from '../run/estimate.ts';
import { prepareRun, type RunRequest } from '../run/prepare-run.ts';
import { runTask } from '../run/run-task.ts';
import type { Summary } from '../run/summary-schema.ts';
import { estimateLines } from './estimate-lines.ts';
import { findTask } from './find-task.ts';
import { onInterrupt } from './interrupt.ts';
import { analysisOf, scorersOf, scoringOf } from './options.ts';
import { otherScorersOf } from './other-scorers.ts';
import { ProgressLines } from './progress-lines.ts';
import type { ScoreFlags } from './score-command.ts';
import { pruneOf, stopOf } from './stop-flags.ts';
import { canShowDashboard, wantsScreenReader } from './terminal.ts';

/** Carries out `winoscope score`; see `docs/cli.md`. @throws WinoscopeError for what the user can mend. */
export async function score(taskName: string, flags: ScoreFlags): Promise<void> {
  const analysis = analysisOf(flags);
  const task = await findTask(taskName, flags);
  const scorers = await scorersOf(flags, await otherScorersOf(flags));
  const ids = flags.ids?.split(',').map((id) => id.trim());
  const request: RunRequest = {
    task,
    scorers,
    scoring: scoringOf(flags, {
      maps: flags.maps === 'on',
      ...stopOf(flags, scorers, analysis),
      ...pruneOf(flags, scorers),
      ...(flags.workers !== undefined && { workers: flags.workers }),
    }),
    selection: {
      ...(flags.limit !== undefined && { limit: flags.limit }),
      ...(ids && { ids }),
      ...(flags.tag !== undefined && { tag: flags.tag }),
    },
    strict: flags.strict ?? false,
    force: flags.force ?? false,
    onError: flags.onError,
    allowMixed: flags.allowMixed ?? false,
    loss: flags.loss,
    ...(flags.out !== undefined && { out: flags.out }),
  };
  const run = await prepareRun(request);
  const lines = new ProgressLines(process.stderr, { quiet: flags.quiet ?? false });
  if (flags.note !== undefined && !flags.quiet) lines.note(flags.note);
  const inDashboard = !flags.dryRun && canShowDashboard(flags);
  if (!inDashboard) for (const { id, message } of task.failures) lines.note(`left out ${id}: ${message}`);
  if (flags.dryRun) {
    for (const message of run.warnings) lines.show({ type: 'warning', message });
    for (const failure of run.failures) lines.show({ type: 'example-failed', ...failure });
    const estimates = await estimateRun(run, request);
    process.stdout.write(
      flags.json ? `${JSON.stringify(estimates, null, 2)}\n` : `${estimateLines(run, estimates)}\n`,
    );
    return;
  }
  const interrupt = onInterrupt();
  let last: { summary: Summary; interrupted: boolean } | undefined;
  try {
    const options = { analysis, onError: flags.onError };
    if (inDashboard) {
      const { scoreInDashboard } = await import('./score-dashboard.ts');
      const screenReader = wantsScreenReader(flags);
      last = await scoreInDashboard({ run, request, options, interrupt, lines, screenReader });
    } else {
      for await (const event of runTask(run, request, { ...options, signal: interrupt.signal })) {
        lines.show(event);
        if (event.type === 'end') last = event;
      }
    }
  } finally {
    lines.end();
    interrupt.dispose();
  }
  finish(last!, flags, interrupt.exitCode());
}

function finish(
  { summary, interrupted }: { summary: Summary; interrupted: boolean },
  flags: ScoreFlags,
  code: number,
): void {
  if (flags.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  else process.stdout.write(`${summaryTable(summary)}\n\nRun folder: ${visible(summary.run)}\n`);
  if (interrupted) {
    process.stderr.write(
      'winoscope: interrupted. Everything computed is kept; run the same command again to go on.\n',
    );
    process.exitCode = code;
  } else if (summary.examples.failed > 0) {
    process.exitCode = 3;
  }
}
