/** What a shard has to know of the run that it is a part of. */

import type { Manifest } from '../results/manifest.ts';
import type { RunFolder } from '../results/run-folder.ts';
import { readAgreement, type Shard, shardFolders } from '../results/shard-folders.ts';
import type { Example } from '../scoring/example.ts';
import { openResults } from './open-results.ts';
import { readStored } from './read-stored.ts';
import { putTogether } from './result-sources.ts';
import { pendingOf } from './run-scorer.ts';

/** What binds every shard of a run: what the run has stored by itself, else what its shards agreed on. */
export function bindingManifest(run: RunFolder): Manifest | undefined {
  return readStored(run) ?? readAgreement(run);
}

/**
 * Examples that need no evaluation in a shard, since the run itself or shards of another division have them: a run that
 * is divided anew goes on with what is there.
 * @param maps whether error maps are wanted too.
 */
export function doneElsewhere(
  { run, of }: Shard & { run: RunFolder },
  stored: { manifest: Manifest; examples: readonly Example[]; maps: boolean },
): Set<number> {
  const others = shardFolders(run).flatMap((shard) => (shard.of === of ? [] : [shard.folder]));
  return doneIn([run, ...others], stored);
}

/** Examples that need no evaluation since the folders, the first of them the run itself, have them by now. */
export function doneIn(
  folders: readonly [RunFolder, ...RunFolder[]],
  { manifest, examples, maps }: { manifest: Manifest; examples: readonly Example[]; maps: boolean },
): Set<number> {
  const [run] = folders;
  const parts = folders.flatMap((folder) => {
    const stored = readStored(folder);
    return stored?.identityHash === manifest.identityHash ? [{ folder, manifest: stored }] : [];
  });
  if (parts.length === 0) return new Set();
  const { numerics, sources } = putTogether(parts);
  const views = openResults({
    folder: run,
    manifest: { ...manifest, numerics },
    examples,
    session: 0,
    numerics: 0,
    seconds: {},
    maps,
    sources: sources.filter(({ folder }) => folder !== run),
  });
  const all = [...examples.keys()];
  const pending = new Set(
    [...views.values()].flatMap((view) => pendingOf(view, all).map(({ index }) => index)),
  );
  return new Set(all.filter((index) => !pending.has(index)));
}
