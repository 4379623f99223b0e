/** Scorers that are no ONNX models: other processes, and scores that are there already. */

import { basename, extname } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { SCORER_NAME, SCORER_NAME_FORM } from '../hub/resolve-ref.ts';
import type { ScorerRequest } from '../run/settings.ts';
import { describeExternal } from '../scoring/describe-external.ts';
import { atLeast, repeatable } from './options.ts';

export interface OtherFlags {
  external?: string[];
  externalTimeout: number;
  scores?: string[];
}

/** Loading a large model, or scoring one example on a busy machine, may take minutes. */
const DEFAULT_TIMEOUT = 600;

/** Adds `--external` and what belongs to it. */
export function addExternalFlags(command: Command): Command {
  return command
    .option(
      '--external <[name=]command>',
      'another process that scores, spoken to in lines of JSON; see docs/external.md (repeatable)',
      repeatable,
    )
    .option(
      '--external-timeout <seconds>',
      'how long such a process may be silent',
      atLeast(1),
      DEFAULT_TIMEOUT,
    );
}

/** Adds `--scores`. */
export function addScoresFlag(command: Command): Command {
  return command.option(
    '--scores <[name=]file>',
    'scores of another program: lines {"label":"<id>_c0_i0","score":x}, or CSV; see docs/tasks.md (repeatable)',
    repeatable,
  );
}

/**
 * The scorers of these flags. External ones are started once, to hear what they say of themselves.
 * @throws UsageError for a name that cannot be one; ExternalError where a process does not say hello.
 */
export async function otherScorersOf(flags: OtherFlags): Promise<ScorerRequest[]> {
  const requests: ScorerRequest[] = [];
  for (const text of flags.scores ?? []) {
    const { name, rest: path } = split(text, 'scores');
    const stem = basename(path, extname(path)).replace(/[^A-Za-z0-9._-]+/g, '-');
    requests.push({ kind: 'imported', name: checked(name ?? stem, `--scores ${text}`), ref: path, path });
  }
  for (const text of flags.external ?? []) {
    const { name = 'external', rest: command } = split(text, 'external');
    checked(name, `--external ${text}`);
    const description = await describeExternal(command, flags.externalTimeout);
    const timeoutSeconds = flags.externalTimeout;
    requests.push({ kind: 'external', name, ref: command, description, timeoutSeconds });
  }
  return requests;
}

/** `NAME=REST`; a path or a command has no plain word before its first equals sign. */
function split(text: string, flag: string): { name?: string; rest: string } {
  const [, name, rest = ''] = /^(?:([^=\s/\\"']+)=)?(.*)$/s.exec(text) ?? [];
  if (rest.trim() !== '') return { ...(name !== undefined && { name }), rest };
  throw new UsageError({ what: `--${flag} names nothing`, where: `--${flag} ${text}` });
}

function checked(name: string, where: string): string {
  if (SCORER_NAME.test(name)) return name;
  throw new UsageError({
    what: `"${name}" cannot name a scorer`,
    where,
    expected: SCORER_NAME_FORM,
  });
}
