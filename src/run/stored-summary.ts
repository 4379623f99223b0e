/** `summary.json`: the summary with its checksum. */

import { existsSync, readFileSync } from 'node:fs';
import { ResultsError } from '../errors.ts';
import { type RunFolder, writeAtomically } from '../results/run-folder.ts';
import { sealedFile, unsealObject } from '../results/seal.ts';
import type { Summary } from './summary-schema.ts';

/** Replaces the run's summary. @throws ResultsError where it cannot be written. */
export function writeSummary(folder: RunFolder, summary: Summary): void {
  writeAtomically(folder.summaryFile, sealedFile(summary));
}

/**
 * The summary as the last session left it; undefined where there is none.
 * @throws ResultsError where it is damaged.
 */
export function readSummary(folder: RunFolder): Summary | undefined {
  if (!existsSync(folder.summaryFile)) return undefined;
  const fix = 'Run the same `winoscope score` again to write it anew.';
  const where = folder.summaryFile;
  let read: ReturnType<typeof unsealObject>;
  try {
    read = unsealObject(JSON.parse(readFileSync(where, 'utf8')));
  } catch (cause) {
    throw new ResultsError({ what: 'the run summary is damaged', where, fix, cause });
  }
  if (!read.fits)
    throw new ResultsError({
      what: 'the run summary is damaged',
      where,
      got: 'its checksum does not fit',
      fix,
    });
  return read.value as Summary;
}
