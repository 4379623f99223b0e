/** `run.json`: what a run is (identity), what it was computed on (numerics), and who worked on it (sessions). */

import { z } from 'zod';
import { issueOf, PlanMismatchError, ResultsError } from '../errors.ts';
import { SCORER_NAME } from '../hub/resolve-ref.ts';
import { INTERPOLATIONS } from '../images/resize.ts';
import { metricNames } from '../metrics/score-matrix.ts';
import { stopRuleSchema } from '../scoring/stop-rule.ts';
import { canonicalJson, hashJson } from './canonical-json.ts';
import { unsealObject } from './seal.ts';

export const FORMAT = 1;

const fileHashes = z.record(z.string(), z.string());

/** What decides a scorer's scores: a change of any of it is another run. */
const scorerIdentity = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('diffusion'),
    /** sha256 by file, relative to the model folder. */
    files: fileHashes,
    plan: z.object({
      timesteps: z.array(z.number()),
      repeats: z.number().int(),
      seed: z.number().int(),
      moreSeeds: z.array(z.number().int()).optional(),
      antithetic: z.literal(true).optional(),
      stages: z.array(z.number().int()).optional(),
      prefix: z.literal('plain').optional(),
    }),
    /** sha256 over all noises of each bank. */
    noise: z.string(),
    latent: z.object({ shape: z.array(z.number().int()), mode: z.enum(['mean', 'draw', 'sample']) }),
    /** Models that learn the width of the reverse step: parts of the variational bound are stored. */
    bound: z.literal(true).optional(),
    /** Of models that are told a guidance scale. */
    guidance: z.number().optional(),
    resize: z.enum(['crop', 'squash']),
    /** Where it is not bicubic. */
    interpolation: z.enum(INTERPOLATIONS).optional(),
    uncond: z.enum(['auto', 'always', 'never']),
    stop: z.union([z.literal('none'), stopRuleSchema]),
    prune: z.object({ by: z.string(), keep: z.number().int().positive() }).optional(),
  }),
  z.object({ kind: z.literal('clip'), files: fileHashes }),
  z.object({
    kind: z.literal('classifier'),
    files: fileHashes,
    /** Of one that reads a diffusion model's features: what is done to images that are not square. */
    resize: z.enum(['crop', 'squash']).optional(),
  }),
  z.object({
    kind: z.literal('external'),
    command: z.string(),
    /** What the process says of itself. */
    winoscope: z.number().int(),
    name: z.string(),
    version: z.string(),
    higherIsBetter: z.boolean(),
    /** sha256 of the text files that the command names. */
    files: fileHashes,
  }),
  /** sha256 of the file of scores. */
  z.object({ kind: z.literal('imported'), file: z.string() }),
]);

const identitySchema = z.object({
  task: z.object({ name: z.string(), version: z.string(), hash: z.string(), count: z.number().int() }),
  /** By name; the names become file names. */
  scorers: z.record(z.string().regex(SCORER_NAME), scorerIdentity),
});

/** What may move the last bits of a result without changing what it means. */
const numericsSchema = z.object({
  device: z.string(),
  /** Of the scorers' graphs. */
  dtype: z.enum(['float32', 'float16', 'float16+float32']),
  onnxruntime: z.string(),
  cpu: z.string(),
  arch: z.string(),
  /** Per scorer: rows of a model call and threads within one. */
  calls: z.record(z.string(), z.object({ batch: z.number().int(), threads: z.number().int() })),
});

const sessionSchema = z.object({
  started: z.string(),
  host: z.string(),
  node: z.string(),
  workers: z.number().int(),
  selection: z.object({
    limit: z.string().optional(),
    ids: z.array(z.string()).optional(),
    tag: z.string().optional(),
  }),
  /** The part of the selection that it took, where several processes share a run. */
  shard: z.object({ index: z.number().int().positive(), of: z.number().int().positive() }).optional(),
  /** Whether it stored error maps. */
  maps: z.boolean().optional(),
  /** Whether it was to score what a model of a small world cannot know. */
  force: z.boolean().optional(),
  /** Its command line without the shard, for whoever has to go on. */
  command: z.array(z.string()).optional(),
});

