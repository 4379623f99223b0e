/** Which part of a run this process is to take: what `--shard` says, or what a scheduler put into the environment. */

import { UsageError } from '../errors.ts';
import type { Shard } from '../results/shard-folders.ts';
import { parseShard } from '../run/shard.ts';

/** The number of processes of a Kubernetes Indexed Job: Kubernetes tells each only its own index. */
export const SHARDS_VARIABLE = 'WINOSCOPE_SHARDS';

export interface ChosenShard {
  shard: Shard;
  /** Where it was taken from, for a note; undefined where it was given. */
  from?: string;
  /** torchrun's number of this process on its machine: that of its GPU. */
  localRank?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The shard to work on; undefined for the whole run.
 * @param given value of `--shard`.
 * @throws UsageError where variables are set by halves, make no sense, or two schedulers set theirs.
 */
export function chooseShard(given: string | undefined, env: Environment): ChosenShard | undefined {
  if (given === 'none') return undefined;
  if (given !== undefined) return { shard: parseShard(given) };
  const found = [fromSlurm(env), fromKubernetes(env), fromTorchrun(env)].filter(
    (shard) => shard !== undefined,
  );
  if (found.length > 1) {
    throw new UsageError({
      what: 'two schedulers say which part of the run to take',
      got: found.map(({ shard: { index, of }, from }) => `${index}/${of} from ${from}`).join(' and '),
      fix: FIX,
    });
  }
  // One process alone takes the whole run.
  return found[0] && found[0].shard.of > 1 ? found[0] : undefined;
}

const FIX = 'Say it with --shard i/n, or --shard none for the whole run.';

/** An array job's tasks, whatever they are numbered from and by. */
function fromSlurm(env: Environment): ChosenShard | undefined {
  const names = [
    'SLURM_ARRAY_TASK_ID',
    'SLURM_ARRAY_TASK_MIN',
    'SLURM_ARRAY_TASK_MAX',
    'SLURM_ARRAY_TASK_COUNT',
  ] as const;
  const values = numbers(env, names, 'Slurm');
  if (!values) return undefined;
  const [id, min, max, count] = values as [number, number, number, number];
  const step = count > 1 ? (max - min) / (count - 1) : 1;
  const index = (id - min) / step + 1;
  // A task that was submitted again alone looks like an array of one: nobody can tell what it is a part of.
  const isWhole = Number.isInteger(step) && step > 0 && Number.isInteger(index) && (count > 1 || min <= 1);
  if (!isWhole || index < 1 || index > count) {
    throw new UsageError({
      what: 'the Slurm array is no row of tasks at even distances, so it does not say which part of the run to take',
      where: names.map((name) => `${name}=${env[name]}`).join(' '),
      fix: FIX,
    });
  }
  return { shard: { index, of: count }, from: `SLURM_ARRAY_TASK_ID=${id} of ${min}-${max}` };
}

/** Kubernetes counts from 0. */
function fromKubernetes(env: Environment): ChosenShard | undefined {
  const names = ['JOB_COMPLETION_INDEX', SHARDS_VARIABLE] as const;
  const values = numbers(env, names, 'Kubernetes');
  return values && fromZero(values as [number, number], names);
}

/** torchrun counts from 0. */
function fromTorchrun(env: Environment): ChosenShard | undefined {
  const names = ['RANK', 'WORLD_SIZE'] as const;
  const values = numbers(env, names, 'torchrun');
  if (!values) return undefined;
  const localRank = /^\d+$/.test(env.LOCAL_RANK ?? '') ? Number(env.LOCAL_RANK) : undefined;
  return { ...fromZero(values as [number, number], names), ...(localRank !== undefined && { localRank }) };
}

function fromZero([index, of]: readonly [number, number], names: readonly [string, string]): ChosenShard {
  const from = `${names[0]}=${index} ${names[1]}=${of}`;
  if (index < of) return { shard: { index: index + 1, of }, from };
  throw new UsageError({
    what: 'the environment names a part of the run that does not exist',
    where: from,
    expected: `${names[0]} below ${names[1]}`,
    fix: FIX,
  });
}

/** Variables that go together, as whole numbers; undefined where none of them is set. @throws UsageError */
function numbers(env: Environment, names: readonly string[], who: string): number[] | undefined {
  const isSet = (name: string) => env[name] !== undefined && env[name] !== '';
  const missing = names.filter((name) => !isSet(name));
  if (missing.length === names.length) return undefined;
  if (missing.length > 0) {
    throw new UsageError({
      what: `${who}'s variables are set by halves`,
      where: names.filter(isSet).join(', '),
      expected: `${missing.join(', ')} as well`,
      fix: FIX,
    });
  }
  const wrong = names.find((name) => !/^\d{1,9}$/.test(env[name]!));
  if (wrong === undefined) return names.map((name) => Number(env[name]));
  throw new UsageError({
    what: `a variable of ${who} is no whole number`,
    where: `${wrong}=${env[wrong]}`,
    fix: FIX,
  });
}
