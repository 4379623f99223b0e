/** `winoscope submit slurm` on a real Slurm: shards, a node that dies, time that runs out, and the merge at the end. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli, runOk } from '../support/run-cli.ts';
import { decisionsOf, leftovers, resultHashes, timelessSummary } from '../support/run-files.ts';
import { SlurmCluster, whyNoSlurm } from '../support/slurm-cluster.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const reason = whyNoSlurm();
if (reason !== undefined) process.stderr.write(`not run: ${reason}\n`);

const folder = temporaryFolder();
/** With a space: paths on clusters are what users make them. */
const out = (name: string) => join(folder, 'my runs', name);

/** A node that answers no more is given up by Slurm after half a minute. */
const TIMEOUT = 240_000;

describe.skipIf(reason !== undefined)(
  `on a cluster${reason === undefined ? '' : ` (not run: ${reason})`}`,
  () => {
    let cluster: SlurmCluster;

    beforeAll(async () => {
      cluster = await SlurmCluster.start(temporaryFolder(), ['a', 'b', 'c']);
    });
    afterAll(async () => {
      await cluster?.stop();
    });

    const submit = (args: readonly string[], score: readonly string[]) =>
      runOk(['submit', 'slurm', ...args, '--', ...score], { env: cluster.env });

    const logs = (run: string) => {
      const at = join(run, 'slurm');
      return readdirSync(at)
        .filter((name) => name.endsWith('.out'))
        .map((name) => readFileSync(join(at, name), 'utf8'))
        .join('\n');
    };

    test('an array of shards and its merge give what one process gives, to the bit', {
      timeout: TIMEOUT,
    }, async () => {
      const score = ['--limit', '10', '--timesteps', '6', '--stop', 'sequential'];
      const { stdout } = await submit(['--array', '4'], [...score, '--out', out('array')]);
      expect(stdout).toMatch(/^Submitted array job \d+: 4 shards of 10 examples/);
      expect(stdout).toMatch(/^Submitted merge job \d+/m);
      await runOk(['score', ...score, '--out', out('single'), '--quiet']);
      await cluster.drained(200);
      expect(logs(out('array'))).toContain('merged 4 parts into');
      expect(resultHashes(out('array'))).toEqual(resultHashes(out('single')));
      expect(timelessSummary(out('array'))).toEqual(timelessSummary(out('single')));
      expect(decisionsOf(out('array'))).toBe(decisionsOf(out('single')));
      expect(leftovers(out('array'))).toEqual([]);
    });

    test('a shard whose node dies is queued again and goes on elsewhere; one whose time is up goes on later', {
      timeout: TIMEOUT,
    }, async () => {
      const score = ['--limit', '8', '--timesteps', '120', '--workers', '1'];
      const { stdout } = await submit(['--array', '2'], [...score, '--out', out('killed')]);
      const [, job] = /array job (\d+)/.exec(stdout)!;
      const begun = async (shard: number) => {
        await waitFor(() => segmentsOf(out('killed'), shard).length > 0);
        return (await cluster.queue()).find(({ id }) => id === `${job}_${shard}`)!.node;
      };
      await Promise.all([
        begun(1).then((node) => cluster.kill(node)),
        // What Slurm sends to a script when the time limit is near.
        begun(2).then(() => cluster.command('scancel', ['--batch', '--signal=USR1', `${job}_2`])),
      ]);
      await runOk(['score', ...score, '--out', out('whole'), '--quiet']);
      await cluster.drained(200);
      const said = logs(out('killed'));
      expect(said).toContain('shard 2 of 2 is queued again and goes on where it stopped');
      expect(said.match(/going on in/g), 'both shards went on with what they had').toHaveLength(2);
      expect(said).toContain('merged 2 parts into');
      expect(resultHashes(out('killed'))).toEqual(resultHashes(out('whole')));
      expect(timelessSummary(out('killed'))).toEqual(timelessSummary(out('whole')));
      expect(leftovers(out('killed'))).toEqual([]);
    });

    test('a shard that is cancelled ends in order, and the merge says what is missing and how to get it', {
      timeout: TIMEOUT,
    }, async () => {
      const score = ['--limit', '8', '--timesteps', '120', '--workers', '1'];
      const { stdout } = await submit(['--array', '2'], [...score, '--out', out('cancelled')]);
      const [, job] = /array job (\d+)/.exec(stdout)!;
      await waitFor(() => segmentsOf(out('cancelled'), 1).length > 0);
      cluster.command('scancel', [`${job}_1`]);
      await cluster.drained(200);
      const said = logs(out('cancelled'));
      expect(said).toContain('winoscope: interrupted. Everything computed is kept');
      expect(said).toMatch(/shard 1 of 2 lacks \d+ of 4 examples/);
      expect(said).toMatch(/ {2}winoscope score .* --shard 1\/2/);
      expect(said).toContain('winoscope: the run is not complete');
      expect(existsSync(join(out('cancelled'), 'summary.json'))).toBe(false);
    });

    test('what score would refuse is refused before anything is queued', { timeout: TIMEOUT }, async () => {
      const { code, stderr } = await runCli(['submit', 'slurm', '--', '--timesteps', '0'], {
        env: cluster.env,
      });
      expect(code).toBe(2);
      expect(stderr).toMatch(/^winoscope: [^\n]*\n$/);
      expect(await cluster.queue()).toEqual([]);
    });

    test('what sbatch refuses is told in one sentence', { timeout: TIMEOUT }, async () => {
      const args = ['submit', 'slurm', '--partition', 'none', '--', '--limit', '8', '--out', out('refused')];
      const { code, stderr } = await runCli(args, { env: cluster.env });
      expect(code).toBe(1);
      expect(stderr).toMatch(/^winoscope: sbatch refused the job: .*invalid partition.*\n$/im);
    });
  },
);

function segmentsOf(run: string, shard: number): string[] {
  const at = join(run, 'shards', `${shard}-of-2`, 'segments');
  return existsSync(at) ? readdirSync(at).filter((name) => name.includes('.trials.')) : [];
}

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
