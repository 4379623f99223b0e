/** Whether a run that is not the whole task is what was asked for, as far as its folder tells. */

import type { Manifest } from '../results/manifest.ts';
import { readStoredText } from '../results/read-stored-text.ts';
import type { RunFolder } from '../results/run-folder.ts';
import { readExamples } from '../results/stored-examples.ts';
import { selectedBy } from '../run/divisions.ts';
import type { Summary } from '../run/summary-schema.ts';

/**
 * `part`: every example that any session selected is done or was left out; `interrupted`: the last one did not come to
 * its end; `resumable`: sessions selected different examples and some are missing, so nobody can tell whose.
 * @throws ResultsError where the examples are damaged.
 */
export function partState(
  folder: RunFolder,
  { sessions }: Manifest,
  { examples: { done, failed } }: Pick<Summary, 'examples'>,
): 'part' | 'interrupted' | 'resumable' {
  if (folder.hasSegments()) return 'interrupted';
  if (sessions.length === 0) return 'resumable';
  const examples = readExamples(readStoredText(folder.examplesFile), folder.examplesFile);
  const selections = sessions.map((session) => selectedBy(session, examples));
  const all = new Set(selections.flat());
  if (done + failed >= all.size) return 'part';
  return selections.at(-1)!.length === all.size ? 'interrupted' : 'resumable';
}
