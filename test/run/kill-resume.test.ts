/** Runs that are killed, interrupted or torn end as if nothing had happened. */

import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CliResult, runCli, runOk, startCli, until } from '../support/run-cli.ts';
import { leftovers, resultHashes, storedSummary } from '../support/run-files.ts';
import { worldRecords, writeProbe } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const out = (name: string) => join(folder, name);
const PROBE = writeProbe(out('probe'), worldRecords(12));
const args = (run: string) => ['score', PROBE, '--timesteps', '8', '--workers', '2', '--out', run];

/** Numbers in [0, 1) from a seed (mulberry32), so that a failure can be met again. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Bytes in the segments of a run. */
function segmentBytes(run: string): number {
  const segments = join(run, 'segments');
  try {
    return readdirSync(segments).reduce((sum, name) => sum + statSync(join(segments, name)).size, 0);
  } catch {
    return 0; // not made yet, or a segment went while we looked
  }
}

let reference: Record<string, string>;
/** Length of the undisturbed run, and the most bytes its segments reach. */
let undisturbed = { ms: 0, bytes: 0 };

beforeAll(async () => {
  const begun = performance.now();
  const run = startCli(args(out('reference')));
  let bytes = 0;
  await until(() => {
    bytes = Math.max(bytes, segmentBytes(out('reference')));
    return false;
  }, run.result);
  expect((await run.result).code).toBe(0);
  undisturbed = { ms: performance.now() - begun, bytes };
  reference = resultHashes(out('reference'));
});

/** Goes on until done; the results must be those of the undisturbed run and nothing else may be left. */
async function finishAndCompare(run: string): Promise<void> {
  await runOk(args(run));
  compare(run);
}

function compare(run: string): void {
  expect(resultHashes(run)).toEqual(reference);
  expect(readdirSync(join(run, 'segments'))).toEqual([]);
  expect(leftovers(run)).toEqual([]);
  const { seconds: _, ...clip } = storedSummary(run).scorers.clip!;
  const { seconds: __, ...expected } = storedSummary(out('reference')).scorers.clip!;
  expect(clip).toEqual(expected);
  expect(storedSummary(run).complete).toBe(true);
}

describe('SIGKILL', () => {
  /** Waits for a random point of a run of each sort; true where it came before the run ended. */
  const points: Record<string, (run: string, random: number, ended: Promise<unknown>) => Promise<boolean>> = {
    'at any time': (_, random, ended) => {
      const at = performance.now() + random * undisturbed.ms;
      return until(() => performance.now() >= at, ended);
    },
    'when so many bytes are in the segments': (run, random, ended) => {
      const before = segmentBytes(run);
      const wanted = before + Math.max(1, random * (undisturbed.bytes - before));
      return until(() => segmentBytes(run) >= wanted, ended);
    },
    'while the final files are written': (run, random, ended) => {
      const parts = [
        'scores/clip.jsonl',
        'trials/diffusion.arrow',
        'maps/diffusion.arrow',
        'scores/diffusion.jsonl',
      ];
      const [part, name] = parts[Math.floor(random * parts.length)]!.split('/') as [string, string];
      const folder = join(run, part);
      if (existsSync(join(folder, name))) return until(() => true, ended); // written before: kill at the start
      const begun = () => existsSync(folder) && readdirSync(folder).some((found) => found.startsWith(name));
      return until(begun, ended);
    },
  };

  test.each(Object.keys(points).map((sort, k) => [sort, 20260 + k] as const))(
    '%s, again and again (seed %i)',
    async (sort, seed) => {
      const random = randomFrom(seed);
      let kills = 0;
      let runs = 0;
      let run = out(`killed-${seed}-0`);
      for (let attempt = 0; kills < 8; attempt++) {
        expect(attempt, 'attempts to hit a running process').toBeLessThan(40);
        const cli = startCli(args(run));
        if (await points[sort]!(run, random(), cli.result)) cli.child.kill('SIGKILL');
        const { code, signal, stderr } = await cli.result;
        if (signal === 'SIGKILL') kills++;
        else expect({ code, stderr }).toMatchObject({ code: 0 });
        // After every fourth kill, or where the run came to its end, the results are looked at and a new one begins.
        if (signal === null) compare(run);
        else if (kills % 4 === 0) await finishAndCompare(run);
        else continue;
        run = out(`killed-${seed}-${++runs}`);
      }
      if (existsSync(run)) await finishAndCompare(run);
    },
    240_000,
  );
});

describe('torn tails', () => {
  test('segments cut by some bytes, down to none, are read up to the tear', async () => {
    const random = randomFrom(7);
    const half = out('half');
    const cli = startCli(args(half));
    expect(await until(() => segmentBytes(half) > 0.6 * undisturbed.bytes, cli.result)).toBe(true);
    cli.child.kill('SIGKILL');
    await cli.result;
    const names = readdirSync(join(half, 'segments'));
    expect(names.some((name) => name.endsWith('.trials.arrows'))).toBe(true);
    const cuts = [
      () => 1,
      () => 1 + random() * 40,
      (size: number) => random() * size,
      (size: number) => size,
    ];
    for (const [k, cut] of cuts.entries()) {
      const torn = out(`torn-${k}`);
      cpSync(half, torn, { recursive: true });
      for (const name of names) {
        const path = join(torn, 'segments', name);
        const { size } = statSync(path);
        truncateSync(path, Math.max(0, size - Math.ceil(cut(size))));
      }
      await finishAndCompare(torn);
    }
    // Maps without the trials that they sum over, and the other way round.
    for (const [k, lost] of ['.trials.arrows', '.maps.arrows'].entries()) {
      const torn = out(`lost-${k}`);
      cpSync(half, torn, { recursive: true });
      for (const name of names.filter((name) => name.endsWith(lost))) rmSync(join(torn, 'segments', name));
      await finishAndCompare(torn);
    }
  }, 240_000);

  test('a CLIP segment cut within a line', async () => {
    const run = out('torn-clip');
    await runOk([...args(run), '--limit', '5']);
    const scores = join(run, 'scores', 'clip.jsonl');
    const text = readFileSync(scores, 'utf8');
    rmSync(scores);
    writeFileSync(join(run, 'segments', 'clip.0001.scores.jsonl'), text.slice(0, -9));
    await finishAndCompare(run);
  });
});

