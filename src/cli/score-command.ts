/** `winoscope score`: runs a task. */

import { type Command, Option } from 'commander';
import { DEFAULT_TASK, loadTask } from '../../tasks/registry.ts';
import { summaryTable } from '../report/table.ts';
import { estimateRun } from '../run/estimate.ts';
import { prepareRun, type RunRequest } from '../run/prepare-run.ts';
import { runTask } from '../run/run-task.ts';
import type { Summary } from '../run/summary-schema.ts';
import { estimateLines } from './estimate-lines.ts';
import { onInterrupt } from './interrupt.ts';
import {
  addAnalysisFlags,
  addScoringFlags,
  analysisOf,
  atLeast,
  type SharedFlags,
  scorersOf,
  scoringOf,
} from './options.ts';
import { ProgressLines } from './progress-lines.ts';

interface ScoreFlags extends SharedFlags {
  out?: string;
  limit?: string;
  ids?: string;
  tag?: string;
  workers?: number;
  maps: 'on' | 'off';
  onError: 'stop' | 'skip';
  strict?: boolean;
  allowMixed?: boolean;
  dryRun?: boolean;
  json?: boolean;
  quiet?: boolean;
}

/** Adds `score` to the program. */
export function addScoreCommand(program: Command): void {
  const command = program
    .command('score')
    .description('score a task: every image against every caption, by every scorer')
    .argument('[task]', 'name of a task, or a probe folder', DEFAULT_TASK);
  addScoringFlags(command);
  addAnalysisFlags(command)
    .option('--out <dir>', 'run folder (default: runs/<task>-<identity>); an unfinished run in it goes on')
    .option('--limit <n|a-b>', 'only the first n examples, or the a-th to the b-th')
    .option('--ids <list>', 'only these examples, separated by commas')
    .option('--tag <tag>', 'only examples with this tag')
    .option('--workers <n>', 'worker threads, each with its own model (default: cores / threads)', atLeast(1))
    .addOption(
      new Option('--maps <on|off>', 'store where in the image the error lies')
        .choices(['on', 'off'])
        .default('on'),
    )
    .addOption(
      new Option('--on-error <what>', 'an example that cannot be scored')
        .choices(['stop', 'skip'])
        .default('stop'),
    )
    .option('--strict', 'refuse captions that are longer than a model can read, instead of cutting them')
    .option('--force', 'score words and pictures that a model of a small world cannot know')
    .option('--allow-mixed', 'go on with a run that was begun on other hardware or with other call settings')
    .option('--dry-run', 'say what the run will take, from a few real calls, and stop')
    .option('--json', 'print the summary as JSON on stdout and nothing else there')
    .option('--quiet', 'no progress')
    .action(score);
}

async function score(taskName: string, flags: ScoreFlags): Promise<void> {
  const analysis = analysisOf(flags);
  const task = await loadTask(taskName, { skipBad: flags.onError === 'skip' });
  const ids = flags.ids?.split(',').map((id) => id.trim());
  const request: RunRequest = {
    task,
    scorers: scorersOf(flags),
    scoring: scoringOf(flags, {
      maps: flags.maps === 'on',
      ...(flags.workers !== undefined && { workers: flags.workers }),
    }),
    selection: {
      ...(flags.limit !== undefined && { limit: flags.limit }),
      ...(ids && { ids }),
      ...(flags.tag !== undefined && { tag: flags.tag }),
    },
    strict: flags.strict ?? false,
    force: flags.force ?? false,
    allowMixed: flags.allowMixed ?? false,
    ...(flags.out !== undefined && { out: flags.out }),
  };
  const run = await prepareRun(request);
  if (flags.dryRun) {
    const estimates = await estimateRun(run, request);
    process.stdout.write(
      flags.json ? `${JSON.stringify(estimates, null, 2)}\n` : `${estimateLines(run, estimates)}\n`,
    );
    return;
  }
  const interrupt = onInterrupt();
  const lines = new ProgressLines(process.stderr, { quiet: flags.quiet ?? false });
  for (const { id, message } of task.failures) lines.note(`left out ${id}: ${message}`);
  let last: { summary: Summary; interrupted: boolean } | undefined;
  try {
    for await (const event of runTask(run, request, {
      analysis,
      onError: flags.onError,
      signal: interrupt.signal,
    })) {
      lines.show(event);
      if (event.type === 'end') last = event;
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
  else process.stdout.write(`${summaryTable(summary)}\n\nRun folder: ${summary.run}\n`);
  if (interrupted) {
    process.stderr.write(
      'winoscope: interrupted. Everything computed is kept; run the same command again to go on.\n',
    );
    process.exitCode = code;
  } else if (summary.examples.failed > 0) {
    process.exitCode = 3;
  }
}
