/** What `task check` found: problems with their places, and facts about the probe. */

/** Kinds of problems, so that scripts can tell them apart. */
export type ProblemKind =
  | 'record' // cannot be read
  | 'image' // missing, unreadable, or out of bounds
  | 'task-file'
  | 'duplicate-image'
  | 'near-duplicate-image'
  | 'equal-captions'
  | 'long-caption'
  | 'truth'
  | 'tags'
  | 'unused-image'
  | 'odd-image' // read otherwise than viewers show it
  | 'domain'
  | 'licence';

export interface Problem {
  /** Errors keep a probe, or a record of it, from being scored. */
  level: 'error' | 'warning';
  kind: ProblemKind;
  /** File, and line or row where there is one. */
  where: string;
  /** Id of the example. */
  id?: string;
  message: string;
}

/** Numbers about a probe. */
export interface ProbeFacts {
  name: string;
  examples: number;
  /** Count by shape, as `2 x 2` (images x captions). */
  shapes: Record<string, number>;
  images: number;
  tags: Record<string, number>;
  groups: number;
  /** Examples with several captions, and those of them whose captions all hold the same words. */
  sameWords: { of: number; count: number };
  metrics: string[];
  license: string;
  redistribution: string;
}

export interface CheckReport {
  folder: string;
  problems: Problem[];
  /** Absent where the task file itself cannot be read. */
  facts?: ProbeFacts;
  /** How long captions were measured. */
  captionsMeasured: string;
  /** Examples that the embedded models cannot know; absent where other models were named. */
  outsideWorld?: number;
}
