/** `winoscope score`: runs a task. */

import { visible } from '../report/format.ts';
import { summaryTable } from '../report/table.ts';
import { agreeWithShards } from '../run/agree-with-shards.ts';
import { estimateRun } from '../run/estimate.ts';
import { type PreparedRun, prepareRun } from '../run/prepare-run.ts';
import { runTask } from '../run/run-task.ts';
import { readSummary } from '../run/stored-summary.ts';
import type { Summary } from '../run/summary-schema.ts';
import { estimateLines } from './estimate-lines.ts';
import { onInterrupt } from './interrupt.ts';
import { printJson } from './output.ts';
import { ProgressLines } from './progress-lines.ts';
import type { ScoreFlags } from './score-command.ts';
import { scoreRequest } from './score-request.ts';
import { shardEnd, shardNote, waitNote } from './shard-lines.ts';
import { canShowDashboard, wantsScreenReader } from './terminal.ts';

/** Carries out `winoscope score`; see `docs/cli.md`. @throws WinoscopeError for what the user can mend. */
export async function score(taskName: string, flags: ScoreFlags): Promise<void> {
  const { request, analysis, chosen } = await scoreRequest(taskName, flags);
  const { task } = request;
  const lines = new ProgressLines(process.stderr, { quiet: flags.quiet ?? false });
  const prepared = await prepareRun({
    ...request,
    measure: true,
    onMeasure: (name) => {
      if (!flags.quiet) lines.note(`${name}: measuring how this machine calls it fastest (once)`);
    },
  });
  if (flags.note !== undefined && !flags.quiet) lines.note(flags.note);
  if (chosen && !flags.quiet) lines.note(shardNote(chosen));
  const inDashboard = !flags.dryRun && canShowDashboard(flags);
  if (!inDashboard) for (const { id, message } of task.failures) lines.note(`left out ${id}: ${message}`);
  if (flags.dryRun) {
    const run = prepared;
    for (const message of run.warnings) lines.show({ type: 'warning', message });
    for (const failure of run.failures) lines.show({ type: 'example-failed', ...failure });
    const estimates = await estimateRun(run, request);
    if (flags.json) printJson(estimates);
    else process.stdout.write(`${estimateLines(run, estimates)}\n`);
    return;
  }
  const merged = prepared.shard?.isMerged && readSummary(prepared.shard.run);
  if (merged) {
    // As after a merge: without a folder of the shard's own, which would look like one that was begun.
    finish({ summary: merged, interrupted: false }, { flags, code: 0, run: prepared });
    return;
  }
  const run = await agreeWithShards(prepared, request);
  const interrupt = onInterrupt();
  let last: { summary: Summary; interrupted: boolean } | undefined;
  try {
    const options = {
      analysis,
      onError: flags.onError,
      onWait: waitNote(lines),
      workerSeconds: flags.workerTimeout,
    };
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
  } catch (error) {
    if (interrupt.fault !== undefined) throw interrupt.fault;
    // Stopped while it waited for the folder: nothing was begun.
    if (!interrupt.signal.aborted || last) throw error;
    process.exitCode = interrupt.exitCode();
    return;
  } finally {
    lines.end();
    interrupt.dispose();
  }
  if (interrupt.fault !== undefined) throw interrupt.fault;
  finish(last!, { flags, code: interrupt.exitCode(), run });
}

function finish(
  { summary, interrupted }: { summary: Summary; interrupted: boolean },
  { flags, code, run }: { flags: ScoreFlags; code: number; run: PreparedRun },
): void {
  if (flags.json) printJson(summary);
  else if (run.shard) process.stdout.write(`${shardEnd(run.shard)}\n`);
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
