/**
 * Every failure a user can meet is one of these. The message is one sentence: what happened, where, what was
 * expected, what was found, and what to do. Only `src/cli` prints them and sets exit codes.
 */

/** The five parts of an error's sentence; only `what` is always there. */
export interface ErrorParts {
  /** What went wrong, e.g. `cannot read the image`. */
  what: string;
  /** The file, record or flag it is about. */
  where?: string;
  expected?: string;
  got?: string;
  /** What the user can do about it, as an imperative. */
  fix?: string;
  cause?: unknown;
}

/** Base of all expected failures. `exitCode` is 1 (failed) or 2 (wrong usage or bad input). */
export class WinoscopeError extends Error {
  readonly exitCode: number = 1;
  readonly parts: ErrorParts;

  constructor(parts: ErrorParts) {
    super(sentence(parts), parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = new.target.name;
    this.parts = parts;
  }
}

/** A command line that cannot be carried out: an unknown flag value, task or name. */
export class UsageError extends WinoscopeError {
  override readonly exitCode = 2;
}

/** Input that is not what it should be: an example, a caption, an image, a task file. */
export class InputError extends WinoscopeError {
  override readonly exitCode = 2;
}

/** A model folder that lacks a file, or holds one that cannot be used. */
export class ModelFileError extends WinoscopeError {
  override readonly exitCode = 2;
}

/** A tensor whose shape or type differs from what a graph declares. */
export class ShapeError extends WinoscopeError {}

/** A stored run that was made with other settings than those asked for. */
export class PlanMismatchError extends WinoscopeError {
  override readonly exitCode = 2;
}

/** A run folder that cannot be read or written. */
export class ResultsError extends WinoscopeError {}

/** Why something did not come from the Hugging Face Hub. */
export type HubFailure =
  | 'auth' // no token, or one that is not accepted
  | 'gated' // terms that were not accepted
  | 'not-found' // no such repository, revision or file
  | 'unusable' // there, but without what is needed, or with names that must not be written
  | 'offline' // not in the cache, and connections are not allowed
  | 'busy' // 429
  | 'server' // 5xx, or an answer that is none
  | 'network' // no connection
  | 'truncated'
  | 'corrupt' // other bytes than the Hub's own hash promises
  | 'disk';

const HUB_USER_FAILURES: readonly HubFailure[] = ['auth', 'gated', 'not-found', 'unusable', 'offline'];

/**
 * A failure of the Hugging Face Hub, of the way to it, or of its cache. Exit code 2 where something about the request
 * has to change, 1 where the same command may succeed later.
 */
export class HubError extends WinoscopeError {
  override readonly exitCode: number;
  readonly failure: HubFailure;

  constructor(failure: HubFailure, parts: ErrorParts) {
    super(parts);
    this.failure = failure;
    this.exitCode = HUB_USER_FAILURES.includes(failure) ? 2 : 1;
  }
}

/** An external scorer that ends, hangs, or says something that is none. What it scored before is kept. */
export class ExternalError extends WinoscopeError {}

/** What of a part a sentence shows: names and values of files may be of any length. */
const MOST_CHARACTERS = 2000;

/** `what: where (expected …, got …). Fix.` */
function sentence(parts: ErrorParts): string {
  const [what, where, expected, got, fix] = [
    parts.what,
    parts.where,
    parts.expected,
    parts.got,
    parts.fix,
  ].map((part) => part && onOneLine(shortened(part)));
  const contrast = [expected && `expected ${expected}`, got && `got ${got}`].filter(Boolean).join(', ');
  const head = [what, where].filter(Boolean).join(': ');
  return `${head}${contrast ? ` (${contrast})` : ''}.${fix ? ` ${fix}` : ''}`;
}

/** The beginning and the end of a text that is too long to be read. */
function shortened(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  return `${text.slice(0, MOST_CHARACTERS - 200)} … ${text.slice(-200)}`;
}

/** Names in damaged files hold anything; a sentence has no line breaks. */
function onOneLine(text: string): string {
  return text.replace(/[\n\r]/g, (char) => (char === '\n' ? '\\n' : '\\r'));
}

/**
 * Carries out what reads or writes files, synchronously.
 * @throws ResultsError of these parts with the system's reason; a WinoscopeError as it is.
 */
export function withFiles<T>(parts: ErrorParts, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if (cause instanceof WinoscopeError) throw cause;
    throw new ResultsError({ ...parts, got: messageOf(cause), cause });
  }
}

/** A number with what it counts: `1 example`, `2 examples`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Message of anything thrown, for use as the `got` of a sentence: one line, no trailing full stop. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'no such file or folder';
  if (code === 'EISDIR') return 'a folder';
  if (code === 'ENOTDIR' || (code === 'EEXIST' && syscall === 'mkdir'))
    return 'a file where a folder should be';
  if (/^Maximum call stack size exceeded/.test(text)) return 'it is nested too deeply';
  return text.split('\n')[0]!.trim().replace(/\.$/, '');
}

/** What a schema finds wrong with a value, for use as the `got` of a sentence: a value that is absent is called so. */
export function issueOf({ message }: { message: string }): string {
  // The rest of it may spell names, which are told apart by their case.
  const phrase = `${message.slice(0, 1).toLowerCase()}${message.slice(1)}`;
  return phrase.replace(/, received undefined$/, ', but it is missing');
}
