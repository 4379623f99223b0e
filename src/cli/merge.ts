/** `winoscope merge`: many machines' parts of a run become the run. */

import { counted } from '../errors.ts';
import { visible } from '../report/format.ts';
import { shellWord } from '../report/shell-word.ts';
import { summaryTable } from '../report/table.ts';
import { type MergeReport, mergeRuns } from '../run/merge-run.ts';
import type { Missing } from '../run/missing-examples.ts';
import { findTask } from './find-task.ts';
import { onInterrupt } from './interrupt.ts';
import type { MergeFlags } from './merge-command.ts';
import { analysisOf } from './options.ts';
import { printJson } from './output.ts';
import { ProgressLines } from './progress-lines.ts';
import { waitNote } from './shard-lines.ts';

/** Ids that are named of what is missing. */
const NAMED = 5;

/** Carries out `winoscope merge`; see `docs/cluster.md`. @throws WinoscopeError for what the user can mend. */
export async function merge(runs: readonly string[], flags: MergeFlags): Promise<void> {
  const lines = new ProgressLines(process.stderr, { quiet: false });
  const interrupt = onInterrupt();
  let report: MergeReport;
  try {
    report = await mergeRuns({
      runs: [...new Set(runs)],
      allowMixed: flags.allowMixed ?? false,
      partial: flags.partial ?? false,
      removeShards: flags.removeShards ?? false,
      ...(flags.out !== undefined && { out: flags.out }),
      ...(flags.analysisGiven && { analysis: analysisOf(flags) }),
      ...(flags.task !== undefined && { task: await findTask(flags.task, {}) }),
      onWait: waitNote(lines),
      signal: interrupt.signal,
    });
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    process.exitCode = interrupt.exitCode();
    return;
  } finally {
    interrupt.dispose();
  }
  tell(report, flags);
}

function tell({ folder, parts, missing, summary }: MergeReport, { json }: MergeFlags): void {
  if (summary) {
    process.stderr.write(`merged ${counted(parts, 'part')} into ${visible(folder)}\n`);
    if (json) printJson(summary);
    else process.stdout.write(`${summaryTable(summary)}\n\nRun folder: ${visible(folder)}\n`);
    if (summary.examples.failed > 0) process.exitCode = 3;
  }
  if (missing.length === 0) return;
  const count = missing.reduce((sum, { examples }) => sum + examples.length, 0);
  process.stderr.write(`${missing.flatMap(missingLines).join('\n')}\n`);
  process.stderr.write(
    `winoscope: the run is not complete: ${count} ${count === 1 ? 'example is' : 'examples are'} missing. ${
      summary ? 'What is there was merged.' : 'Nothing was written; --partial merges what is there.'
    }\n`,
  );
  process.exitCode = 3;
}

/** What is missing of a shard, and the command that computes it. */
function missingLines({ shard, examples, total, command, holder }: Missing): string[] {
  const who = shard ? `shard ${shard.index} of ${shard.of}` : 'the run';
  const ids = examples.slice(0, NAMED).map(visible).join(', ');
  const more = examples.length > NAMED ? `, and ${examples.length - NAMED} more` : '';
  const state = holder ? `; process ${holder.pid} on ${holder.host} is at it` : '';
  const flag = shard ? ` --shard ${shard.index}/${shard.of}` : '';
  const how = command
    ? `  winoscope ${command.map(shellWord).join(' ')}${flag}`
    : `  the command that it was begun with${flag && `, and${flag}`}`;
  return [`${who} lacks ${examples.length} of ${counted(total, 'example')}: ${ids}${more}${state}`, how];
}
