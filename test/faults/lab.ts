/** A small run that faults are done to, the undisturbed one that it must come to, and how both are compared. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { WinoscopeError } from '../../src/errors.ts';
import { openRun } from '../../src/run/open-run.ts';
import { type ScorerView, scoresOf } from '../../src/run/scorer-view.ts';
import type { Random } from '../../src/stats/random.ts';
import {
  type CliOptions,
  type CliResult,
  type RunningCli,
  runCli,
  startCli,
  until,
} from '../support/run-cli.ts';
import { leftovers, resultHashes } from '../support/run-files.ts';
import { worldRecords, writeProbe } from '../support/small-probe.ts';

const ANALYSIS = { loss: 'mse', errorSpace: 'native' } as const;

/** What a fault came to: survived, or why it could not be tried here. */
export type Outcome = 'survived' | { notRun: string };

export interface Fault {
  name: string;
  /** What is done, for the table. */
  what: string;
  /** Rounds of the short and of the long form. */
  rounds: { short: number; long: number };
  /** One round, in a folder of its own. @throws Error where the promise is broken */
  round(lab: Lab, folder: string, random: Random): Promise<Outcome>;
}

/** Everything a fault needs. */
export class Lab {
  readonly folder: string;
  /** Kills of a round of a fault that kills. */
  readonly kills: number;
  readonly probe: string;
  /** Of the undisturbed run. */
  hashes: Record<string, string> = {};
  summary = '';
  ms = 0;
  bytes = 0;
  /** Scores by scorer and example, as JSON. */
  #scores = new Map<string, string>();

  constructor(folder: string, kills: number) {
    this.folder = folder;
    this.kills = kills;
    this.probe = writeProbe(join(folder, 'probe'), worldRecords(8));
  }

  get reference(): string {
    return join(this.folder, 'reference');
  }

  /** The command line of the run in a folder. */
  args(run: string): string[] {
    return ['score', this.probe, '--timesteps', '12', '--workers', '2', '--out', run];
  }

  start(run: string, options?: CliOptions): RunningCli {
    return startCli(this.args(run), options);
  }

  /** Makes the undisturbed run. */
  async prepare(): Promise<void> {
    const begun = performance.now();
    const cli = this.start(this.reference);
    await until(() => {
      this.bytes = Math.max(this.bytes, segmentBytes(this.reference));
      return false;
    }, cli.result);
    demand((await cli.result).code === 0, `the undisturbed run ends well: ${cli.stderr()}`);
    this.ms = performance.now() - begun;
    this.hashes = resultHashes(this.reference);
    this.summary = comparableSummary(this.reference);
    const { views, examples } = openRun(this.reference);
    for (const [name, view] of views)
      for (const [index, { id }] of examples.entries())
        this.#scores.set(`${name} ${id}`, JSON.stringify(scoresOf(view, index, ANALYSIS)));
  }

  /** Runs the same command until it is done; the results must be those of the undisturbed run, and nothing else be left. */
  async finish(run: string): Promise<void> {
    const result = await runCli(this.args(run));
    demand(result.code === 0, `the run goes on after the fault: ${result.stderr}`);
    this.compare(run);
  }

  compare(run: string): void {
    const hashes = resultHashes(run);
    for (const [file, hash] of Object.entries(this.hashes))
      demand(hashes[file] === hash, `${file} is what the undisturbed run has, bit for bit`);
    demand(Object.keys(hashes).length === Object.keys(this.hashes).length, 'there are no other results');
    demand(comparableSummary(run) === this.summary, 'the summary is that of the undisturbed run');
    demand(readdirSync(join(run, 'segments')).length === 0, 'no segment is left');
    demand(leftovers(run).length === 0, `no lock or half-written file is left: ${leftovers(run)}`);
  }

  /**
   * Reads a run as it lies there: every score that it tells must be right.
   * @returns the sentence where it is refused instead.
   */
  read(run: string): string | undefined {
    try {
      const opened = openRun(run);
      for (const [name, view] of opened.views) this.#compareScores(name, view, opened.examples);
      opened.summarize(ANALYSIS);
      return undefined;
    } catch (error) {
      if (error instanceof WinoscopeError) return error.message;
      throw error;
    }
  }

  #compareScores(name: string, view: ScorerView, examples: readonly { id: string }[]): void {
    for (const [index, { id }] of examples.entries()) {
      const scores = JSON.stringify(scoresOf(view, index, ANALYSIS));
      if (scores !== undefined)
        demand(scores === this.#scores.get(`${name} ${id}`), `the scores of ${name} on "${id}" are right`);
    }
  }

  /** An empty folder. */
  fresh(name: string): string {
    const path = join(this.folder, name);
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path, { recursive: true });
    return path;
  }
}

/** @throws Error where what is promised does not hold */
export function demand(holds: boolean, promise: string): void {
  if (!holds) throw new Error(`broken: ${promise}`);
}

/** Demands that a command failed in one sentence. */
export function demandSentence({ code, stderr }: CliResult, what: RegExp): void {
  const last = stderr.trimEnd().split('\n').at(-1)!;
  demand(code !== 0 && code !== null, `the command fails: ${code} ${stderr}`);
  demand(last.startsWith('winoscope: ') && what.test(last), `it says why in a sentence: ${stderr}`);
  demand(!/\n {4}at /.test(stderr), `no stack is shown: ${stderr}`);
}

/** Bytes in the segments of a run. */
export function segmentBytes(run: string): number {
  const segments = join(run, 'segments');
  try {
    return readdirSync(segments).reduce((sum, name) => sum + statSync(join(segments, name)).size, 0);
  } catch {
    return 0; // not made yet, or a segment went while we looked
  }
}

/** Waits until a run has `part` of the most bytes in segments; false where it ended before. */
export function untilPart(lab: Lab, run: string, part: number, ended: Promise<unknown>): Promise<boolean> {
  const before = segmentBytes(run);
  return until(() => segmentBytes(run) >= before + Math.max(1, part * (lab.bytes - before)), ended);
}

/** What of a summary must come out the same: all but where, and how long it took. */
function comparableSummary(run: string): string {
  const path = join(run, 'summary.json');
  if (!existsSync(path)) return 'none';
  const { run: _, sha256: _seal, scorers, ...rest } = JSON.parse(readFileSync(path, 'utf8'));
  for (const scorer of Object.values(scorers as Record<string, { seconds?: number }>)) delete scorer.seconds;
  return JSON.stringify({ ...rest, scorers });
}
