/** `shards/` of a run folder: what several processes share of one run, each in a run folder of its own. */

import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isFolder } from '../hub/resolve-ref.ts';
import { type Manifest, parseManifest } from './manifest.ts';
import { readStoredText } from './read-stored-text.ts';
import { RunFolder, writeFailure } from './run-folder.ts';
import { linkOrCopy } from './run-lock.ts';
import { sealedFile } from './seal.ts';

/** One of `of` parts of a run, counted from 1. */
export interface Shard {
  index: number;
  of: number;
}

/** A shard with the folder that it writes into. */
export interface ShardFolder extends Shard {
  folder: RunFolder;
}

/** The folder of one shard of the run in `run`. */
export function shardFolder(run: RunFolder, { index, of }: Shard): RunFolder {
  return new RunFolder(join(run.path, 'shards', `${index}-of-${of}`));
}

/** All shards that were begun, by number of parts, then by place. */
export function shardFolders(run: RunFolder): ShardFolder[] {
  const root = join(run.path, 'shards');
  if (!isFolder(root)) return [];
  return readdirSync(root)
    .flatMap((name): ShardFolder[] => {
      const [, index, of] = /^([1-9]\d*)-of-([1-9]\d*)$/.exec(name) ?? [];
      return index === undefined
        ? []
        : [{ index: Number(index), of: Number(of), folder: new RunFolder(join(root, name)) }];
    })
    .sort((a, b) => a.of - b.of || a.index - b.index);
}

/** Where the shards keep what they agreed on: a manifest without sessions. */
function agreementFile(run: RunFolder): string {
  return join(run.path, 'shards', 'run.json');
}

/** What the shards of a run agreed on, or undefined. @throws ResultsError as `parseManifest`. */
export function readAgreement(run: RunFolder): Manifest | undefined {
  const file = agreementFile(run);
  return existsSync(file) ? parseManifest(readStoredText(file), file) : undefined;
}

/**
 * Proposes a manifest as what all shards agree on. Of several that propose at the same time, on whichever machine, one
 * wins, and that stands for good.
 * @returns whether it was this one.
 * @throws ResultsError where it cannot be written.
 */
export function proposeAgreement(run: RunFolder, manifest: Manifest, token: string): boolean {
  const file = agreementFile(run);
  const mine = `${file}.${process.pid}.${token}`;
  run.make('shards');
  try {
    writeFileSync(mine, sealedFile({ ...manifest, sessions: [] }));
    linkOrCopy(mine, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw writeFailure(file, error);
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Removes `shards/` with all that is in it. @throws ResultsError where that is not possible. */
export function removeShards(run: RunFolder): void {
  const root = join(run.path, 'shards');
  try {
    rmSync(root, { recursive: true, force: true });
  } catch (error) {
    throw writeFailure(root, error);
  }
}
