/** Command lines in pages, held to what the programs that they name understand. */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, Option } from 'commander';
import { buildProgram } from '../../src/cli/program.ts';
import { packageRoot } from '../../src/hub/package-root.ts';

/** What stands for something of the reader's: `RUN`, `[REF…]`, `…`, `$i`. */
const PLACEHOLDER = /[…[\]$<>]|^\[?[A-Z][A-Z-]*/;

export const program = buildProgram((text) => text);

/** Scripts of package.json by name. */
export const scripts: Record<string, string> = JSON.parse(
  readFileSync(join(packageRoot(), 'package.json'), 'utf8'),
).scripts;

/** Words of a line of shell: quotes held together and taken off; ends at a comment, a pipe or a redirection. */
export function words(line: string): string[] {
  const found: string[] = [];
  for (const [word] of line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)) {
    if (/^(?:#|>|2>|\||&&|;)/.test(word)) break;
    found.push(word.replaceAll(/["']/g, '').replace(/;$/, ''));
  }
  return found;
}

/**
 * Every call of winoscope in a line of shell, as its arguments: by name, by `npx`, by `npm run winoscope --`, and within
 * loops and quotes of other programs.
 */
export function callsIn(line: string): string[][] {
  const starts = /(?:^|[\s"';&|])(?:winoscope|npm run (?:--silent )?winoscope --)(?=\s|$)/g;
  return [...line.matchAll(starts)].map(({ index, 0: start }) => words(line.slice(index + start.length)));
}

/** What is wrong with the arguments of a call; undefined where nothing is. */
export function faultOf(args: readonly string[]): string | undefined {
  let command: Command = program;
  let at = 0;
  for (; at < args.length; at++) {
    const next = command.commands.find((one) => one.name() === args[at]);
    if (next === undefined) break;
    command = next;
  }
  const word = args[at];
  if (command.commands.length > 0 && word !== undefined && !word.startsWith('-') && !PLACEHOLDER.test(word))
    return `${nameOf(command)} has no command "${word}"`;
  return faultOfFlags(command, args.slice(at));
}

function faultOfFlags(command: Command, args: readonly string[]): string | undefined {
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (word === '--')
      return nameOf(command) === 'submit slurm' ? faultOf(['score', ...args.slice(at + 1)]) : undefined;
    const [, name, attached] = /^\[?(--?[a-zA-Z][\w-]*)\]?(?:=(.*))?,?$/.exec(word) ?? [];
    if (name === undefined || ['--help', '-h'].includes(name)) continue;
    const option = [...command.options, ...program.options].find(
      ({ long, short }) => long === name || short === name,
    );
    if (option === undefined) return `${nameOf(command) || 'winoscope'} has no flag ${name}`;
    if (!option.required && !option.optional) continue;
    const value = attached ?? args[++at];
    if (value === undefined) return undefined; // A flag that is named, without its value.
    const fault = faultOfValue(option, value);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Each of `a|b|c` must be a value that the flag takes. */
function faultOfValue(option: Option, value: string): string | undefined {
  if (PLACEHOLDER.test(value) || option.parseArg === undefined) return undefined;
  for (const one of option.argChoices === undefined ? [value] : value.split('|')) {
    if (PLACEHOLDER.test(one)) continue;
    try {
      option.parseArg(one, undefined as never);
    } catch (error) {
      return `${option.long} does not take "${one}": ${(error as Error).message}`;
    }
  }
  return undefined;
}

/** As in `submit slurm`; empty for the program. */
export function nameOf(command: Command): string {
  return command.parent === null ? '' : `${nameOf(command.parent)} ${command.name()}`.trim();
}

/** All commands but the program itself. */
export function commandsOf(command: Command = program): Command[] {
  return command.commands.flatMap((one) => [one as Command, ...commandsOf(one as Command)]);
}

/** Flags of every command, and those that `npm run` scripts take, with their dashes. */
export function knownFlags(): Set<string> {
  const flags = [program, ...commandsOf()].flatMap(({ options }) => options.map(({ long }) => long ?? ''));
  const mains = globSync('test/*/main.ts', { cwd: packageRoot() });
  for (const file of mains) {
    const code = readFileSync(join(packageRoot(), file), 'utf8');
    flags.push(
      ...[...code.matchAll(/'?([\w-]+)'?: \{ type: '(?:string|boolean)'/g)].map(([, name]) => `--${name}`),
    );
  }
  return new Set([...flags, '--help']);
}

/** What is wrong with `npm run NAME`, `npm NAME` and the flags of its script; undefined where nothing is. */
export function faultOfNpm(line: string): string | undefined {
  for (const [, run, name = ''] of line.matchAll(/\bnpm (run )?(?:--silent )?([\w-]+)/g)) {
    const own = ['ci', 'install', 'pack', 'link', 'publish'];
    if (scripts[name] === undefined && (run !== undefined || !own.includes(name)))
      return `package.json has no script "${name}"`;
  }
  const [, name = '', rest = ''] = /\bnpm run (?:--silent )?([\w-]+) -- (.*)/.exec(line) ?? [];
  if (name === '' || name === 'winoscope') return undefined;
  const [, file] = /node (test\/\S+\.ts)/.exec(scripts[name] ?? '') ?? [];
  const code = file === undefined ? '' : readFileSync(join(packageRoot(), file), 'utf8');
  for (const word of words(rest)) {
    if (word.startsWith('--') && !new RegExp(`\\b${word.slice(2)}'?: \\{ type:`).test(code))
      return `npm run ${name} has no flag ${word}`;
  }
  return undefined;
}
