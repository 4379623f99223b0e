/** The command line's root: finds the command, prints errors, sets the exit code. Commands load only when called. */

import { Command, CommanderError } from 'commander';
import { WinoscopeError } from '../errors.ts';
import { packageVersion } from '../hub/package-root.ts';
import { visible } from '../report/format.ts';
import { addAnalyzeCommand } from './analyze-command.ts';
import { addAuditCommand } from './audit-command.ts';
import { addCalibrateCommand } from './calibrate-command.ts';
import { addCompareCommand } from './compare-command.ts';
import { addDoctorCommand } from './doctor-command.ts';
import { addExportCommand } from './export-command.ts';
import { addFitWeightsCommand } from './fit-weights-command.ts';
import { addGenerateCommand } from './generate-command.ts';
import { addImportCommand } from './import-command.ts';
import { uncaughtFault } from './interrupt.ts';
import { addMergeCommand } from './merge-command.ts';
import { addPairCommand } from './pair-command.ts';
import { addPaperCommand } from './paper-command.ts';
import { addPullCommand } from './pull-command.ts';
import { addReportCommand } from './report-command.ts';
import { addRobustnessCommand } from './robustness-command.ts';
import { addScoreCommand } from './score-command.ts';
import { addSubmitCommand } from './submit-command.ts';
import { addTaskCommand } from './task-command.ts';
import { addVerifyCommand } from './verify-command.ts';
import { addViewCommand } from './view-command.ts';

/** Exit codes that are part of the contract with scripts. */
export const EXIT = { done: 0, failed: 1, usage: 2, skipped: 3 } as const;

/** Runs one command line. Never throws: sets `process.exitCode`. */
export async function main(args: readonly string[]): Promise<void> {
  outliveReaders();
  explainFaults();
  const program = new Command('winoscope')
    .description('Measures how well image-text models understand composition.')
    .version(packageVersion(), '-V, --version')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(usageSentence(text)) })
    .addHelpText(
      'after',
      '\nWithout a GPU, an account or a download:\n  winoscope score                 score the embedded probe with the embedded models\n  winoscope task new my-probe     make a probe of your own\n  winoscope pair a.png b.png --caption "a red circle left of a blue star" --caption "a blue star left of a red circle"',
    );
  addScoreCommand(program);
  addViewCommand(program);
  addPairCommand(program);
  addTaskCommand(program);
  addGenerateCommand(program);
  addReportCommand(program);
  addMergeCommand(program);
  addSubmitCommand(program);
  addAnalyzeCommand(program);
  addCompareCommand(program);
  addRobustnessCommand(program);
  addImportCommand(program);
  addExportCommand(program);
  addCalibrateCommand(program);
  addDoctorCommand(program);
  addVerifyCommand(program);
  addAuditCommand(program);
  addPaperCommand(program);
  addPullCommand(program);
  addFitWeightsCommand(program);
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    process.exitCode = explain(error);
    if (error === uncaughtFault()) return;
  }
  if (uncaughtFault() !== undefined) process.exitCode = explain(uncaughtFault());
}

/** A fault that nobody catches is a sentence too. Where a run goes on, `onInterrupt` ends that in order first. */
function explainFaults(): void {
  process.on('uncaughtException', (error) => {
    if (process.listenerCount('uncaughtException') > 1) return;
    process.exit(explain(error));
  });
}

/** Whoever reads may go before the work is done (`| head`, a closed terminal): it goes on and its exit code stands. */
function outliveReaders(): void {
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EIO') return;
    process.stderr.write(`winoscope: cannot write to stdout: ${visible(error.message)}.\n`);
    process.exitCode = EXIT.failed;
  });
}

/** Commander's complaint, which may run over lines, in the form of our own. */
function usageSentence(text: string): string {
  const what = visible(
    text
      .replace(/^error: /, '')
      .trim()
      .replaceAll('\n', ' '),
  ).replace(/\.?$/, '.');
  return `winoscope: ${what} Run \`winoscope --help\` for the commands, \`winoscope COMMAND --help\` for a command.\n`;
}

/** Prints a failure as one sentence and returns its exit code. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof WinoscopeError) {
    process.stderr.write(`winoscope: ${visible(error.message)}\n`);
    return error.exitCode;
  }
  const details = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(
    `winoscope: unexpected failure: ${visible(details.message)}. Set WINOSCOPE_DEBUG=1 to see where.\n`,
  );
  if (process.env.WINOSCOPE_DEBUG) process.stderr.write(`${details.stack}\n`);
  return EXIT.failed;
}
