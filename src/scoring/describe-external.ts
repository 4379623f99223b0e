/** What names an external scorer: its command, what it says of itself, and the script files that the command names. */

import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { ExternalProcess, type Hello } from './external-process.ts';

/** Plain data. */
export interface ExternalDescription {
  command: string;
  hello: Hello;
  /** sha256 by name of the text files among the command's words. */
  files: Record<string, string>;
}

/** Larger files are no scripts. */
const MOST_BYTES = 4 * 2 ** 20;

/**
 * Starts the command, hears its hello and ends it again.
 * @param seconds how long it may take to say it.
 * @throws ExternalError where it does not.
 */
export async function describeExternal(command: string, seconds: number): Promise<ExternalDescription> {
  const child = new ExternalProcess(command);
  try {
    const hello = (await child.hello(seconds))!;
    return { command, hello, files: scriptHashes(command) };
  } finally {
    await child.abort();
  }
}

/** Words of the command that are text files; an interpreter, which is none, may be another on another machine. */
function scriptHashes(command: string): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const [, double, single, bare] of command.matchAll(/"([^"]*)"|'([^']*)'|([^\s"']+)/g)) {
    const word = double ?? single ?? bare ?? '';
    const stat = statSync(word, { throwIfNoEntry: false });
    if (!stat?.isFile() || stat.size > MOST_BYTES) continue;
    const bytes = readFileSync(word);
    if (!bytes.subarray(0, 8192).includes(0)) hashes[word] = createHash('sha256').update(bytes).digest('hex');
  }
  return hashes;
}
