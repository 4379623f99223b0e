/** `--stop` and `--prune` with the flags that go with them, checked into one form. */

import { type Command, Option } from 'commander';
import { UsageError } from '../errors.ts';
import type { ScorerRequest, ScoringOptions } from '../run/settings.ts';
import type { StopRequest } from '../run/stop-request.ts';
import type { Analysis } from '../run/summary-schema.ts';
import { type RuleReads, STOP_RULES } from '../scoring/stop-rule.ts';
import { atLeast, level, listOf } from './options.ts';

export interface StopFlags {
  stop: 'none' | (typeof STOP_RULES)[number];
  alpha?: number;
  calibration?: string;
  least?: number;
  keep?: number[];
  samples?: number[];
  prune?: string;
  timesteps?: string;
}

/** Of `--alpha` where it bounds the error of an example, and Clark and Jaini's of a single test. */
const DEFAULT_ALPHA = { sequential: 0.05, ttest: 0.002 };
/** Clark and Jaini's least number of trials. */
const DEFAULT_LEAST = 20;
const DEFAULT_STAGES = { keep: [5, 1], samples: [50, 500] };

/** Which flags mean something under which rule. */
const FLAGS_OF = {
  none: [],
  sequential: ['alpha', 'calibration'],
  ttest: ['alpha', 'least'],
  stages: ['keep', 'samples'],
} as const;

/** Adds the flags to a command. */
export function addStopFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--stop <rule>',
        'leave an example once its answer is known (sequential; ttest: Clark & Jaini), drop captions in stages (Li et al.), or run the whole plan',
      )
        .choices(['none', ...STOP_RULES])
        .default('none'),
    )
    .option(
      '--alpha <level>',
      'sequential: bound on settling an example against the whole plan, what is left undecided is not covered (default: 0.05); ttest: level of every test (default: 0.002)',
      level,
    )
    .option(
      '--calibration <file>',
      "sequential: the spread of errors (default: calibration.json in the model's folder)",
    )
    .option('--least <n>', `ttest: trials before the first test (default: ${DEFAULT_LEAST})`, atLeast(2))
    .option('--keep <list>', 'stages: captions that go on after each (default: 5,1)', listOf(1))
    .option('--samples <list>', 'stages: timesteps until the end of each (default: 50,500)', listOf(1))
    .option(
      '--prune <[name:]k>',
      'only the k captions that CLIP ranks first on an image, where there is one image',
    );
}

/**
 * The stopping rule of the flags.
 * @param analysis how errors become scores: the published rules look at the same errors.
 * @throws UsageError for flags of it that could have no effect, or the wrong one.
 */
export function stopOf(
  flags: StopFlags,
  scorers: readonly ScorerRequest[],
  analysis?: Analysis,
): Pick<ScoringOptions, 'stop'> {
  const { stop } = flags;
  checkUseful(flags);
  if (stop === 'none') return {};
  const models = scorers.filter(({ kind }) => kind === 'diffusion').length;
  if (models === 0)
    throw new UsageError({
      what: 'nothing can be stopped without a diffusion model',
      where: `--stop ${stop}`,
    });
  if (flags.calibration !== undefined && models > 1) {
    throw new UsageError({
      what: 'one calibration for several diffusion models',
      where: '--calibration',
      fix: 'Put a calibration.json into each model folder instead.',
    });
  }
  const request = requestOf(stop, flags);
  const reads = analysis && readsOf(analysis);
  return { stop: request.rule === 'sequential' || !reads ? request : { ...request, reads } };
}

/** What a published rule looks at: what is scored; undefined for its default, the model's own squared errors. */
function readsOf({ loss, errorSpace, weighting }: Analysis): RuleReads | undefined {
  if (loss === 'mse' && errorSpace === 'native' && !weighting) return undefined;
  return { loss, errorSpace, ...(weighting && { weighting }) };
}

function requestOf(rule: StopRequest['rule'], flags: StopFlags): StopRequest {
  const { alpha, calibration, least = DEFAULT_LEAST, timesteps } = flags;
  switch (rule) {
    case 'sequential':
      return {
        rule,
        alpha: alpha ?? DEFAULT_ALPHA[rule],
        ...(calibration !== undefined && { calibration }),
      };
    case 'ttest':
      return { rule, alpha: alpha ?? DEFAULT_ALPHA[rule], least };
    case 'stages':
      if (timesteps === undefined) {
        const { keep = DEFAULT_STAGES.keep, samples = DEFAULT_STAGES.samples } = flags;
        return { rule, keep, samples };
      }
      throw new UsageError({
        what: 'stages bring their own timesteps',
        where: '--timesteps',
        fix: 'Say how many with --samples, and leave out --timesteps.',
      });
  }
}

/** @throws UsageError for a flag of another rule. */
function checkUseful(flags: StopFlags): void {
  const own: readonly string[] = FLAGS_OF[flags.stop];
  for (const [rule, names] of Object.entries(FLAGS_OF)) {
    for (const name of names) {
      if (flags[name] === undefined || own.includes(name)) continue;
      const rules = Object.entries(FLAGS_OF).filter(([, others]) => others.some((other) => other === name));
      throw new UsageError({
        what: `--${name} has no use without --stop ${rules.map(([other]) => other).join(' or ') || rule}`,
        fix: 'Add it, or leave both.',
      });
    }
  }
}

/** What `--prune K` or `--prune NAME:K` asks for. @throws UsageError where it is not clear which scorer prunes. */
export function pruneOf(
  { prune }: StopFlags,
  scorers: readonly ScorerRequest[],
): Pick<ScoringOptions, 'prune'> {
  if (prune === undefined) return {};
  const where = `--prune ${prune}`;
  const [, name, count] = /^(?:([^:]+):)?(\d+)$/.exec(prune) ?? [];
  const keep = Number(count);
  if (count === undefined || keep < 1)
    throw new UsageError({
      what: 'cannot prune so',
      where,
      expected: 'a number of captions, as in 20 or clip:20',
    });
  if (!scorers.some(({ kind }) => kind === 'diffusion'))
    throw new UsageError({ what: 'nothing can be pruned without a diffusion model', where });
  const clips = scorers.filter(({ kind }) => kind === 'clip').map((scorer) => scorer.name);
  const by = name ?? (clips.length === 1 ? clips[0] : undefined);
  if (by !== undefined && clips.includes(by)) return { prune: { by, keep } };
  throw new UsageError({
    what:
      clips.length === 0
        ? 'captions are pruned by a CLIP scorer, and there is none'
        : 'say which CLIP scorer prunes',
    where,
    ...(clips.length > 0 && { expected: clips.map((clip) => `${clip}:${keep}`).join(' or ') }),
    ...(clips.length === 0 && { fix: 'Add one with --clip.' }),
  });
}
