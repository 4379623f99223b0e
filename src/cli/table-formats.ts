/** `--format`, `--json` and `--output` of the commands that print tables. */

import { type Command, Option } from 'commander';
import { UsageError } from '../errors.ts';
import { documentOf, type Part } from '../report/tables.ts';
import { jsonText, printOrWrite } from './output.ts';

/** The forms of a table; CSV has one row per number, JSON everything. */
export const TABLE_FORMATS = ['text', 'md', 'latex', 'csv', 'json'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

export interface TableFlags {
  format: TableFormat;
  json?: boolean;
  output?: string;
}

/** The same of commands that make pages too. */
export interface PageTableFlags extends Omit<TableFlags, 'format'> {
  format: TableFormat | 'html';
}

/** Adds the flags to a command. @param page what its page holds, where it makes one */
export function addTableFlags(command: Command, page?: string): Command {
  const html = page === undefined ? '' : `html (a page with ${page}), `;
  return command
    .addOption(
      new Option('--format <name>', `text, md, ${html}latex (booktabs), csv (a row per number) or json`)
        .choices([...TABLE_FORMATS, ...(page === undefined ? [] : ['html'])])
        .default('text'),
    )
    .option('--json', 'the same as --format json')
    .option('--output <file>', 'write there instead of to stdout');
}

/** What there is to print, made only where its form is asked for. */
export interface Printed {
  title: string;
  parts(): readonly Part[];
  csv(): string;
  json: unknown;
}

/**
 * Prints or writes it in the form of the flags.
 * @param what it is, for a message.
 * @throws UsageError where --json and another format are asked for; ResultsError as `writeOutput`.
 */
export function printTables(printed: Printed, flags: TableFlags, what: string): void {
  const { format, json, output } = flags;
  if (json && format !== 'text' && format !== 'json')
    throw new UsageError({ what: 'two forms are asked for', got: `--json and --format ${format}` });
  const form = json ? 'json' : format;
  const text =
    form === 'json'
      ? jsonText(printed.json)
      : form === 'csv'
        ? printed.csv()
        : documentOf(printed.title, printed.parts(), form);
  printOrWrite(output, text, what);
}
