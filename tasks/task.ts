import { createHash } from 'node:crypto';
import type { MetricName, ScoreMatrix } from '../src/metrics/score-matrix.ts';
import type { Example } from '../src/scoring/example.ts';

/** The task that is scored when none is named. */
export const DEFAULT_TASK = 'tiny-world';

/** Whether a task's images and captions may be passed on in reports and run folders. */
export const REDISTRIBUTION = ['free', 'limited', 'none'] as const;
export type Redistribution = (typeof REDISTRIBUTION)[number];

/** What was read of one image file when the task was loaded. */
export interface ImageFacts {
  sha256: string;
  width: number;
  height: number;
}

/** A number that a complete run should come near to. */
export interface Expected {
  /** Name or reference of the scorer that it is of; without it every scorer is compared. */
  scorer?: string | undefined;
  metric: MetricName;
  percent: number;
  /** Points that a result may lie away. */
  tolerance: number;
  source?: string | undefined;
}

/**
 * A metric of a task's own. It sees the scores and the truth of one example and nothing else, so it is as fair to every
 * scorer: right or wrong, or a value from 0 to 1; undefined where the example does not have it.
 */
export type TaskMetric = (matrix: ScoreMatrix) => boolean | number | undefined;

/** A named, versioned list of examples. */
export interface Task {
  name: string;
  version: string;
  title: string;
  license: string;
  redistribution: Redistribution;
  citation: string;
  /** Where it was read from, as a user would name it. */
  source: string;
  examples: readonly Example[];
  /** Per example, per image. */
  images: readonly (readonly ImageFacts[])[];
  /** Records that could not be read, when asked to go on without them. */
  failures: readonly { id: string; message: string }[];
  /** Names of the classes that captions 0, 1, … stand for: zero-shot classification. */
  classes?: readonly string[];
  /** Tags of fewer examples are left out of macro averages. @default 1 */
  leastPerTag?: number;
  /** What a user should know of the data as it was found. */
  warnings?: readonly string[];
  /** sha256 over all that can change a score: ids, captions, truths, image bytes. Tags and titles are not in it. */
  hash: string;
  /** The metrics to report; all that the examples' shapes have where absent. */
  metrics?: readonly MetricName[];
  /** By name; only tasks in code have any. */
  ownMetrics?: Readonly<Record<string, TaskMetric>>;
  expected?: readonly Expected[];
}

/** The hash of a task's examples; see `Task.hash`. */
export function hashExamples(
  examples: readonly Example[],
  images: readonly (readonly ImageFacts[])[],
): string {
  const hash = createHash('sha256');
  for (const [k, { id, captions, truth }] of examples.entries()) {
    hash.update(`${JSON.stringify([id, captions, truth, images[k]!.map((image) => image.sha256)])}\n`);
  }
  return hash.digest('hex');
}
