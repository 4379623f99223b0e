/** A table of a probe's examples for somebody's verdict on each: tab-separated, for an editor or a spreadsheet. */

import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { InputError, messageOf } from '../src/errors.ts';
import { sourceName } from '../src/images/decode.ts';
import type { FoundExample } from './probe-folder.ts';
import { readUtf8 } from './read-text.ts';

const HEAD = ['keep', 'id', 'true', 'images', 'captions'];

/** Writes the table, each verdict still open. @throws InputError where it cannot be written. */
export function writeReview(path: string, folder: string, examples: readonly FoundExample[]): void {
  const rows = examples.map(({ example: { id, images, captions, truth } }) => [
    '?',
    id,
    truth.map(([image, caption]) => (images.length > 1 ? `${image}: ` : '') + captions[caption]).join(' | '),
    images.map((source) => relative(folder, sourceName(source))).join(' | '),
    captions.join(' | '),
  ]);
  const cell = (text: string) => text.replace(/[\t\r\n]+/g, ' ');
  try {
    writeFileSync(path, [HEAD, ...rows].map((row) => `${row.map(cell).join('\t')}\n`).join(''), {
      flag: 'wx',
    });
  } catch (error) {
    throw new InputError({
      what: 'cannot write the table',
      where: path,
      got: messageOf(error),
      fix: 'Choose another --write-review.',
    });
  }
}

/**
 * Ids whose verdict is y.
 * @throws InputError where it cannot be read, a verdict is neither y nor n, or an example has none.
 */
export function readReview(path: string, ids: readonly string[]): Set<string> {
  let text: string;
  try {
    text = readUtf8(path, 'cannot read the table');
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError({ what: 'cannot read the table', where: path, got: messageOf(error) });
  }
  const verdicts = new Map<string, boolean>();
  for (const [k, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith(HEAD.slice(0, 2).join('\t'))) continue;
    const [verdict = '', id = ''] = line.split('\t').map((cell) => cell.trim());
    const isKept = /^(y|yes|1|true)$/i.test(verdict);
    if (!isKept && !/^(n|no|0|false)$/i.test(verdict)) {
      throw new InputError({
        what: 'a verdict is missing',
        where: `${path}, line ${k + 1}`,
        expected: 'y to keep the example or n to leave it out, in the first column',
        got: verdict === '' ? 'nothing' : `"${verdict}"`,
      });
    }
    verdicts.set(id, isKept);
  }
  const lacking = ids.find((id) => !verdicts.has(id));
  if (lacking !== undefined)
    throw new InputError({ what: `the table has no verdict on the example "${lacking}"`, where: path });
  return new Set(ids.filter((id) => verdicts.get(id)));
}
