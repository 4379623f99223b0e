/** A task in code. Running one runs whatever its file says: only name files that you would run with Node as well. */

import type { MetricName } from '../src/metrics/score-matrix.ts';
import type { Expected, Redistribution, TaskMetric } from './task.ts';

/** An example as a task in code gives it. */
export interface TaskExample {
  /** Unique within the task. */
  id: string | number;
  /** Files, relative to the module unless absolute; addresses of files; or encoded bytes with a name for messages. */
  images: readonly (string | URL | { bytes: Uint8Array; name: string })[];
  captions: readonly string[];
  /** True pairs, counted from 0; image k belongs to caption k where they are left out. */
  truth?: readonly (readonly [image: number, caption: number])[];
  tags?: readonly string[];
  /** Sets that belong together, by kind. */
  groups?: Readonly<Record<string, string>>;
}

/** Where `load` may look. */
export interface LoadContext {
  /** The folder that the module lies in. */
  folder: string;
}

/** What `defineTask` takes. */
export interface TaskDefinition {
  /** Letters, digits, ".", "_" and "-": it names run folders. */
  name: string;
  version?: string;
  title?: string;
  license?: string;
  redistribution?: Redistribution;
  citation?: string;
  /** Gives the examples, one after the other; called once per run. */
  load(context: LoadContext): AsyncIterable<TaskExample> | Iterable<TaskExample>;
  /** Metrics to report; all that the shapes have where left out. */
  metrics?: readonly MetricName[];
  /** Metrics of its own, by name: they see the scores and the truth of one example, nothing else. */
  ownMetrics?: Readonly<Record<string, TaskMetric>>;
  expected?: readonly Expected[];
}

/** Gives a definition back, typed: `export default defineTask({ … })`. What is wrong with it is said when it is run. */
export function defineTask(definition: TaskDefinition): TaskDefinition {
  return definition;
}
