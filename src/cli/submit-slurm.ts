/** `winoscope submit slurm`: checks the run here, writes two scripts, hands them to sbatch. */

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { counted, messageOf, ResultsError, UsageError, withFiles } from '../errors.ts';
import { makeFolder } from '../hub/make-folder.ts';
import { packageRoot } from '../hub/package-root.ts';
import { visible } from '../report/format.ts';
import { shellWord } from '../report/shell-word.ts';
import { prepareRun, type RunRequest } from '../run/prepare-run.ts';
import { select } from '../run/select.ts';
import { complaintOf } from './complaint.ts';
import { addScoreCommand, type ScoreFlags } from './score-command.ts';
import { scoreRequest } from './score-request.ts';
import { arrayScript, mergeScript, type SbatchOption, type SlurmJobs } from './slurm-scripts.ts';
import type { SlurmFlags } from './submit-command.ts';

const run = promisify(execFile);

/**
 * Carries out `winoscope submit slurm`; see `docs/cluster.md`. What `score` would refuse is refused here, and models and
 * data on the Hub are fetched here, so that no task has to connect to anything.
 * @throws WinoscopeError for what the user can mend; ResultsError where sbatch refuses.
 */
export async function submitSlurm(given: readonly string[], flags: SlurmFlags): Promise<void> {
  checkTime(flags);
  const args = given[0] === 'score' ? given.slice(1) : [...given];
  const { task, flags: score } = await parseScore(args);
  const { request } = await scoreRequest(task, { ...score, shard: 'none' });
  // Which machine this is does not matter: the shards compare theirs with each other.
  const prepared = await prepareRun({ ...request, allowMixed: true });
  const count = select(request.task.examples, request.selection).length;
  const shards = Math.min(flags.array.shards, count);
  const jobs = jobsOf({
    args,
    task,
    flags: { ...flags, array: { ...flags.array, shards } },
    score,
    request,
    folder: prepared.folder.path,
  });
  const scripts = { array: arrayScript(jobs), merge: mergeScript(jobs) };
  if (shards < flags.array.shards)
    process.stderr.write(
      `${counted(count, 'example')} ${count === 1 ? 'is' : 'are'} no work for more than ${counted(shards, 'shard')}\n`,
    );
  if (flags.dryRun) {
    const folder = join(jobs.run, 'slurm');
    process.stdout.write(
      `# ${join(folder, 'array.sh')}\n${scripts.array}\n# ${join(folder, 'merge.sh')}\n${scripts.merge}`,
    );
    return;
  }
  await submit(jobs, scripts, count);
}

/** The flags as `score` itself would read them. @throws UsageError for those that make no sense here. */
async function parseScore(args: readonly string[]): Promise<{ task: string; flags: ScoreFlags }> {
  const found: { task: string; flags: ScoreFlags }[] = [];
  const program = new Command('winoscope').exitOverride().configureOutput({
    writeErr: (text) => {
      throw new UsageError({ what: complaintOf(text), where: 'arguments of score' });
    },
  });
  addScoreCommand(program, async (task, flags) => {
    found.push({ task, flags });
  });
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  await program.parseAsync(['score', ...args], { from: 'user' });
  const { task, flags } = found[0]!;
  if (flags.shard !== undefined || flags.dryRun) {
    throw new UsageError({
      what: `${flags.dryRun ? '--dry-run' : '--shard'} is not for the shards' own command line`,
      fix: flags.dryRun ? 'Put it before the "--".' : 'Say how many there are with --array.',
    });
  }
  return { task, flags };
}

interface JobsInput {
  args: readonly string[];
  /** As it was named. */
  task: string;
  flags: SlurmFlags;
  score: ScoreFlags;
  request: RunRequest;
  folder: string;
}

function jobsOf({ args, task, flags, score, request, folder }: JobsInput): SlurmJobs {
  const out = resolve(folder);
  const option = (name: string, value: string | number | undefined): SbatchOption[] =>
    value === undefined ? [] : [{ name, value: String(value) }];
  return {
    run: out,
    cwd: process.cwd(),
    winoscope: [process.execPath, join(packageRoot(), 'bin', 'winoscope.js')],
    score: [
      'score',
      ...args,
      ...(score.out === undefined ? ['--out', out] : []),
      ...(score.offline ? [] : ['--offline']),
      ...(score.plain ? [] : ['--plain']),
    ],
    merge: [
      'merge',
      out,
      ...(score.allowMixed ? ['--allow-mixed'] : []),
      ...(request.task.ownMetrics ? ['--task', task] : []),
    ],
    shards: flags.array.shards,
    ...(flags.array.atOnce !== undefined && { atOnce: flags.array.atOnce }),
    both: [
      ...option('partition', flags.partition),
      ...option('account', flags.account),
      ...option('qos', flags.qos),
    ],
    array: [
      ...option('time', flags.time),
      ...option('gpus', flags.gpus),
      ...option('cpus-per-task', flags.cpus),
      ...option('mem', flags.mem),
      ...(flags.sbatchOption ?? []).map(sbatchOption),
    ],
    mergeOnly: (flags.mergeOption ?? []).map(sbatchOption),
    setup: flags.setup ?? [],
    grace: flags.grace,
    requeues: flags.requeues,
  };
}

