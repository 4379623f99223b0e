/** The flags of `winoscope submit`. What it does is loaded when it is called. */

import { type Command, InvalidArgumentError } from 'commander';
import { atLeast, repeatable } from './options.ts';

export interface SlurmFlags {
  array: { shards: number; atOnce?: number };
  partition?: string;
  account?: string;
  qos?: string;
  time?: string;
  gpus?: string;
  cpus?: number;
  mem?: string;
  sbatchOption?: string[];
  mergeOption?: string[];
  setup?: string[];
  grace: number;
  requeues: number;
  dryRun?: boolean;
}

/** Adds `submit` to the program. */
export function addSubmitCommand(program: Command): void {
  const submit = program
    .command('submit')
    .description('hand a run to a cluster: shards as an array job, and a job that merges them');
  submit
    .command('slurm')
    .description('write and submit an array job and a merge job; what follows "--" are arguments of `score`')
    .argument('[score...]', 'arguments of `winoscope score`, after "--"')
    .option('--array <n[%m]>', 'shards, and how many run at a time', arrayOf, { shards: 8 })
    .option('--partition <name>', 'of both jobs')
    .option('--account <name>', 'of both jobs')
    .option('--qos <name>', 'of both jobs')
    .option('--time <limit>', "of a shard, in Slurm's form; one that needs longer is queued again")
    .option('--gpus <n>', 'of a shard, as in 1 or a100:1')
    .option('--cpus <n>', 'of a shard', atLeast(1))
    .option('--mem <size>', 'of a shard, as in 16G')
    .option(
      '--sbatch-option <option>',
      'any other option for the shards, as in constraint=a100 (repeatable)',
      repeatable,
    )
    .option('--merge-option <option>', 'any option for the merge job, as in time=10 (repeatable)', repeatable)
    .option(
      '--setup <line>',
      'a line of shell before the program, as in "module load cuda" (repeatable)',
      repeatable,
    )
    .option('--grace <seconds>', 'before the time limit at which a shard stops in order', atLeast(1), 120)
    .option('--requeues <n>', 'how often a shard that ran out of time is queued again', atLeast(0), 20)
    .option('--dry-run', 'print both scripts and write and submit nothing')
    .action(async (score: string[], flags: SlurmFlags) =>
      (await import('./submit-slurm.ts')).submitSlurm(score, flags),
    );
}

function arrayOf(text: string): SlurmFlags['array'] {
  const [, shards, , atOnce] = /^([1-9]\d{0,5})(%([1-9]\d{0,5}))?$/.exec(text) ?? [];
  if (shards === undefined) throw new InvalidArgumentError('Expected a number of shards, as in 8, or 8%4.');
  return { shards: Number(shards), ...(atOnce !== undefined && { atOnce: Number(atOnce) }) };
}
