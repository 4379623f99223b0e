import { randomBytes } from 'node:crypto';
import { canonicalJson } from '../results/canonical-json.ts';
import { proposeAgreement, readAgreement } from '../results/shard-folders.ts';
import { type PreparedRun, prepareRun, type RunRequest } from './prepare-run.ts';

/**
 * Makes all shards of a run compute with the same calls: the first one's count. One that comes later, or loses a race,
 * is prepared again with them.
 * @throws as `prepareRun`, where the settings of this shard cannot be brought in line; ResultsError where nothing can be
 *   written.
 */
export async function agreeWithShards(prepared: PreparedRun, request: RunRequest): Promise<PreparedRun> {
  let run = prepared;
  while (run.shard) {
    const token = randomBytes(4).toString('hex');
    if (proposeAgreement(run.shard.run, run.manifest, token)) return run;
    const agreed = readAgreement(run.shard.run)!;
    const isOne =
      agreed.identityHash === run.manifest.identityHash &&
      canonicalJson(agreed.numerics[0]) === canonicalJson(run.manifest.numerics[0]);
    if (isOne) return run;
    run = await prepareRun(request);
  }
  return run;
}
