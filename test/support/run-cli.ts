/** Runs the real command line in a process of its own, as a user's shell would. */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/hub/package-root.ts';

/** The file that `npm` installs as the command. It runs `dist/`, so build before testing. */
export const BIN = join(packageRoot(), 'bin', 'winoscope.js');

export interface CliOptions {
  /** @default the package's root */
  cwd?: string;
  /** Added to this process's own; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  /** The Node to run it with. @default the one that runs the tests */
  node?: string;
  /** Arguments for Node itself. @default none */
  nodeArgs?: readonly string[];
}

export interface CliResult {
  /** Exit code; null where a signal ended the process. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A command line that is still running. */
export interface RunningCli {
  child: ChildProcess;
  /** What it has written to stderr so far. */
  stderr(): string;
  /** Resolves once it has ended and all its output is read. */
  result: Promise<CliResult>;
}

/** Starts `winoscope ARGS`. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const { node = process.execPath, nodeArgs = [] } = options;
  return startProgram(node, [...nodeArgs, BIN, ...args], options);
}

/** Starts any program, such as a shell that sets limits first. */
export function startProgram(
  program: string,
  args: readonly string[],
  { cwd = packageRoot(), env = {} }: Pick<CliOptions, 'cwd' | 'env'> = {},
): RunningCli {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', WINOSCOPE_DEBUG: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const result = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  return { child, stderr: () => output.stderr, result };
}

/** Runs `winoscope ARGS` to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).result;
}

/** Runs it and demands that it succeeds. */
export async function runOk(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const result = await runCli(args, options);
  if (result.code !== 0) {
    throw new Error(
      `winoscope ${args.join(' ')} ended with ${result.code ?? result.signal}: ${result.stderr}`,
    );
  }
  return result;
}

/**
 * Waits until `condition` holds, looking every few milliseconds.
 * @returns whether it held before `given` settled, e.g. before the process ended.
 */
export async function until(condition: () => boolean, given: Promise<unknown>): Promise<boolean> {
  let over = false;
  const stop = () => {
    over = true;
  };
  given.then(stop, stop);
  while (!over) {
    if (condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return false;
}
