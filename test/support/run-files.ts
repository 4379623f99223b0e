/** A run folder's results, read without the code that wrote them; checksums alone are those of the program. */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { unsealObject } from '../../src/results/seal.ts';
import type { Summary } from '../../src/run/summary-schema.ts';

/** sha256 by path of everything in `trials/`, `maps/` and `scores/`: equal objects mean equal bytes. */
export function resultHashes(folder: string): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const part of ['trials', 'maps', 'scores']) {
    for (const name of readdirSync(join(folder, part)).sort()) {
      hashes[`${part}/${name}`] = createHash('sha256')
        .update(readFileSync(join(folder, part, name)))
        .digest('hex');
    }
  }
  return hashes;
}

export interface TrialRow {
  example: string;
  image: number;
  caption: number;
  timestep: number;
  noise: number;
  mse: number;
  mae: number;
  huber: number;
}

/** All stored trials of a scorer, in the order of the file. */
export function trialRows(folder: string, scorer = 'diffusion'): TrialRow[] {
  const table = tableFromIPC(readFileSync(join(folder, 'trials', `${scorer}.arrow`)));
  return table.toArray().map((row) => row.toJSON() as unknown as TrialRow);
}

/** The stored error maps by example, as hexadecimal, pair after pair. */
export function mapsByExample(folder: string, scorer = 'diffusion'): Record<string, string> {
  const table = tableFromIPC(readFileSync(join(folder, 'maps', `${scorer}.arrow`)));
  const maps: Record<string, string> = {};
  for (const row of table.toArray()) {
    const id = row.example as string;
    maps[id] = (maps[id] ?? '') + Buffer.from(row.sums as Uint8Array).toString('hex');
  }
  return maps;
}

/** Scores by label, `<id>_c<caption>_i<image>`. */
export function scoresByLabel(folder: string, scorer: string): Record<string, number> {
  const lines = readFileSync(join(folder, 'scores', `${scorer}.jsonl`), 'utf8')
    .split('\n')
    .slice(0, -1);
  return Object.fromEntries(lines.map((line) => JSON.parse(line)).map(({ label, score }) => [label, score]));
}

/** `summary.json` without its checksum, which must fit. */
export function storedSummary(folder: string): Summary {
  const path = join(folder, 'summary.json');
  const { value, fits } = unsealObject(JSON.parse(readFileSync(path, 'utf8')));
  if (!fits) throw new Error(`the checksum of ${path} does not fit`);
  return value as Summary;
}

/** What a finished or interrupted run must not leave behind: locks and half-written files. */
export function leftovers(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return (readdirSync(folder, { recursive: true }) as string[]).filter((name) =>
    /\.(lock|tmp)$|\.lock\./.test(name),
  );
}

/** `summary.json` without what differs between two runs of the same: where they lie and how long they took. */
export function timelessSummary(folder: string): object {
  // The checksum is of the seconds too.
  const { run: _, sha256: _seal, scorers, ...rest } = storedSummary(folder);
  const timeless = Object.entries(scorers).map(([name, { seconds: __, ...scorer }]) => [name, scorer]);
  return { ...rest, scorers: Object.fromEntries(timeless) };
}

/** The text of `decisions.jsonl`. */
export function decisionsOf(folder: string): string {
  return readFileSync(join(folder, 'decisions.jsonl'), 'utf8');
}
