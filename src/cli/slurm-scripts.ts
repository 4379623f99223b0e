/** The two batch scripts of `winoscope submit slurm`: an array job that computes the shards, and a job that merges them. */

import { UsageError } from '../errors.ts';

/** What both scripts need to know. */
export interface SlurmJobs {
  /** Absolute path of the run folder; scripts and logs lie in its `slurm`. */
  run: string;
  /** Where the command was given: relative paths in its arguments count from there. */
  cwd: string;
  /** Program and arguments that begin every `winoscope`. */
  winoscope: readonly string[];
  /** Arguments of `winoscope` for a shard, without the shard. */
  score: readonly string[];
  /** Arguments of `winoscope` for the merge. */
  merge: readonly string[];
  shards: number;
  /** Most tasks at a time. */
  atOnce?: number;
  /** Options of sbatch by name, for both jobs and for one of them. */
  both: readonly SbatchOption[];
  array: readonly SbatchOption[];
  mergeOnly: readonly SbatchOption[];
  /** Lines of shell that come before the program, such as `module load …`. */
  setup: readonly string[];
  /** Seconds before the time limit at which a task stops in order. */
  grace: number;
  /** How often a task that ran out of time may be queued again. */
  requeues: number;
}

/** `--name=value`, or `--name` alone. */
export interface SbatchOption {
  name: string;
  value?: string;
}

/** The script of the array job: one task per shard. @throws UsageError for names that Slurm cannot be told. */
export function arrayScript(jobs: SlurmJobs): string {
  const { shards, atOnce, run, grace, requeues, score } = jobs;
  const header = [
    { name: 'job-name', value: 'winoscope' },
    { name: 'array', value: `1-${shards}${atOnce === undefined ? '' : `%${atOnce}`}` },
    { name: 'ntasks', value: '1' },
    { name: 'requeue' },
    { name: 'open-mode', value: 'append' },
    { name: 'signal', value: `B:USR1@${grace}` },
    { name: 'output', value: `${logFolder(run)}/%A_%a.out` },
    ...jobs.both,
    ...jobs.array,
  ];
  return `${head(header)}
# Shard by shard, written by \`winoscope submit slurm\`. \`sbatch --array=3 FILE\` computes the third again.
# A task that is queued again (its node died, it was preempted, its time was up) goes on where it stopped.

# Slurm sends SIGTERM to every process of a task, so the shard has it too and ends in order: nothing to pass on.
trap 'signalled=1' TERM
# The time limit is near: the shard is told to end in order.
trap 'signalled=1; late=1; [ -n "$task" ] && kill -TERM "$task" 2> /dev/null' USR1

cd ${quote(jobs.cwd)} || exit 1
${setupLines(jobs.setup)}${words([...jobs.winoscope, ...score])} --shard "$SLURM_ARRAY_TASK_ID/${shards}" &
task=$!
[ -z "$late" ] || kill -TERM "$task"
wait "$task"
code=$?
# A signal ends a wait before the task has ended; 127 means that its end was seen before.
while [ -n "$signalled" ]; do
  signalled=
  wait "$task"
  again=$?
  [ "$again" = 127 ] || code=$again
done

if [ -n "$late" ] && [ "$code" = 143 ] && [ "\${SLURM_RESTART_COUNT:-0}" -lt ${requeues} ]; then
  echo "time is up: shard $SLURM_ARRAY_TASK_ID of ${shards} is queued again and goes on where it stopped"
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
fi
exit "$code"
`;
}

/** The script of the job that merges. @throws UsageError as `arrayScript`. */
export function mergeScript(jobs: SlurmJobs): string {
  const header = [
    { name: 'job-name', value: 'winoscope-merge' },
    { name: 'ntasks', value: '1' },
    { name: 'requeue' },
    { name: 'open-mode', value: 'append' },
    { name: 'output', value: `${logFolder(jobs.run)}/merge_%j.out` },
    ...jobs.both,
    ...jobs.mergeOnly,
  ];
  return `${head(header)}
# Merges the shards, written by \`winoscope submit slurm\`. What is missing is named with the command that computes it.

cd ${quote(jobs.cwd)} || exit 1
${setupLines(jobs.setup)}exec ${words([...jobs.winoscope, ...jobs.merge])}
`;
}

/** A word as bash reads it back, whatever is in it. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function words(list: readonly string[]): string {
  return list.map(quote).join(' ');
}

function setupLines(setup: readonly string[]): string {
  return setup.map((line) => `${line}\n`).join('');
}

function head(options: readonly SbatchOption[]): string {
  return `#!/bin/bash\n${options.map((option) => `#SBATCH ${optionWord(option)}\n`).join('')}`;
}

/** An option as sbatch reads it from a script's head, where quotes group and a backslash quotes. */
function optionWord({ name, value }: SbatchOption): string {
  const word = value === undefined ? `--${name}` : `--${name}=${value}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a line break would begin another option
  if (/["'\\\u0000-\u001f\u007f]/.test(word)) {
    throw new UsageError({
      what: 'Slurm cannot be told an option with quotes, backslashes or line breaks',
      where: word,
      fix: 'Choose another value, or another --out.',
    });
  }
  // Where the value begins, so that the name is read as one.
  return /[\s#]/.test(word) ? word.replace(/^(--[^=]+=)(.*)$/, '$1"$2"') : word;
}

/** Where logs go, in Slurm's pattern language. */
function logFolder(run: string): string {
  return `${run.replaceAll('%', '%%')}/slurm`;
}
