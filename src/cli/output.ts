/** Printing what a command gives, and writing what it was asked to put into a file. */

import { lstatSync, writeFileSync } from 'node:fs';
import { messageOf, ResultsError } from '../errors.ts';
import { visible } from '../report/format.ts';
import { writeAtomically } from '../results/run-folder.ts';

/**
 * Replaces a regular file as a whole; a device, pipe or link is written through, never replaced.
 * @param what it is, for the message.
 * @param flag that named the file.
 * @throws ResultsError where it cannot be written.
 */
export function writeOutput(path: string, text: string, what: string, flag = '--output'): void {
  try {
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there && !there.isFile()) writeFileSync(path, text);
    else writeAtomically(path, text);
  } catch (error) {
    const cause = error instanceof ResultsError ? error.cause : error;
    throw new ResultsError({
      what: `cannot write ${what}`,
      where: path,
      got: messageOf(cause),
      fix: `Choose another ${flag}.`,
      cause,
    });
  }
}

/**
 * A value as JSON, with a line break at its end. Strings have what would steer a terminal as `\\uXXXX`, which every reader
 * of JSON takes for the same: a file or a pipe may be shown on one later.
 */
export function jsonText(value: unknown, indent = 2): string {
  const text = JSON.stringify(value, null, indent);
  // Tags lie beyond 16 bits, which JSON writes as two halves.
  const halves = text.replace(
    /[\u{e0000}-\u{e007f}]/gu,
    (tag) => `\\udb40\\u${tag.charCodeAt(1).toString(16)}`,
  );
  return `${halves.split('\n').map(visible).join('\n')}\n`;
}

/** Prints a value as `jsonText`. */
export function printJson(value: unknown): void {
  process.stdout.write(jsonText(value));
}

/**
 * Writes what a command gives to the file of `--output`, as `writeOutput`, or without one to stdout: as it is into a pipe,
 * on a terminal with what would steer it made visible.
 * @throws ResultsError as `writeOutput`.
 */
export function printOrWrite(output: string | undefined, text: string, what: string): void {
  if (output !== undefined) writeOutput(output, text, what);
  else process.stdout.write(process.stdout.isTTY ? text.split('\n').map(visible).join('\n') : text);
}
