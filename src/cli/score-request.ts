/** From the flags of `score` to what is run. */

import type { RunRequest } from '../run/prepare-run.ts';
import type { Analysis } from '../run/summary-schema.ts';
import { findTask } from './find-task.ts';
import { analysisOf, scorersOf, scoringOf } from './options.ts';
import { otherScorersOf } from './other-scorers.ts';
import type { ScoreFlags } from './score-command.ts';
import { type ChosenShard, chooseShard } from './shard-env.ts';
import { pruneOf, stopOf } from './stop-flags.ts';
import { typedIds } from './typed-ids.ts';

export interface ScoreRequest {
  request: RunRequest;
  analysis: Analysis;
  /** Undefined for a whole run. */
  chosen: ChosenShard | undefined;
}

/**
 * Loads the task and finds the models.
 * @throws UsageError, InputError, HubError for what the user can mend.
 */
export async function scoreRequest(taskName: string, flags: ScoreFlags): Promise<ScoreRequest> {
  const analysis = analysisOf(flags);
  const chosen = chooseShard(flags.shard, process.env);
  const task = await findTask(taskName, flags);
  const typed = typedIds(task.examples);
  const scorers = await scorersOf(flags, await otherScorersOf(flags));
  const ids = flags.ids?.split(',').map((id) => typed(id.trim()));
  const request: RunRequest = {
    task,
    scorers,
    scoring: scoringOf(
      { ...flags, device: deviceOf(flags.device, chosen?.localRank) },
      {
        maps: flags.maps === 'on',
        ...stopOf(flags, scorers, analysis),
        ...pruneOf(flags, scorers),
        ...(flags.workers !== undefined && { workers: flags.workers }),
      },
    ),
    selection: {
      ...(flags.limit !== undefined && { limit: flags.limit }),
      ...(ids && { ids }),
      ...(flags.tag !== undefined && { tag: flags.tag }),
    },
    strict: flags.strict ?? false,
    force: flags.force ?? false,
    onError: flags.onError,
    allowMixed: flags.allowMixed ?? false,
    loss: flags.loss,
    ...(flags.out !== undefined && { out: flags.out }),
    ...(chosen && { shard: chosen.shard }),
    ...(flags.command && { command: flags.command }),
  };
  return { request, analysis, chosen };
}

/** torchrun's processes on one machine take a GPU each, unless one is named. */
function deviceOf(device: string, localRank: number | undefined): string {
  return localRank === undefined || device === 'cpu' || device.includes(':')
    ? device
    : `${device}:${localRank}`;
}
