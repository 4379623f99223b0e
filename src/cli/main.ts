/** The command line's root: runs the command, prints errors, sets the exit code. Commands load only when called. */

import { CommanderError } from 'commander';
import { WinoscopeError } from '../errors.ts';
import { visible } from '../report/format.ts';
import { complaintOf } from './complaint.ts';
import { uncaughtFault } from './interrupt.ts';
import { buildProgram } from './program.ts';

/** Exit codes that are part of the contract with scripts. */
export const EXIT = { done: 0, failed: 1, usage: 2, skipped: 3 } as const;

/** Runs one command line. Never throws: sets `process.exitCode`. */
export async function main(args: readonly string[]): Promise<void> {
  outliveReaders();
  explainFaults();
  const program = buildProgram(usageSentence);
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

/** Commander's complaint in the form of our own. */
function usageSentence(text: string): string {
  return `winoscope: ${visible(complaintOf(text))}. Run \`winoscope --help\` for the commands, \`winoscope COMMAND --help\` for a command.\n`;
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
