/** Whether the parts of a run are all of it: which examples somebody asked for and nobody has. */

import type { LockHolder } from '../results/lock-holder.ts';
import type { Identity, Session } from '../results/manifest.ts';
import type { Shard } from '../results/shard-folders.ts';
import type { Example } from '../scoring/example.ts';
import { selectedBy } from './divisions.ts';
import type { MergePart } from './merge-parts.ts';
import { takeShard } from './shard.ts';

/** Examples that are missing together, and how to get them. */
export interface Missing {
  /** The shard that has to compute them; undefined where the run was not divided. */
  shard?: Shard;
  /** Ids in task order. */
  examples: string[];
  /** How many examples the shard, or the session, has in all. */
  total: number;
  /** Arguments of `winoscope`, without those of the shard; undefined where no session stored them. */
  command?: readonly string[];
  /** The process that is at it. */
  holder?: LockHolder;
}

/** What is asked of a run: the latest session that asked for each part of the task, and who takes which example. */
interface Request {
  session: Session;
  /** Places of the selected examples, in task order, and for looking up. */
  selected: number[];
  places: ReadonlySet<number>;
}

/** Places of all examples that any session asked for. */
export function askedFor(sessions: readonly Session[], examples: readonly Example[]): Set<number> {
  return new Set(requestsOf(sessions, examples).flatMap(({ selected }) => selected));
}

/** Places of the examples whose error maps a session was to store. */
export function askedForMaps(sessions: readonly Session[], examples: readonly Example[]): Set<number> {
  return askedFor(
    sessions.filter((session) => session.maps),
    examples,
  );
}

/**
 * Groups missing examples by the shard that has to compute them, in order.
 * @param missing places of the examples, in task order.
 */
export function groupMissing(
  missing: readonly number[],
  { parts, sessions, examples, identity }: MissingContext,
): Missing[] {
  const groups = new Map<string, Missing & { order: number }>();
  const requests = requestsOf(sessions, examples);
  // A divided run is named by its latest division, whatever one process did before.
  const ordered = [...requests].reverse().sort((a, b) => Number(!a.session.shard) - Number(!b.session.shard));
  const dealt = new Map(ordered.map((request) => [request, dealOut(request, examples, identity)]));
  for (const index of missing) {
    const request = ordered.find(({ places }) => places.has(index));
    if (!request) continue;
    const { shardOf, totals } = dealt.get(request)!;
    const shard = shardOf.get(index);
    const key = shard ? `${shard.index}/${shard.of}` : 'whole';
    let group = groups.get(key);
    if (!group) {
      const { command } = request.session;
      const holder = shard && parts.find((part) => isSame(part.shard, shard))?.holder;
      group = {
        ...(shard && { shard }),
        examples: [],
        total: shard ? totals[shard.index - 1]! : request.selected.length,
        ...(command && { command }),
        ...(holder && { holder }),
        order: shard ? shard.of * 1e6 + shard.index : 0,
      };
      groups.set(key, group);
    }
    group.examples.push(examples[index]!.id);
  }
  return [...groups.values()].sort((a, b) => a.order - b.order).map(({ order: _, ...group }) => group);
}

export interface MissingContext {
  parts: readonly MergePart[];
  sessions: readonly Session[];
  examples: readonly Example[];
  identity: Identity;
}

/** What sessions asked for, each selection and division once, in the order in which they were last asked for. */
function requestsOf(sessions: readonly Session[], examples: readonly Example[]): Request[] {
  const latest = new Map<string, Session>();
  for (const session of sessions) {
    const key = JSON.stringify([session.selection, session.shard?.of]);
    latest.delete(key);
    latest.set(key, session);
  }
  return [...latest.values()].map((session) => {
    const selected = selectedBy(session, examples);
    return { session, selected, places: new Set(selected) };
  });
}

function dealOut(
  { session, selected }: Request,
  examples: readonly Example[],
  identity: Identity,
): { shardOf: Map<number, Shard>; totals: number[] } {
  const shardOf = new Map<number, Shard>();
  const totals: number[] = [];
  const of = session.shard?.of ?? 0;
  for (let index = 1; index <= of; index++) {
    const taken = takeShard(selected, examples, { identity, shard: { index, of } });
    totals.push(taken.length);
    for (const place of taken) shardOf.set(place, { index, of });
  }
  return { shardOf, totals };
}

function isSame(a: Shard | undefined, b: Shard): boolean {
  return a?.index === b.index && a.of === b.of;
}
