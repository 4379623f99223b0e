/** The form of `summary.json` and of `--json`; `docs/summary.schema.json` is made from it. */

import { z } from 'zod';
import { SCORE_LOSSES } from '../diffusion/denoising-error.ts';
import { metricNames } from '../metrics/score-matrix.ts';
import { FORMAT } from '../results/manifest.ts';
import { ERROR_SPACES } from '../scoring/error-space.ts';
import { readsSchema, STOP_RULES } from '../scoring/stop-rule.ts';
import { weightingSchema } from '../scoring/weighting.ts';
import { detailFields } from './details-schema.ts';

const fraction = z.number().min(0).max(1);
const count = z.number().int().min(0);

const metricSchema = z.object({
  score: fraction.describe('correct / count'),
  correct: count,
  count,
  chance: fraction.describe('what guessing would give on average over the examples counted'),
  pAboveChance: fraction.describe('one-sided exact test against guessing, each example by its own chance'),
  ci95: z.tuple([fraction, fraction]),
  interval: z.literal('wilson'),
  leastAboveChance: count
    .optional()
    .describe('least number right that is above chance, one-sided at 5 %; absent by tag, and where none is'),
});

const metricsSchema = z.partialRecord(z.enum(metricNames), metricSchema);

const stoppingSchema = z.object({
  rule: z.enum(STOP_RULES),
  alpha: fraction.optional().describe('absent for rules that test nothing'),
  reads: readsSchema
    .optional()
    .describe(
      "the errors that the rule looked at; squares in the model's own space, all timesteps alike, where absent",
    ),
  stopped: count.describe('examples that the rule ended before the plan did'),
  undecided: count.describe(
    'those of them with a metric that was given up: the full plan would hardly settle it either',
  ),
  left: count.describe('captions or images that left before their example did, over all examples'),
  evaluations: count.describe('what the examples done took'),
  fullPlan: count.describe('what they would have taken without the rule'),
});

const pruningSchema = z
  .object({
    by: z.string().describe('the CLIP scorer that ranked the captions'),
    keep: count.describe('captions of an image that were evaluated'),
    pruned: count.describe('captions that were not'),
    truthsPruned: count.describe('examples that are wrong because a true caption was not'),
  })
  .describe('of examples with one image');

const bankSchema = z.object({
  seed: z.number().int(),
  metrics: z.partialRecord(z.enum(metricNames), z.object({ score: fraction, correct: count, count })),
});

const banksSchema = z
  .object({
    banks: z.array(bankSchema),
    spread: z
      .partialRecord(z.enum(metricNames), fraction)
      .describe('standard deviation of a score between the banks'),
  })
  .describe(
    'scores by each noise bank alone, over the examples with the whole plan; `metrics` are of all together',
  );

const binsSchema = z
  .array(z.object({ lo: fraction, hi: fraction, count, confidence: fraction, accuracy: fraction }))
  .describe('a reliability diagram; empty bins are left out');

const probabilitiesSchema = z
  .object({
    temperature: z.number().positive().describe('T of softmax(score / T) over the captions of an image'),
    choices: count.describe('images with one true caption among several'),
    ece: fraction.describe('expected calibration error of the winning caption, ten bins, two folds'),
    brier: fraction,
    logLoss: z.number().min(0).describe('mean −ln p of the true caption, in nats, two folds'),
    uniformLogLoss: z.number().min(0).describe('the same for equal probabilities'),
    bins: binsSchema,
  })
  .describe('absent where a temperature has no meaning: few choices, or every one right');

const samplesSchema = z
  .object({
    choices: count.describe('images with one true caption among several, whose captions raced'),
    decided: count.describe('those where a t-test told the best caption from all others'),
    medianTrials: count,
    curve: z
      .object({ intercept: z.number(), slope: z.number() })
      .describe('p that the best caption is the true one = 1 / (1 + exp(−(intercept + slope · ln trials)))'),
    ece: fraction.describe('expected calibration error of p, ten bins, two folds'),
    brier: fraction,
    bins: binsSchema,
  })
  .describe(
    'trials until a decision as a confidence; absent where examples were stopped or pruned, or for few choices',
  );

const ownMetricSchema = z.object({
  mean: fraction.describe('over the examples that have it; a verdict counts as 0 or 1'),
  count,
  ci95: z.tuple([fraction, fraction]),
  interval: z
    .enum(['wilson', 'bca', 'percentile', 'degenerate'])
    .describe('wilson where it is right or wrong'),
  chance: fraction.describe('its mean on random scores without ties, by simulation'),
});

