/** The manifests of docs/kubernetes against Kubernetes' own schema, and against what `score` reads. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { chooseShard, SHARDS_VARIABLE } from '../../src/cli/shard-env.ts';
import { packageRoot } from '../../src/hub/package-root.ts';

const at = (...parts: string[]) => readFileSync(join(packageRoot(), ...parts), 'utf8');
const job = z.fromJSONSchema(JSON.parse(at('fixtures', 'kubernetes', 'job.schema.json')));
// biome-ignore lint/suspicious/noExplicitAny: the schema is what is tested
const manifest = (name: string): any => parse(at('docs', 'kubernetes', `${name}.yaml`));

describe.each(['score', 'merge'])('%s.yaml', (name) => {
  test('is a Job as Kubernetes defines it', () => {
    expect(job.safeParse(manifest(name)).error?.issues).toBeUndefined();
    expect(manifest(name)).toMatchObject({ apiVersion: 'batch/v1', kind: 'Job' });
  });

  test('would not be one with a misspelt field, or a number where a text belongs', () => {
    const misspelt = manifest(name);
    misspelt.spec.backofLimit = 1;
    expect(job.safeParse(misspelt).success).toBe(false);
    const inside = manifest(name);
    inside.spec.template.spec.containers[0].volumeMounts[0].mountpath = '/data';
    expect(job.safeParse(inside).success).toBe(false);
    const untyped = manifest(name);
    untyped.metadata.name = 7;
    expect(job.safeParse(untyped).success).toBe(false);
  });
});

test('every pod takes a shard of its own, and together they take all', () => {
  const { spec } = manifest('score');
  const [container] = spec.template.spec.containers;
  const variables = Object.fromEntries(
    container.env.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
  expect(Number(variables[SHARDS_VARIABLE])).toBe(spec.completions);
  const shards = Array.from({ length: spec.completions }, (_, index) => {
    const chosen = chooseShard(undefined, { ...variables, JOB_COMPLETION_INDEX: `${index}` })!;
    return `${chosen.shard.index}/${chosen.shard.of}`;
  });
  expect(shards).toEqual(['1/8', '2/8', '3/8', '4/8', '5/8', '6/8', '7/8', '8/8']);
});

test('pods go on from one disk, and the merge reads the run that they write', () => {
  const [score] = manifest('score').spec.template.spec.containers;
  const [merge] = manifest('merge').spec.template.spec.containers;
  const run = score.args[score.args.indexOf('--out') + 1];
  expect(merge.command).toEqual(['winoscope', 'merge', run]);
  expect(run.startsWith(`${score.volumeMounts[0].mountPath}/`)).toBe(true);
  expect(manifest('merge').spec.template.spec.volumes).toEqual(manifest('score').spec.template.spec.volumes);
});
