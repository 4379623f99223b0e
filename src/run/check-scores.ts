import { InputError } from '../errors.ts';
import type { Example } from '../scoring/example.ts';
import { importedScores } from '../scoring/imported-scorer.ts';
import { readScoreFile } from '../scoring/score-tables.ts';
import type { Findings } from './preflight.ts';

/**
 * Checks that a file has scores of the given examples.
 * @throws InputError where it is of another task, or at the first example without scores unless such are skipped.
 */
export function checkScores(examples: readonly Example[], path: string, skip: boolean): Findings {
  const stored = readScoreFile(path);
  const findings: Findings = { warnings: [], failures: new Map() };
  for (const [k, example] of examples.entries()) {
    const missing = importedScores(stored, example);
    if (typeof missing !== 'string') continue;
    const error = new InputError({
      what: 'the score file lacks a pair',
      where: path,
      got: `no score of "${missing}"`,
    });
    findings.failures.set(k, error.message);
    if (!skip) throw error;
  }
  if (examples.length > 0 && findings.failures.size === examples.length) {
    throw new InputError({
      what: 'the score file is of another task',
      where: path,
      expected: `labels like "${examples[0]!.id}_c0_i0"`,
      got: `"${[...stored.keys()][0]}"`,
    });
  }
  return findings;
}
