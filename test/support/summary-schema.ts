/** The contract of `summary.json` and `score --json`, written down once more than in `src/run/summary-schema.ts`, and stricter. */

import { z } from 'zod';

const fraction = z.number().min(0).max(1);
const count = z.number().int().min(0);
const metricName = z.enum(['text', 'image', 'group', 'groupMatch', 'accuracy']);

const metric = z
  .strictObject({
    score: fraction,
    correct: count,
    count: count.min(1),
    chance: fraction,
    pAboveChance: fraction,
    ci95: z.tuple([fraction, fraction]),
    interval: z.literal('wilson'),
    leastAboveChance: count.min(1).optional(),
  })
  .refine(
    ({ correct, pAboveChance, leastAboveChance: least }) =>
      least === undefined || correct >= least === pAboveChance <= 0.05,
    'the threshold and the test against chance disagree',
  )
  .refine(({ score, correct, count }) => score === correct / count, 'score is not correct / count')
  .refine(({ score, ci95: [lo, hi] }) => lo <= score && score <= hi, 'score lies outside its interval');

const metrics = z.partialRecord(metricName, metric);

const answers = z
  .strictObject({
    score: fraction,
    correct: count,
    count: count.min(1),
    chance: fraction,
    pAboveChance: fraction,
    leastAboveChance: count.min(1).optional(),
  })
  .refine(({ score, correct, count }) => score === correct / count, 'score is not correct / count');

const ranks = z.strictObject({
  queries: count.min(1),
  meanRank: z.number().min(1),
  meanRankChance: z.number().min(1),
  reciprocalRank: z.strictObject({ score: fraction, chance: fraction }),
  recall: z.array(answers.safeExtend({ k: count.min(1) })).min(1),
});

const classes = z
  .strictObject({
    classes: z.array(z.strictObject({ name: z.string(), count, correct: count })).min(1),
    meanPerClass: fraction,
    confusion: z.array(z.tuple([count, z.number().int().min(-1), count.min(1)])),
  })
  .refine(
    ({ classes, confusion }) =>
      classes.every(
        ({ count }, k) => count === confusion.reduce((sum, [truth, , n]) => sum + (truth === k ? n : 0), 0),
      ),
    'rows of the confusion matrix do not add up to the classes',
  );

