import type { ImageSource } from '../images/decode.ts';

/** One record of a task: I images, C captions, and which of them belong together. */
export interface Example {
  /** Unique within the task; names the example in every file. */
  id: string;
  images: readonly ImageSource[];
  captions: readonly string[];
  /** The pairs that are true; empty where nobody knows (an ad-hoc question). */
  truth: readonly (readonly [image: number, caption: number])[];
  /** All groups the example is counted in, e.g. Winoground's `collapsed_tag` and `tag`. */
  tags: readonly string[];
  /** Sets that are right only as a whole, by kind: `{ pair: 'mug and table' }`; see `setTallies`. */
  groups?: Readonly<Record<string, string>>;
}

/** The caption index under which the empty caption ∅ is stored. */
export const UNCONDITIONAL = -1;
