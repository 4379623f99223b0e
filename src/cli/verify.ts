/** `winoscope verify`: the published per-example scores must give the published numbers. */

import { WINOGROUND_REPO } from '../../tasks/winoground/names.ts';
import { publishedScores, SCORE_FILES } from '../../tasks/winoground/published.ts';
import { InputError } from '../errors.ts';
import { visible } from '../report/format.ts';
import { columns } from '../report/table.ts';
import { findScoreFiles, PUBLISHED_METRICS, type VerifiedFile, verifyFile } from '../run/verify-published.ts';
import { findData } from './find-data.ts';
import { printJson } from './output.ts';
import type { VerifyFlags } from './verify-command.ts';

/** Carries out `winoscope verify`; exit code 3 where a score differs or a file cannot be judged. */
export async function verify({ data, offline = false, json, quiet = false }: VerifyFlags): Promise<void> {
  const found = await findData(data ?? WINOGROUND_REPO, [[`${SCORE_FILES}/*.jsonl`]], { offline, quiet });
  const published = publishedScores();
  const files: VerifiedFile[] = [];
  const failures: { file: string; message: string }[] = [];
  for (const path of findScoreFiles(found.folder)) {
    try {
      files.push(verifyFile(path, published));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      failures.push({ file: path, message: error.message });
    }
  }
  const absent = Object.keys(published.models).filter((model) => !files.some((file) => file.model === model));
  const differ = files.filter(({ equal }) => equal === false).length;
  const equal = files.filter((file) => file.equal).length;
  // Nothing compared is nothing verified.
  if (differ > 0 || failures.length > 0 || equal === 0) process.exitCode = 3;
  if (json) {
    printJson({ source: published.source, data: found.source, equal, differ, absent, files, failures });
    return;
  }
  const head = ['', 'n', ...PUBLISHED_METRICS, ''];
  const rows = files.map(({ name, examples, correct, published: printed, equal }) => [
    visible(name),
    `${examples}`,
    ...PUBLISHED_METRICS.map((metric) => {
      const score = ((100 * correct[metric]) / examples).toFixed(2);
      return !printed || equal ? score : `${score} (published ${printed[metric].toFixed(2)})`;
    }),
    equal === undefined ? 'nothing published' : equal ? 'equal' : 'DIFFERENT',
  ]);
  const lines = [
    `Scores recomputed from the score files in ${visible(found.source)}, percent right.`,
    `Published: ${published.source}.`,
    '',
    ...columns([head, ...rows]),
    '',
    `${equal} of ${files.length + failures.length} files give the published scores${differ > 0 ? `, ${differ} others` : ''}.`,
    ...(absent.length > 0 ? [`No file for ${absent.join(', ')}.`] : []),
    ...failures.map(({ message }) => `Not judged: ${visible(message)}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