const manifestSchema = z.object({
  format: z.literal(FORMAT),
  version: z.string(),
  identity: identitySchema,
  identityHash: z.string(),
  /** Trial rows name one of these by its place. */
  numerics: z.array(numericsSchema),
  sessions: z.array(sessionSchema),
  /** Where things were read from and what they are called; never compared. */
  about: z.object({
    task: z.object({
      title: z.string(),
      license: z.string(),
      redistribution: z.enum(['free', 'limited', 'none']),
      citation: z.string(),
      source: z.string(),
      /** Names of the classes that the captions stand for, in their order: zero-shot classification. */
      classes: z.array(z.string()).optional(),
      /** Tags of fewer examples are left out of macro averages. */
      leastPerTag: z.number().int().positive().optional(),
      /** The metrics that are reported; all where absent. */
      metrics: z.array(z.enum(metricNames)).optional(),
      /** Numbers that a complete run is compared with. */
      expected: z
        .array(
          z.object({
            scorer: z.string().optional(),
            metric: z.enum(metricNames),
            percent: z.number(),
            tolerance: z.number(),
            source: z.string().optional(),
          }),
        )
        .optional(),
    }),
    scorers: z.record(z.string(), z.object({ ref: z.string(), schedule: z.unknown().optional() })),
    warnings: z.array(z.string()),
    /** What the last session could not score; without a scorer: records that could not even be read. */
    failures: z
      .array(z.object({ scorer: z.string().optional(), id: z.string(), message: z.string() }))
      .optional(),
  }),
});

export type Identity = z.infer<typeof identitySchema>;
export type ScorerIdentity = z.infer<typeof scorerIdentity>;
export type Numerics = z.infer<typeof numericsSchema>;
export type Session = z.infer<typeof sessionSchema>;
export type Manifest = z.infer<typeof manifestSchema>;

/** The hash that names a run. */
export function identityHash(identity: Identity): string {
  return hashJson(identity);
}

/**
 * Reads the text of a `run.json`.
 * @throws ResultsError where it is damaged, of another format, or a hash does not fit its contents.
 */
export function parseManifest(text: string, where: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ResultsError({
      what: 'the run manifest is damaged',
      where,
      expected: 'JSON',
      fix: RESTORE,
      cause,
    });
  }
  const result = manifestSchema.safeParse(value);
  const { fits } = unsealObject(value);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    const field = `field "${issue.path.join('.') || '(root)'}"`;
    if (!fits) throw damaged(where, `${field} is wrong`);
    throw new ResultsError({
      what: `${field} of the run manifest is wrong`,
      where,
      got: issueOf(issue),
    });
  }
  const computed = identityHash(result.data.identity);
  if (computed !== result.data.identityHash) {
    throw new ResultsError({
      what: 'the run manifest was changed',
      where,
      expected: `identity ${result.data.identityHash.slice(0, 12)}`,
      got: computed.slice(0, 12),
      fix: RESTORE,
    });
  }
  if (!fits) throw damaged(where, 'its checksum does not fit');
  return result.data;
}

/** What can be done about a manifest that is not what was written. */
const RESTORE = 'Restore the file from a copy, or start a new run with another --out.';

function damaged(where: string, got: string): ResultsError {
  return new ResultsError({
    what: 'the run manifest was changed or is damaged',
    where,
    got,
    fix: RESTORE,
  });
}

/**
 * Demands that a stored run is the one that was asked for.
 * @throws PlanMismatchError naming the fields that differ.
 */
export function checkIdentity(stored: Identity, asked: Identity, where: string): void {
  checkSame(stored, asked, {
    what: 'the run folder holds a run with other settings',
    where,
    fix: 'Use another --out, or the settings that the run was begun with.',
  });
}

/**
 * Demands that what is stored was made as it is asked for.
 * @throws PlanMismatchError with the sentence's other parts, naming the fields that differ.
 */
export function checkSame(
  stored: object,
  asked: object,
  parts: { what: string; where: string; fix: string },
): void {
  const differences = differencesOf(stored, asked);
  if (differences.length === 0) return;
  throw new PlanMismatchError({
    ...parts,
    expected: differences.map(([path, , b]) => `${path} ${b}`).join(', '),
    got: differences.map(([path, a]) => `${path} ${a}`).join(', '),
  });
}

/**
 * Demands that a run goes on with the numeric settings that it was begun with.
 * @throws PlanMismatchError unless mixing is allowed.
 */
export function checkNumerics(stored: Numerics, current: Numerics, where: string): void {
  const differences = differencesOf(stored, current);
  if (differences.length === 0) return;
  throw new PlanMismatchError({
    what: 'the run was begun under other numeric settings',
    where,
    expected: differences.map(([path, a]) => `${path} ${a}`).join(', '),
    got: differences.map(([path, , b]) => `${path} ${b}`).join(', '),
    fix: 'Go on where it was begun, or pass --allow-mixed: errors may then differ by about 1e-5 between examples.',
  });
}

/** Paths at which two plain values differ, with both sides shortened for a sentence. */
export function differencesOf(a: unknown, b: unknown, path = ''): [path: string, a: string, b: string][] {
  if (canonicalJson(a ?? null) === canonicalJson(b ?? null)) return [];
  if (isRecord(a) && isRecord(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
    return keys.flatMap((key) => differencesOf(a[key], b[key], path ? `${path}.${key}` : key));
  }
  return [[path, short(a), short(b)]];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function short(value: unknown): string {
  const text = value === undefined ? 'absent' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 48 ? `${text.slice(0, 45)}…` : text;
}