/** `name=value`, with or without the dashes. @throws UsageError */
function sbatchOption(text: string): SbatchOption {
  const [, name, , value] = /^(?:--)?([a-z][a-z-]+)(=(.*))?$/s.exec(text) ?? [];
  if (name !== undefined) return { name, ...(value !== undefined && { value }) };
  throw new UsageError({
    what: 'cannot read an option of sbatch',
    where: text,
    expected: 'a long option, as in constraint=a100 or exclusive',
  });
}

/** Demands that a task has time to work before it is told to stop. @throws UsageError */
function checkTime({ time, grace }: SlurmFlags): void {
  const seconds = time === undefined ? undefined : secondsOf(time);
  // Slurm may send the signal a minute early.
  if (seconds === undefined || seconds > 2 * grace + 60) return;
  throw new UsageError({
    what: 'the time limit leaves a shard no time to work',
    where: `--time ${time}`,
    expected: `more than ${2 * grace + 60} seconds with --grace ${grace}`,
    fix: 'Give it more time, or a smaller --grace.',
  });
}

/** A time in one of Slurm's forms; undefined for any other, which sbatch may know. */
function secondsOf(time: string): number | undefined {
  const [, days, rest = time] = /^(\d+)-(.*)$/.exec(time) ?? [];
  const parts = rest.split(':').map(Number);
  if (parts.length > 3 || parts.some((part) => !Number.isInteger(part))) return undefined;
  const [a = 0, b = 0, c = 0] = parts;
  if (days !== undefined) return ((Number(days) * 24 + a) * 60 + b) * 60 + c;
  if (parts.length === 3) return (a * 60 + b) * 60 + c;
  return a * 60 + b;
}

async function submit(
  jobs: SlurmJobs,
  scripts: { array: string; merge: string },
  count: number,
): Promise<void> {
  const folder = join(jobs.run, 'slurm');
  const files = { array: join(folder, 'array.sh'), merge: join(folder, 'merge.sh') };
  withFiles({ what: 'cannot write the batch scripts', where: folder }, () => {
    makeFolder(folder);
    writeFileSync(files.array, scripts.array, { mode: 0o755 });
    writeFileSync(files.merge, scripts.merge, { mode: 0o755 });
  });
  const array = await sbatch([files.array]);
  const tell = (text: string) => process.stdout.write(`${text}\n`);
  tell(
    `Submitted array job ${array}: ${counted(jobs.shards, 'shard')} of ${counted(count, 'example')}, into ${visible(jobs.run)}`,
  );
  let merge: string;
  try {
    // After any end: where a task failed, the merge says what is missing and how to get it.
    merge = await sbatch([`--dependency=afterany:${array.replace(/;.*/, '')}`, files.merge]);
  } catch (error) {
    process.stderr.write(
      `the shards are queued all the same; when they are done: winoscope ${jobs.merge.map(shellWord).join(' ')}\n`,
    );
    throw error;
  }
  tell(`Submitted merge job ${merge}, which begins when all of them have ended`);
  tell('');
  tell(`Watch      squeue --job ${[array, merge].map((id) => id.replace(/;.*/, '')).join(',')}`);
  tell(`Logs       ${shellWord(folder)}`);
  tell(`Result     winoscope view ${shellWord(jobs.run)}`);
  tell(`Go on      the same command again; or sbatch --array=3 ${shellWord(files.array)} for one shard`);
}

/** Submits a script. @returns the job's id. @throws UsageError where there is no sbatch, ResultsError where it refuses. */
async function sbatch(args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run('sbatch', ['--parsable', ...args]);
    return stdout.trim();
  } catch (error) {
    const { code, stderr = '' } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === 'ENOENT') {
      throw new UsageError({
        what: 'there is no sbatch on this machine',
        fix: 'Submit where Slurm is, or print the scripts with --dry-run.',
      });
    }
    const said = stderr.trim().split('\n').at(-1) || messageOf(error);
    throw new ResultsError({
      what: `sbatch refused the job: ${said.replace(/^sbatch: error: |\.$/g, '')}`,
      fix: `The script is ${args.at(-1)}.`,
    });
  }
}
