/** Parquet files, read group by group in a thread that is ended where it finds no end. */

import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { InputError, messageOf, ResultsError } from '../../src/errors.ts';
import type { ParquetOutline, ParquetReply, ParquetRequest } from './thread.ts';

// Beside this file: TypeScript when run from the sources, JavaScript when compiled.
const THREAD_FILE = new URL(`./thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** How long an answer may take: a sound file of the size takes a fraction of it, also on a busy machine. */
const SECONDS = 30;
/** The first answer waits for the thread to start, too, which takes long where many programs want the same cores. */
const START_SECONDS = 120;
const BYTES_PER_SECOND = 8 * 2 ** 20;
/** What a byte of the file may unpack to when the time is reckoned: what a file claims is not believed. */
const PACKING = 50;

/** An open Parquet file. */
export interface ParquetFile extends ParquetOutline {
  /**
   * The rows of a group, text as text and pictures as bytes; of all columns, or of some of the first level.
   * @throws InputError where the file is damaged.
   */
  rows(group: number, columns?: readonly string[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/**
 * Opens a Parquet file and reads what it says of itself.
 * @param mostBytes that all its pages together may unpack to. @default no bound
 * @throws InputError where it is none, is damaged, or claims too much.
 */
export async function openParquet(path: string, mostBytes = Number.POSITIVE_INFINITY): Promise<ParquetFile> {
  const thread = takeThread();
  const ask = async <T extends ParquetReply['type']>(type: T, request: ParquetRequest, bytes: number) => {
    thread.postMessage(request);
    const reply = await answer(thread, path, bytes);
    if (reply.type === type) return reply as Extract<ParquetReply, { type: T }>;
    if (reply.type === 'refused')
      throw new InputError({ what: 'the Parquet file is not one that is read', where: path, got: reply.got });
    throw damaged(path, 'got' in reply ? reply.got : reply.type);
  };
  const close = async () => leaveThread(thread);
  try {
    const { outline } = await ask('outline', { type: 'open', path, mostBytes }, 0);
    return {
      ...outline,
      rows: async (group, columns) =>
        (
          await ask(
            'rows',
            { type: 'rows', group, ...(columns && { columns }) },
            outline.groups[group]!.bytes,
          )
        ).rows,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The next answer of a thread, which is ended where none comes. @throws InputError */
async function answer(thread: Worker, path: string, bytes: number): Promise<ParquetReply> {
  const believed = Math.min(bytes, PACKING * statSync(path).size);
  const seconds = (bytes === 0 ? START_SECONDS : SECONDS) + believed / BYTES_PER_SECOND;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<ParquetReply>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('reading it finds no end')), 1000 * seconds);
      thread.once('message', resolve);
      thread.once('error', reject);
      thread.once('exit', () => reject(new Error('its pages are damaged')));
    });
  } catch (error) {
    lost.add(thread);
    await thread.terminate();
    throw damaged(path, error);
  } finally {
    clearTimeout(timer);
    for (const event of ['message', 'error', 'exit']) thread.removeAllListeners(event);
    // What fails between two answers is told by the next one, which does not come.
    thread.on('error', () => lost.add(thread));
  }
}

/** A thread that has read a file and waits for another: they take longer to start than most files to read. */
let idle: Worker | undefined;
/** Threads that are not asked again. */
const lost = new WeakSet<Worker>();

function takeThread(): Worker {
  const thread = idle ?? new Worker(THREAD_FILE);
  idle = undefined;
  thread.ref();
  return thread;
}

async function leaveThread(thread: Worker): Promise<void> {
  if (lost.has(thread)) return;
  if (idle && idle !== thread) {
    await thread.terminate();
    return;
  }
  // It keeps no process from ending.
  thread.unref();
  idle = thread;
}

/** What a failure to read a Parquet file is told as: our own errors as they are, anything else as a sentence. */
export function parquetFailure(path: string, error: unknown): unknown {
  return error instanceof InputError || error instanceof ResultsError ? error : damaged(path, error);
}

function damaged(where: string, error: unknown): InputError {
  return new InputError({
    what: 'cannot read the Parquet file',
    where,
    got: messageOf(error),
    fix: 'Download it again.',
    cause: error,
  });
}