const scorerSchema = z.object({
  kind: z.enum(['diffusion', 'clip', 'classifier', 'external', 'imported']),
  primary: z
    .enum(['raw', 'normalized'])
    .describe('which scores `metrics` are from: normalized ones where the empty caption was evaluated'),
  metrics: metricsSchema,
  raw: metricsSchema.describe('the same from scores as they are'),
  byTag: z.record(z.string(), metricsSchema),
  undecided: count.describe('examples with a comparison so close that other numeric settings could turn it'),
  evaluations: count,
  maps: count.optional().describe('examples whose error maps are stored, of diffusion models'),
  stopping: stoppingSchema.optional(),
  pruning: pruningSchema.optional(),
  noiseBanks: banksSchema.optional().describe('where there are several'),
  probabilities: probabilitiesSchema.optional(),
  samplesToDecide: samplesSchema.optional(),
  ...detailFields(metricSchema),
  ownMetrics: z
    .record(z.string(), ownMetricSchema)
    .optional()
    .describe('metrics that the task brings as code, by name; computed when it is run, with this analysis'),
  seconds: z.number().min(0),
});

const comparisonSchema = z.object({
  a: z.string(),
  b: z.string(),
  metric: z.enum(metricNames),
  aOnly: count.describe('examples that only a has right, of those that both have done'),
  bOnly: count,
  difference: z
    .object({
      estimate: z.number().min(-1).max(1).describe("a's score minus b's"),
      ci95: z.tuple([z.number(), z.number()]),
      interval: z
        .enum(['bca', 'percentile', 'degenerate'])
        .describe(
          'paired bootstrap over examples; percentile where BCa has no finite correction, degenerate where all differ alike',
        ),
    })
    .optional()
    .describe('absent where fewer than two examples are shared'),
  test: z.literal('mcnemar-exact'),
  p: fraction,
  pHolm: fraction.describe("after Holm's correction over all comparisons of the summary"),
});

export const summarySchema = z.object({
  format: z.literal(FORMAT),
  version: z.string(),
  run: z.string().describe('the run folder'),
  identity: z.string().describe('sha256 of all that decides the scores'),
  complete: z.boolean().describe('whether every example of the task is done by every scorer'),
  examples: z.object({ done: count, failed: count, skipped: count }),
  task: z.object({ name: z.string(), version: z.string(), hash: z.string(), count }),
  analysis: z
    .object({
      loss: z.enum(SCORE_LOSSES),
      errorSpace: z.enum(ERROR_SPACES),
      weighting: weightingSchema.optional().describe('of the timesteps; uniform where absent'),
    })
    .describe('how stored errors were turned into scores'),
  numerics: count
    .optional()
    .describe(
      "in runs of several numeric settings, the place in run.json of the last session's: what is unfinished under it counts as not begun",
    ),
  scorers: z.record(z.string(), scorerSchema),
  comparisons: z.array(comparisonSchema),
  expected: z
    .array(
      z.object({
        scorer: z.string(),
        metric: z.enum(metricNames),
        expected: fraction,
        tolerance: fraction,
        source: z.string().optional(),
        got: fraction,
        agrees: z.boolean(),
      }),
    )
    .optional()
    .describe('numbers that the task says a run should come to, beside what it came to; of complete runs'),
  sha256: z
    .string()
    .optional()
    .describe('in summary.json: over the rest of it, as JSON with sorted keys and no white space'),
});

export type MetricSummary = z.infer<typeof metricSchema>;
export type MetricSummaries = z.infer<typeof metricsSchema>;
export type Details = Pick<ScorerSummary, 'ranking' | 'directions' | 'sets' | 'macro' | 'classification'>;
export type ScorerSummary = z.infer<typeof scorerSchema>;
export type SamplesToDecide = z.infer<typeof samplesSchema>;
export type Probabilities = z.infer<typeof probabilitiesSchema>;
export type Stopping = z.infer<typeof stoppingSchema>;
export type Pruning = z.infer<typeof pruningSchema>;
export type NoiseBanks = z.infer<typeof banksSchema>;
export type Comparison = z.infer<typeof comparisonSchema>;
export type OwnMetric = z.infer<typeof ownMetricSchema>;
export type Summary = z.infer<typeof summarySchema>;
/** Choices made after the evaluation: changing them needs no model. */
export type Analysis = Summary['analysis'];

/** The JSON Schema that is published as `docs/summary.schema.json`. */
export function summaryJsonSchema(): object {
  return z.toJSONSchema(summarySchema);
}
