import type { ImageSource } from '../images/decode.ts';
import type { ClassNames } from '../models/labels.ts';

/** One record of a task: I images, C captions, and which of them belong together. */
export interface Example {
  /** Unique within the task; names the example in every file. */
  id: string;
  images: readonly ImageSource[];
  captions: readonly string[];
  /**
   * Per caption, the classes that it stands for by their names: for models that know classes and no sentences. Where
   * absent, they look for a name in the caption.
   */
  classes?: readonly (readonly ClassNames[])[];
  /** The pairs that are true; empty where nobody knows (an ad-hoc question). */
  truth: readonly (readonly [image: number, caption: number])[];
  /** All groups the example is counted in, e.g. Winoground's `collapsed_tag` and `tag`. */
  tags: readonly string[];
  /** Sets that are right only as a whole, by kind: `{ pair: 'mug and table' }`; see `setTallies`. */
  groups?: Readonly<Record<string, string>>;
}

/** The caption index under which the empty caption ∅ is stored. */
export const UNCONDITIONAL = -1;
