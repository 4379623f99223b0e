/** Examples that a run leaves out, as they are told, counted and stored. */

import type { Manifest } from '../results/manifest.ts';

/** An example that cannot be scored, by the first scorer that found out; or a record that could not even be read. */
export interface Failure {
  /** Undefined for a record that is no example. */
  scorer?: string | undefined;
  id: string;
  message: string;
}

/** How many examples and how many mere records the failures are about, each counted once. */
export function countFailures(failures: readonly Failure[]): { failed: number; unreadable: number } {
  const ids = (ofExamples: boolean) =>
    new Set(failures.filter(({ scorer }) => (scorer !== undefined) === ofExamples).map(({ id }) => id));
  return { failed: ids(true).size, unreadable: ids(false).size };
}

/** Failures as the manifest keeps them: without what they quote, unless the task may be passed on. */
export function storableFailures(
  failures: readonly Failure[],
  redistribution: Manifest['about']['task']['redistribution'],
): Failure[] {
  if (redistribution === 'free') return [...failures];
  return failures.map((failure) => ({ ...failure, message: failure.message.replace(/"[^"]*"/g, '"…"') }));
}
