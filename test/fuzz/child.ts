/**
 * Reads hostile inputs of one target in a process of its own, which its parent watches: `child.ts FILE NAME SEED FROM COUNT FOLDER`. Tells
 * the parent which input it is at, and every finding.
 */

import { chdir } from 'node:process';
import { messageOf, WinoscopeError } from '../../src/errors.ts';
import { Mutator } from './mutate.ts';
import type { Target } from './target.ts';

/** Sent to the parent. */
export type Report =
  | { type: 'at'; index: number }
  | { type: 'finding'; index: number; what: string }
  | { type: 'end'; read: number; refused: number };

const [file, name, seedText, fromText, countText, folder] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
];
const exported = Object.values((await import(file)) as Record<string, readonly Target[]>).flat();
const target = exported.find((candidate) => candidate.name === name)!;
const [seed, from, count] = [Number(seedText), Number(fromText), Number(countText)];
const send = (report: Report) => void process.send!(report);

/** What a sentence must not hold. */
const FAULTS =
  /\n|undefined|\[object |Cannot read propert|is not a function|is not iterable|Maximum call stack/;
/** Longer than any screen. */
const MOST_CHARACTERS = 20_000;

function faultOf(error: unknown): string | undefined {
  if (!(error instanceof WinoscopeError)) return `no sentence: ${(error as Error)?.stack ?? String(error)}`;
  const found = FAULTS.exec(error.message)?.[0];
  if (found !== undefined) return `a sentence with ${JSON.stringify(found)}: ${error.message.slice(0, 600)}`;
  if (error.message.length > MOST_CHARACTERS)
    return `a sentence of ${error.message.length} characters: ${error.message.slice(0, 300)}`;
  return undefined;
}

chdir(folder);
let at = from;
process.on('warning', (warning) =>
  send({ type: 'finding', index: at, what: `a warning: ${messageOf(warning)}` }),
);
process.on('uncaughtException', (error) =>
  send({ type: 'finding', index: at, what: `thrown where nobody could catch it: ${error.stack}` }),
);
const reader = await target.open(folder);
let read = 0;
for (; at < from + count; at++) {
  send({ type: 'at', index: at });
  try {
    // Every input has a generator of its own, so that it can be met again alone.
    await reader.once(new Mutator((seed * 1_000_003 + at) | 0));
    read++;
  } catch (error) {
    const what = faultOf(error);
    if (what !== undefined) send({ type: 'finding', index: at, what });
  }
  if (({} as Record<string, unknown>).polluted !== undefined)
    send({ type: 'finding', index: at, what: 'the prototype of all objects was changed' });
  // Lets messages out, and whatever the reader left to do.
  await new Promise((resolve) => setImmediate(resolve));
}
send({ type: 'end', read, refused: count - read });
process.disconnect();
