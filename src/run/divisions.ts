/** How far the shards of a run are, from their manifests and summaries alone: for lists and sentences. */

import { existsSync, readFileSync } from 'node:fs';
import { UsageError } from '../errors.ts';
import type { Identity, Session } from '../results/manifest.ts';
import { readStoredText } from '../results/read-stored-text.ts';
import type { RunFolder } from '../results/run-folder.ts';
import { type ShardFolder, shardFolders } from '../results/shard-folders.ts';
import { readExamples } from '../results/stored-examples.ts';
import type { Example } from '../scoring/example.ts';
import { select } from './select.ts';
import { takeShard } from './shard.ts';
import type { Summary } from './summary-schema.ts';

/** One shard as far as its folder tells. */
export interface ShardState {
  index: number;
  state: 'complete' | 'running' | 'stopped' | 'not begun';
  /** Examples done or left out, of those that it takes. */
  done: number;
  total: number;
}

/** All shards of one division of a run. */
export interface Division {
  of: number;
  shards: ShardState[];
}

/** Every division of the run that was begun. @throws ResultsError where a manifest is damaged. */
export function divisionsOf(run: RunFolder): Division[] {
  const folders = shardFolders(run);
  return [...new Set(folders.map(({ of }) => of))].map((of) => {
    const begun = new Map(folders.filter((shard) => shard.of === of).map((shard) => [shard.index, shard]));
    const known = tasksOf([...begun.values()]);
    return {
      of,
      shards: Array.from({ length: of }, (_, k): ShardState => {
        const index = k + 1;
        const total = known
          ? takeShard(known.selected, known.examples, { identity: known.identity, shard: { index, of } })
              .length
          : 0;
        const shard = begun.get(index);
        if (!shard) return { index, state: total === 0 && known ? 'complete' : 'not begun', done: 0, total };
        const done = doneIn(shard.folder);
        if (shard.folder.holder()) return { index, state: 'running', done, total };
        const isEnded = existsSync(shard.folder.summaryFile) && !shard.folder.hasSegments();
        return { index, state: isEnded && done >= total ? 'complete' : 'stopped', done, total };
      }),
    };
  });
}

/** `8 shards: 5 complete, 1 running, 2 not begun.` */
export function divisionLine({ of, shards }: Division): string {
  const states = ['complete', 'running', 'stopped', 'not begun'] as const;
  const counts = states.flatMap((state) => {
    const count = shards.filter((shard) => shard.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  return `${of} shards: ${counts.join(', ')}.`;
}

/**
 * Demands that what shards computed is in the run itself.
 * @throws UsageError that says what is there and what to do; nothing where the run has no shards.
 */
export function refuseUnmerged(run: RunFolder): void {
  const divisions = divisionsOf(run);
  if (divisions.length === 0) return;
  throw new UsageError({
    what: 'the run is in shards that are not merged yet',
    where: run.path,
    got: divisions.map((division) => divisionLine(division).slice(0, -1)).join('; '),
    fix: `Merge them with \`winoscope merge ${run.path}\`, which says what is missing, or with --partial for what is there by now.`,
  });
}

/** What the shards of a division share: from any of them that stored it. */
function tasksOf(
  shards: readonly ShardFolder[],
): { selected: number[]; examples: Example[]; identity: Identity } | undefined {
  for (const { folder } of shards) {
    const manifest = folder.readManifest();
    const session = manifest?.sessions.at(-1);
    if (!manifest || !session || !existsSync(folder.examplesFile)) continue;
    const examples = readExamples(readStoredText(folder.examplesFile), folder.examplesFile);
    return { selected: selectedBy(session, examples), examples, identity: manifest.identity };
  }
  return undefined;
}

/** Places of the examples that a session asked for, its shard aside. */
export function selectedBy(
  { selection: { limit, ids, tag } }: Session,
  examples: readonly Example[],
): number[] {
  return select(examples, {
    ...(limit !== undefined && { limit }),
    ...(ids && { ids }),
    ...(tag !== undefined && { tag }),
  });
}

function doneIn(folder: RunFolder): number {
  try {
    const { examples } = JSON.parse(readFileSync(folder.summaryFile, 'utf8')) as Summary;
    return examples.done + examples.failed;
  } catch {
    return 0; // no summary yet, or one cut off
  }
}
