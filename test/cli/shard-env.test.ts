import { describe, expect, test } from 'vitest';
import { chooseShard } from '../../src/cli/shard-env.ts';
import { UsageError } from '../../src/errors.ts';

const slurm = (id: number, min: number, max: number, count: number) => ({
  SLURM_ARRAY_TASK_ID: `${id}`,
  SLURM_ARRAY_TASK_MIN: `${min}`,
  SLURM_ARRAY_TASK_MAX: `${max}`,
  SLURM_ARRAY_TASK_COUNT: `${count}`,
});
const kubernetes = { JOB_COMPLETION_INDEX: '0', WINOSCOPE_SHARDS: '8' };
const torchrun = { RANK: '3', WORLD_SIZE: '4', LOCAL_RANK: '1' };

describe('a scheduler’s variables name the shard', () => {
  test.each([
    ['a Slurm array from 1', slurm(3, 1, 8, 8), '3/8'],
    ['a Slurm array from 0', slurm(0, 0, 7, 8), '1/8'],
    ['a Slurm array by steps', slurm(7, 3, 11, 3), '2/3'],
    ['a Kubernetes indexed job', kubernetes, '1/8'],
    ['torchrun', torchrun, '4/4'],
  ])('%s', (_, env, expected) => {
    const chosen = chooseShard(undefined, env)!;
    expect(`${chosen.shard.index}/${chosen.shard.of}`).toBe(expected);
    expect(chosen.from).toMatch(/=/);
  });

  test('torchrun’s also the GPU', () => {
    expect(chooseShard(undefined, torchrun)?.localRank).toBe(1);
  });

  test.each([
    ['nothing at all', {}],
    ['empty variables', { RANK: '', WORLD_SIZE: '' }],
    ['an array of one task', slurm(1, 1, 1, 1)],
    ['one process of torchrun', { RANK: '0', WORLD_SIZE: '1' }],
  ])('%s means the whole run', (_, env) => {
    expect(chooseShard(undefined, env)).toBeUndefined();
  });
});

describe('what is given wins', () => {
  test('a shard over any variables', () => {
    expect(chooseShard('2/3', { ...kubernetes, RANK: '1' })).toEqual({ shard: { index: 2, of: 3 } });
  });

  test('"none" over any variables', () => {
    expect(chooseShard('none', { ...kubernetes, RANK: '1' })).toBeUndefined();
  });
});

describe('refused in a sentence that says how to go on', () => {
  test.each([
    ['half of Slurm’s', { SLURM_ARRAY_TASK_ID: '3' }, /Slurm's variables are set by halves.*TASK_COUNT/],
    ['Kubernetes without a count', { JOB_COMPLETION_INDEX: '3' }, /by halves.*WINOSCOPE_SHARDS/],
    ['a count without Kubernetes', { WINOSCOPE_SHARDS: '3' }, /by halves.*JOB_COMPLETION_INDEX/],
    ['half of torchrun’s', { RANK: '3' }, /by halves.*WORLD_SIZE/],
    ['an index beyond the count', { JOB_COMPLETION_INDEX: '8', WINOSCOPE_SHARDS: '8' }, /does not exist/],
    ['what is no number', { RANK: 'x', WORLD_SIZE: '4' }, /RANK=x/],
    ['an array with gaps', slurm(7, 3, 8, 3), /no row of tasks/],
    ['one task of an array, submitted again alone', slurm(3, 3, 3, 1), /no row of tasks/],
    ['two schedulers', { ...kubernetes, ...torchrun }, /two schedulers.*1\/8.*4\/4/],
  ])('%s', (_, env, message) => {
    expect(() => chooseShard(undefined, env)).toThrow(UsageError);
    expect(() => chooseShard(undefined, env)).toThrow(message);
    expect(() => chooseShard(undefined, env)).toThrow(/--shard none/);
  });
});
