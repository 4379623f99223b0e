/** What is said about the parts of a run. */

import { counted } from '../errors.ts';
import { visible } from '../report/format.ts';
import { shellWord } from '../report/shell-word.ts';
import type { LockHolder } from '../results/lock-holder.ts';
import { divisionLine, divisionsOf } from '../run/divisions.ts';
import type { PreparedRun } from '../run/prepare-run.ts';
import type { ProgressLines } from './progress-lines.ts';
import type { ChosenShard } from './shard-env.ts';

/** Which part this process takes, and who said so. */
export function shardNote({ shard: { index, of }, from }: ChosenShard): string {
  return `shard ${index} of ${of}${from === undefined ? '' : `, from ${from} (--shard none: the whole run)`}`;
}

/** Tells once that it must be waited for whether a process on another machine lives. */
export function waitNote(lines: ProgressLines): (holder: LockHolder) => void {
  return ({ host, pid }) =>
    lines.note(`process ${pid} on ${host} has the run folder: waiting up to a minute for a sign of life`);
}

/** What is said at the end of a shard instead of numbers, which only the whole run has. */
export function shardEnd({ index, of, run, isMerged }: NonNullable<PreparedRun['shard']>): string {
  if (isMerged)
    return `Nothing is left for shard ${index} of ${of}: the run has all that was asked for.\n\nRun folder: ${visible(run.path)}`;
  const division = divisionsOf(run).find((found) => found.of === of);
  const own = division?.shards.find((shard) => shard.index === index);
  const done = own ? `${own.done} of ${counted(own.total, 'example')}` : 'no example';
  return [
    `Shard ${index} of ${of}: ${done}. ${division ? divisionLine(division) : ''}`.trim(),
    `When all are done: winoscope merge ${shellWord(run.path)}`,
    '',
    `Run folder: ${visible(run.path)}`,
  ].join('\n');
}
