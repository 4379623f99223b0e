import { readFileSync } from 'node:fs';
import { withFiles } from '../errors.ts';

/** A file of a run as text. @throws ResultsError where it cannot be read. */
export function readStoredText(path: string): string {
  return withFiles({ what: 'cannot read a file of the run', where: path }, () => readFileSync(path, 'utf8'));
}
