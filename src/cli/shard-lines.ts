/** What is said about the parts of a run. */

import { visible } from '../report/format.ts';
import type { LockHolder } from '../results/lock-holder.ts';
import type { RunFolder } from '../results/run-folder.ts';
import type { Shard } from '../results/shard-folders.ts';
import { divisionLine, divisionsOf } from '../run/divisions.ts';
import type { ProgressLines } from './progress-lines.ts';
import type { ChosenShard } from './shard-env.ts';
import { shellWord } from './shell-word.ts';

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
export function shardEnd({ index, of, run }: Shard & { run: RunFolder }): string {
  const division = divisionsOf(run).find((found) => found.of === of);
  const own = division?.shards.find((shard) => shard.index === index);
  const done = own ? `${own.done} of ${own.total} examples` : 'no example';
  return [
    `Shard ${index} of ${of}: ${done}. ${division ? divisionLine(division) : ''}`.trim(),
    `When all are done: winoscope merge ${shellWord(run.path)}`,
    '',
    `Run folder: ${visible(run.path)}`,
  ].join('\n');
}
