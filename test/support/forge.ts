/** A forger's hand in a run folder: changes what is stored and makes every checksum fit again. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeBatches, encodeFile, readMetadata, type TrialColumns } from '../../src/results/arrow.ts';
import { sealedFile, sealLines, unsealLines } from '../../src/results/seal.ts';

/** Changes stored trials of a scorer. */
export function forgeTrials(
  run: string,
  change: (columns: TrialColumns) => void,
  scorer = 'diffusion',
): void {
  const path = join(run, 'trials', `${scorer}.arrow`);
  const bytes = new Uint8Array(readFileSync(path));
  const [columns] = [...decodeBatches('trials', bytes, { torn: false })];
  const mutable = Object.fromEntries(
    Object.entries(columns!).map(([name, values]) => [name, values.slice()]),
  ) as unknown as TrialColumns;
  change(mutable);
  const { format, identity } = Object.fromEntries(readMetadata(bytes)!);
  writeFileSync(path, encodeFile('trials', { format: format!, identity: identity!, scorer }, mutable));
}

/** Changes a sealed JSON file. */
export function forgeJson<T extends object>(path: string, change: (value: T) => void): void {
  const { sha256: _, ...value } = JSON.parse(readFileSync(path, 'utf8'));
  change(value as T);
  writeFileSync(path, sealedFile(value));
}

/** Changes stored scores of a scorer: the text of `scores/<scorer>.jsonl` as it is without its checksum. */
export function forgeScores(run: string, change: (text: string) => string, scorer = 'diffusion'): void {
  const path = join(run, 'scores', `${scorer}.jsonl`);
  const { lines } = unsealLines(readFileSync(path, 'utf8'));
  writeFileSync(path, sealLines(change(lines.map((line) => `${line}\n`).join(''))));
}
