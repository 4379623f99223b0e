/** Grouping examples so that model calls are full. */

import type { ExampleWork } from '../scoring/scorer.ts';

/** Most examples in a block: results of a block come together, and a worker holds all of its latents. */
const MOST = 32;
/** Most of them, and rows per trial in batches, where examples leave early and the rest must fill the calls. */
const MOST_STOPPING = 128;
const BATCHES_STOPPING = 32;

/**
 * Cuts work into blocks whose rows per trial fill whole batches where they can: graphs with a scalar timestep take
 * rows of one timestep only, so a call is filled from several examples.
 * @param rowsOf rows per trial of an example.
 * @param stopping number of workers that share examples which may leave early: blocks are then as large as is fair.
 */
export function makeBlocks(
  work: readonly ExampleWork[],
  batch: number,
  rowsOf: (index: number) => number,
  stopping?: number,
): ExampleWork[][] {
  const most = stopping === undefined ? MOST : Math.min(MOST_STOPPING, Math.ceil(work.length / stopping));
  const enough = (rows: number) =>
    stopping === undefined ? rows % batch === 0 || rows >= 4 * batch : rows >= BATCHES_STOPPING * batch;
  const blocks: ExampleWork[][] = [];
  let block: ExampleWork[] = [];
  let rows = 0;
  for (const item of work) {
    // Examples that begin at different trials would leave calls half empty.
    if (block.length > 0 && block[0]!.start !== item.start) {
      blocks.push(block);
      block = [];
      rows = 0;
    }
    block.push(item);
    rows += rowsOf(item.index);
    if (enough(rows) || block.length === most) {
      blocks.push(block);
      block = [];
      rows = 0;
    }
  }
  if (block.length > 0) blocks.push(block);
  return blocks;
}
