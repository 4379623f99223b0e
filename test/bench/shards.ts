/** (e) A run divided into shards: computed one after the other on this machine, timed as if each had one of its own. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runWinoscope } from './run-command.ts';
import { interleave, ratios, type Spread, showSpread, spreadOf, tableLines } from './statistics.ts';

export interface ShardRow {
  shards: number;
  /** Seconds of the shard that takes longest, loading of the model included. */
  slowest: Spread;
  /** Undivided seconds / (shards x slowest): 1 where n machines take an nth of the time. */
  efficiency: Spread;
  /** Seconds of `merge`; none where nothing was divided. */
  merge: Spread | undefined;
}

interface Divided {
  slowest: number;
  merge: number | undefined;
}

const COUNTS = [1, 2, 4, 8];

export async function measureShards({
  rounds,
  note,
}: {
  rounds: number;
  note: (text: string) => void;
}): Promise<ShardRow[]> {
  const measures = new Map(COUNTS.map((count) => [count, () => runDivided(count)]));
  const results = await interleave(measures, rounds, (k) => note(`shards, round ${k + 1} of ${rounds}`));
  const undivided = results.get(1)!.map(({ slowest }) => slowest);
  return COUNTS.map((shards) => {
    const runs = results.get(shards)!;
    const merges = runs.flatMap(({ merge }) => (merge === undefined ? [] : [merge]));
    return {
      shards,
      slowest: spreadOf(runs.map(({ slowest }) => slowest)),
      efficiency: ratios(
        undivided,
        runs.map(({ slowest }) => shards * slowest),
      ),
      merge: merges.length > 0 ? spreadOf(merges) : undefined,
    };
  });
}

export function shardLines(rows: readonly ShardRow[]): string[] {
  return [
    '',
    '(e) seconds of a run divided into shards, with models loaded; medians (extremes)',
    ...tableLines(
      ['shards', 'slowest shard', 'undivided / (shards x slowest)', 'merge'],
      rows.map(({ shards, slowest, efficiency, merge }) => [
        String(shards),
        showSpread(slowest, 2),
        showSpread(efficiency, 3),
        merge ? showSpread(merge, 2) : '',
      ]),
    ),
  ];
}

/** The embedded model on the whole probe, as many shards of it. */
async function runDivided(shards: number): Promise<Divided> {
  const out = mkdtempSync(join(tmpdir(), 'winoscope-bench-'));
  const score = ['score', '--diffusion', 'tiny-world', '--plain', '--out', out];
  try {
    if (shards === 1) return { slowest: (await runWinoscope(score)).seconds, merge: undefined };
    let slowest = 0;
    for (let shard = 1; shard <= shards; shard++) {
      const { seconds } = await runWinoscope([...score, '--shard', `${shard}/${shards}`]);
      slowest = Math.max(slowest, seconds);
    }
    return { slowest, merge: (await runWinoscope(['merge', out])).seconds };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
