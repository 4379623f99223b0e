/** The form of what `winoscope paper` finds: tables and curves as the paper has them, and what holds of its findings. */

import type { RobustnessReport } from '../robustness.ts';
import type { Part } from '../tables.ts';

/** A share of examples with its 95 % Wilson interval, or a plain number or words. */
export type PaperCell =
  | { correct: number; count: number; score: number; ci95: readonly [number, number] }
  | { text: string };

/** A row of a table, and what the paper printed for its own models on its own data. */
export interface PaperRow {
  name: string;
  cells: readonly (PaperCell | undefined)[];
  published?: string;
}

export interface PaperTable {
  id: string;
  title: string;
  /** Where the paper has it, as in `Table 1`. */
  counterpart: string;
  /** The first names the rows. */
  head: readonly string[];
  rows: readonly PaperRow[];
  /** What the numbers that the paper printed are of; they stand in a last column, apart from what is measured here. */
  publishedHead?: string;
  notes: readonly string[];
}

/** One line of a figure: shares right at places of the x axis. */
export interface PaperLine {
  name: string;
  points: readonly { x: number; correct: number; count: number }[];
}

export interface PaperFigure {
  id: string;
  title: string;
  counterpart: string;
  /** The x axis in words. */
  x: string;
  /** Whether x is laid out by its logarithm. */
  isLog: boolean;
  lines: readonly PaperLine[];
  notes: readonly string[];
}

/** How a finding of the paper fared. */
export type Holds = 'holds' | 'does not hold' | 'undecided';

export interface PaperFinding {
  /** What the paper says, in our words. */
  claim: string;
  /** The set that it was looked at on. */
  on: string;
  counterpart: string;
  holds: Holds;
  /** What was measured, in a sentence. */
  measured: string;
}

/** A run that the report rests on. */
export interface PaperRun {
  name: string;
  folder: string;
  task: string;
  identity: string;
  /** The command that repeats it alone. */
  command: string;
  evaluations: number;
  seconds: number;
}

export interface PaperReport {
  format: 1;
  kind: 'paper';
  version: string;
  /** Whether it was made on fewer examples or trials than it is meant for. */
  reduced: boolean;
  findings: readonly PaperFinding[];
  tables: readonly PaperTable[];
  figures: readonly PaperFigure[];
  /** Effective robustness: the figure's report, and the same as tables. */
  effective: RobustnessReport;
  robustness?: readonly Part[];
  runs: readonly PaperRun[];
}