describe('signals that end a run in order', () => {
  // Long enough for a signal to meet it in the middle: results are flushed every 256 rows.
  const longArgs = (run: string) => ['score', PROBE, '--timesteps', '48', '--workers', '2', '--out', run];
  let longReference: Record<string, string>;
  let longBytes = 0;

  beforeAll(async () => {
    const run = startCli(longArgs(out('long')));
    await until(() => {
      longBytes = Math.max(longBytes, segmentBytes(out('long')));
      return false;
    }, run.result);
    longReference = resultHashes(out('long'));
  });

  const KEPT = 'winoscope: interrupted. Everything computed is kept; run the same command again to go on.\n';

  /** Sends `signal` once a part of the run is stored; the process must end by itself with `code`. */
  async function interrupt(run: string, signal: NodeJS.Signals, fraction: number): Promise<CliResult> {
    // Beyond what an earlier interruption left, its map checkpoints among it: else the signal comes before the run.
    const before = segmentBytes(run);
    const wanted = before + Math.max(1, fraction * (longBytes - before));
    const cli = startCli(longArgs(run));
    expect(await until(() => segmentBytes(run) >= wanted, cli.result)).toBe(true);
    cli.child.kill(signal);
    return cli.result;
  }

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends with %i, keeps what was computed, and the run goes on', async (signal, code) => {
    const run = out(signal);
    for (const fraction of [0.05, 0.15]) {
      const result = await interrupt(run, signal, fraction);
      expect({ code: result.code, signal: result.signal }).toEqual({ code, signal: null });
      expect(result.stderr.endsWith(KEPT)).toBe(true);
      expect(result.stdout).toContain(`Run folder: ${run}`);
      expect(leftovers(run)).toEqual([]);
      expect(storedSummary(run).complete).toBe(false);
    }
    const { evaluations } = storedSummary(run).scorers.diffusion!;
    expect(evaluations).toBeGreaterThan(0);
    const report = await runOk(['report', run, '--format', 'json']);
    expect(JSON.parse(report.stdout).scorers.diffusion.evaluations).toBe(evaluations);
    await runOk(longArgs(run));
    expect(resultHashes(run)).toEqual(longReference);
    expect(leftovers(run)).toEqual([]);
  });

  test('a second signal ends the process at once, and the run goes on', async () => {
    const run = out('impatient');
    const cli = startCli(longArgs(run));
    expect(await until(() => segmentBytes(run) >= 0.2 * undisturbed.bytes, cli.result)).toBe(true);
    cli.child.kill('SIGINT');
    cli.child.kill('SIGTERM');
    const { code, signal } = await cli.result;
    // By the second signal, or in order where the first was quicker.
    expect([code, signal]).toEqual(
      expect.toBeOneOf([
        [null, 'SIGTERM'],
        [null, 'SIGINT'],
        [130, null],
        [143, null],
      ]),
    );
    await runOk(longArgs(run));
    expect(resultHashes(run)).toEqual(longReference);
    expect(leftovers(run)).toEqual([]);
  });

  test('an example that cannot be read ends the run in order while other workers compute', async () => {
    const probe = writeProbe(out('damaged'), worldRecords(12));
    truncateSync(join(probe, 'images', `${worldRecords(12)[6]!.image_1}.png`), 150);
    const command = ['score', probe, '--timesteps', '8', '--workers', '2', '--diffusion', 'tiny-world'];
    const { code, signal, stderr } = await runCli([...command, '--out', out('ended'), '--quiet']);
    expect({ code, signal }).toEqual({ code: 2, signal: null });
    expect(stderr).toMatch(/^winoscope: the image is damaged.* example "6"\. .*--on-error skip.*\n$/);
    expect(leftovers(out('ended'))).toEqual([]);
  });

  test('a run that is going on keeps others out of its folder', async () => {
    const run = out('busy');
    const first = startCli(longArgs(run));
    expect(await until(() => segmentBytes(run) > 0, first.result)).toBe(true);
    first.child.kill('SIGSTOP'); // alive, but it cannot end while the second one looks
    try {
      const second = await runCli(longArgs(run));
      expect(second.code).toBe(1);
      expect(second.stderr).toMatch(
        new RegExp(`^winoscope: the run folder is in use: .*process ${first.child.pid} `),
      );
    } finally {
      first.child.kill('SIGCONT');
    }
    expect((await first.result).code).toBe(0);
    expect(resultHashes(run)).toEqual(longReference);
    expect(leftovers(run)).toEqual([]);
  });
});