const scorer = z.strictObject({
  kind: z.enum(['diffusion', 'clip', 'external', 'imported']),
  primary: z.enum(['raw', 'normalized']),
  metrics,
  raw: metrics,
  byTag: z.record(z.string(), metrics),
  undecided: count,
  evaluations: count,
  maps: z.number().int().positive().optional(),
  stopping: z
    .strictObject({
      rule: z.enum(['sequential', 'ttest', 'stages']),
      alpha: z.number().gt(0).lt(1).optional(),
      reads: z
        .strictObject({
          loss: z.enum(['mse', 'mae', 'huber', 'l2norm']),
          errorSpace: z.enum(['native', 'epsilon', 'x0']),
          weighting: z.unknown().optional(),
        })
        .optional(),
      stopped: count,
      undecided: count,
      left: count,
      evaluations: count,
      fullPlan: count,
    })
    .refine(({ rule, alpha }) => (rule === 'stages') === (alpha === undefined), 'a level without tests')
    .refine(({ undecided, stopped }) => undecided <= stopped, 'more undecided than stopped')
    .refine(({ evaluations, fullPlan }) => evaluations <= fullPlan, 'more evaluations than the full plan has')
    .optional(),
  probabilities: z
    .strictObject({
      temperature: z.number().positive(),
      choices: count,
      ece: fraction,
      brier: fraction,
      logLoss: z.number().min(0),
      uniformLogLoss: z.number().min(0),
      bins: z.array(
        z.strictObject({ lo: fraction, hi: fraction, count, confidence: fraction, accuracy: fraction }),
      ),
    })
    .refine(
      ({ choices, bins }) => choices === bins.reduce((sum, bin) => sum + bin.count, 0),
      'bins do not hold all choices',
    )
    .optional(),
  pruning: z
    .strictObject({ by: z.string(), keep: count.min(1), pruned: count, truthsPruned: count })
    .refine(({ pruned, truthsPruned }) => truthsPruned <= pruned, 'more truths pruned than captions')
    .optional(),
  noiseBanks: z
    .strictObject({
      banks: z
        .array(
          z.strictObject({
            seed: count,
            metrics: z.partialRecord(
              metricName,
              z
                .strictObject({ score: fraction, correct: count, count: count.min(1) })
                .refine(
                  ({ score, correct, count }) => score === correct / count,
                  'score is not correct / count',
                ),
            ),
          }),
        )
        .min(2),
      spread: z.partialRecord(metricName, z.number().min(0).max(1)),
    })
    .optional(),
  samplesToDecide: z
    .strictObject({
      choices: count,
      decided: count,
      medianTrials: count,
      curve: z.strictObject({ intercept: z.number(), slope: z.number() }),
      ece: fraction,
      brier: fraction,
      bins: z.array(
        z.strictObject({ lo: fraction, hi: fraction, count, confidence: fraction, accuracy: fraction }),
      ),
    })
    .refine(
      ({ choices, bins }) => choices === bins.reduce((sum, bin) => sum + bin.count, 0),
      'bins do not hold all choices',
    )
    .refine(({ decided, choices }) => decided <= choices, 'more decided than choices')
    .optional(),
  ranking: z.strictObject({ captions: ranks.optional(), images: ranks.optional() }).optional(),
  directions: z
    .strictObject({
      imageToText: answers.optional(),
      textToImage: answers.optional(),
      images: z.array(answers).optional(),
      captions: z.array(answers).optional(),
      truths: z.array(answers).optional(),
    })
    .optional(),
  sets: z.record(z.string(), metrics).optional(),
  macro: z
    .record(
      z.string(),
      z.partialRecord(
        metricName,
        z.strictObject({ score: fraction, chance: fraction, tags: count.min(1), leftOut: count }),
      ),
    )
    .optional(),
  classification: classes.optional(),
  ownMetrics: z
    .record(
      z.string(),
      z
        .strictObject({
          mean: fraction,
          count: count.min(1),
          ci95: z.tuple([fraction, fraction]),
          interval: z.enum(['wilson', 'bca', 'percentile', 'degenerate']),
          chance: fraction,
        })
        .refine(({ mean, ci95: [lo, hi] }) => lo <= mean && mean <= hi, 'mean outside its interval'),
    )
    .optional(),
  seconds: z.number().min(0),
});

export const summarySchema = z.strictObject({
  format: z.literal(1),
  version: z.string().regex(/^\d+\.\d+\.\d+/),
  run: z.string().min(1),
  identity: z.string().regex(/^[0-9a-f]{64}$/),
  complete: z.boolean(),
  numerics: z.number().int().min(0).optional(),
  examples: z.strictObject({ done: count, failed: count, skipped: count }),
  task: z.strictObject({
    name: z.string(),
    version: z.string(),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    count,
  }),
  analysis: z.strictObject({
    loss: z.enum(['mse', 'mae', 'huber', 'l2norm']),
    errorSpace: z.enum(['native', 'epsilon', 'x0']),
    weighting: z
      .union([z.literal('clark2023'), z.looseObject({ kind: z.literal('timestep-weights') })])
      .optional(),
  }),
  scorers: z.record(z.string(), scorer),
  expected: z
    .array(
      z
        .strictObject({
          scorer: z.string(),
          metric: metricName,
          expected: fraction,
          tolerance: fraction,
          source: z.string().optional(),
          got: fraction,
          agrees: z.boolean(),
        })
        .refine(
          ({ expected, got, tolerance, agrees }) => agrees === Math.abs(expected - got) <= tolerance + 1e-8,
          'agreement is not what the numbers say',
        ),
    )
    .optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  comparisons: z.array(
    z.strictObject({
      a: z.string(),
      b: z.string(),
      metric: metricName,
      aOnly: count,
      bOnly: count,
      difference: z
        .strictObject({
          estimate: z.number().min(-1).max(1),
          ci95: z.tuple([z.number(), z.number()]),
          interval: z.enum(['bca', 'percentile', 'degenerate']),
        })
        .refine(
          ({ estimate, ci95: [lo, hi] }) => lo <= estimate && estimate <= hi,
          'estimate outside its interval',
        )
        .optional(),
      test: z.literal('mcnemar-exact'),
      p: fraction,
      pHolm: fraction,
    }),
  ),
});
