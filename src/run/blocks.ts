/** Grouping examples so that model calls are full and all workers end at about the same time. */

import type { ExampleWork } from '../scoring/scorer.ts';

/** Most examples in a block: results of a block come together, and a worker holds all of its latents. */
const MOST = 32;
/** Most of them, and rows per trial in batches, where examples leave early and the rest must fill the calls. */
const MOST_STOPPING = 128;
const BATCHES_STOPPING = 32;
/** Larger blocks must save at least this share of the time: results of smaller ones come sooner. */
const WORTH = 0.005;

export interface BlockOptions {
  /** Rows of a model call. */
  batch: number;
  /** Workers that share the blocks. */
  workers: number;
}

/** One way to cut a list. */
interface Cut {
  blocks: ExampleWork[][];
  /** Calls per trial: of the worker that has most to do, and of all together. */
  longest: number;
  total: number;
}

/**
 * Cuts work into blocks: graphs with a scalar timestep take rows of one timestep only, so a call is filled from several
 * examples of a block. Examples that begin at different trials are kept apart. Of the sizes that are possible, one that
 * leaves the fewest calls to the worker with most to do.
 * @param rowsOf rows per trial of an example.
 */
export function makeBlocks(
  work: readonly ExampleWork[],
  rowsOf: (index: number) => number,
  { batch, workers }: BlockOptions,
): ExampleWork[][] {
  const groups = byStart(work);
  // What many small groups leave to each other evens out: each is then to take the fewest calls in all.
  const sharing = groups.length > 1 ? 1 : workers;
  return groups.flatMap((group) => bestCut(group, rowsOf, { batch, workers: sharing }).blocks);
}

/**
 * Blocks of examples that may leave early by a rule: as large as is fair to all workers, so that the rest of a block
 * goes on filling calls.
 */
export function makeStoppingBlocks(
  work: readonly ExampleWork[],
  rowsOf: (index: number) => number,
  { batch, workers }: BlockOptions,
): ExampleWork[][] {
  const most = Math.min(MOST_STOPPING, Math.ceil(work.length / workers));
  const blocks: ExampleWork[][] = [];
  for (const group of byStart(work)) {
    let rows = Number.POSITIVE_INFINITY;
    for (const item of group) {
      if (rows >= BATCHES_STOPPING * batch || blocks.at(-1)!.length === most) {
        blocks.push([]);
        rows = 0;
      }
      blocks.at(-1)!.push(item);
      rows += rowsOf(item.index);
    }
  }
  return blocks;
}

/** Blocks of `size` examples. */
export function chunks(work: readonly ExampleWork[], size: number): ExampleWork[][] {
  return evenly(work, Math.ceil(work.length / size));
}

function bestCut(
  work: readonly ExampleWork[],
  rowsOf: (index: number) => number,
  { batch, workers }: BlockOptions,
): Cut {
  const callsOf = (block: readonly ExampleWork[]) =>
    Math.ceil(block.reduce((rows, { index }) => rows + rowsOf(index), 0) / batch);
  let best: Cut | undefined;
  for (let most = 1; most <= Math.min(MOST, work.length); most++) {
    const rounds = Math.ceil(work.length / (most * workers));
    for (const count of new Set([Math.ceil(work.length / most), Math.min(work.length, rounds * workers)])) {
      const blocks = evenly(work, count);
      const cut = { blocks, ...loads(blocks.map(callsOf), workers) };
      if (!best || isBetter(cut, best)) best = cut;
    }
  }
  return best!;
}

function isBetter(a: Cut, b: Cut): boolean {
  if (a.longest !== b.longest) return a.longest < b.longest * (1 - WORTH);
  return a.total < b.total * (1 - WORTH);
}

/** Calls of the worker that has most to do when every block goes to the one that is free first, and of all. */
function loads(calls: readonly number[], workers: number): { longest: number; total: number } {
  const busy = new Array<number>(workers).fill(0);
  for (const count of calls) {
    const free = busy.indexOf(Math.min(...busy));
    busy[free] = busy[free]! + count;
  }
  return { longest: Math.max(...busy), total: busy.reduce((sum, count) => sum + count, 0) };
}

/** A list in so many parts whose lengths differ by one at most. */
function evenly<T>(list: readonly T[], count: number): T[][] {
  const at = (k: number) => Math.floor((k * list.length) / count);
  return Array.from({ length: count }, (_, k) => list.slice(at(k), at(k + 1)));
}

/** Neighbours that begin at the same trial. */
function byStart(work: readonly ExampleWork[]): ExampleWork[][] {
  const groups: ExampleWork[][] = [];
  for (const item of work) {
    const last = groups.at(-1);
    if (last && last[0]!.start === item.start) last.push(item);
    else groups.push([item]);
  }
  return groups;
}
