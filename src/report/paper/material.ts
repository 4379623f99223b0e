/** The stored runs that the paper's comparisons are read from, and which scorer plays which part in them. */

import type { StoredRun } from '../../run/open-run.ts';

/** The parts of the paper's tables that a scorer can play. */
export const ROLES = ['synthetic', 'features', 'linear', 'diffusion', 'clip'] as const;
export type Role = (typeof ROLES)[number];

/** A scorer of a run with its name in tables. */
export interface Part {
  scorer: string;
  title: string;
}

/** A data set of the classification tables. */
export interface ClassSet {
  /** Heading of its column. */
  label: string;
  /** The zero-shot classifier beside the baselines. */
  zeroShot: StoredRun;
  /** The supervised diffusion classifier. */
  supervised: StoredRun;
}

/** Everything that the report is made of. */
export interface Material {
  /** Sets in Winoground's form, the trained look first. */
  swaps: readonly { label: string; run: StoredRun }[];
  /** The trained look first, the shifted one second. */
  sets: readonly ClassSet[];
  /** Scorers of the zero-shot runs. */
  parts: Readonly<Record<Role, Part>>;
  /** Classifiers trained on labelled images, in the supervised runs: what the supervised diffusion model is held against. */
  discriminative: readonly Part[];
  /** The class-conditional model in the supervised runs. */
  dit: Part;
}
