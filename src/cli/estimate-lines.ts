import { counted } from '../errors.ts';
import { duration } from '../report/duration.ts';
import { visible } from '../report/format.ts';
import { columns } from '../report/table.ts';
import type { Estimate } from '../run/estimate.ts';
import type { PreparedRun } from '../run/prepare-run.ts';

/** Where batch and threads come from, in words. */
const CHOSEN: Record<Estimate['calls'], string> = {
  given: 'as given',
  stored: 'as the run was begun',
  remembered: 'measured before',
  measured: 'measured now',
  rule: 'by size',
};

/** What a run will take, as lines for a terminal. */
export function estimateLines(run: PreparedRun, estimates: readonly Estimate[]): string {
  const head = ['scorer', 'evaluations', 'per second', 'time', 'workers x threads', 'batch', 'chosen'];
  const rows = estimates.map(
    ({ scorer, evaluations, evaluationsPerSecond, seconds, workers, threads, batch, calls }) => [
      scorer,
      `${evaluations}`,
      evaluationsPerSecond.toFixed(evaluationsPerSecond < 10 ? 2 : 0),
      duration(seconds),
      `${workers} x ${threads}`,
      `${batch}`,
      CHOSEN[calls],
    ],
  );
  const total = estimates.reduce((sum, { seconds }) => sum + seconds, 0);
  const memory = Math.max(...estimates.map((estimate) => estimate.memoryBytes));
  const disk = estimates.reduce((sum, estimate) => sum + estimate.diskBytes, 0);
  const folder = visible(run.shard?.isMerged ? run.shard.run.path : run.folder.path);
  const all = run.selected.length;
  const left = Math.max(...estimates.map(({ examples }) => examples));
  if (left === 0) return `Nothing is left to score: the run in ${folder} has all that was asked for.`;
  const scored = left === all ? counted(all, 'example') : `${left} of ${counted(all, 'example')}`;
  return [
    `${scored} would be scored into ${folder}; nothing was written.`,
    '',
    ...columns([head, ...rows]),
    '',
    `${estimates.some(({ atMost }) => atMost) ? 'At most about' : 'About'} ${duration(total)} in all, ${megabytes(memory)} MB of memory, ${megabytes(disk)} MB of disk (speed measured over three calls per worker).`,
  ].join('\n');
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}
