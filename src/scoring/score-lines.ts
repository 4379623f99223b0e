/** Scores of other programs as lines `{"label":"<id>_c0_i0","score":x}`, the form of Winoground's own score files. */

import { readFileSync } from 'node:fs';
import { InputError, messageOf } from '../errors.ts';

/** The label of a pair. Ids may contain underscores: the last two parts are caption and image. */
export function pairLabel(id: string, image: number, caption: number): string {
  return `${id}_c${caption}_i${image}`;
}

/**
 * Reads such a file to the letter. A score may be null, which counts as NaN: it never wins.
 * @returns scores by label, in the order of the file.
 * @throws InputError naming the first line that is no score, or that gives a pair a second one.
 */
export function readScoreLines(path: string): Map<string, number> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError({ what: 'cannot read the scores', where: path, got: messageOf(error) });
  }
  return parseScoreLines(text, path);
}

/** `readScoreLines` of a text; `path` is for errors. */
export function parseScoreLines(text: string, path: string): Map<string, number> {
  const scores = new Map<string, number>();
  for (const [k, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '') continue;
    const { label, score } = parseLine(line, `${path}, line ${k + 1}`);
    if (scores.has(label)) {
      throw new InputError({
        what: 'a pair has two scores',
        where: `${path}, line ${k + 1}`,
        got: `"${label}"`,
      });
    }
    scores.set(label, score);
  }
  if (scores.size === 0) throw new InputError({ what: 'the file holds no score', where: path });
  return scores;
}

function parseLine(line: string, where: string): { label: string; score: number } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new InputError({ what: 'a line is not JSON', where, got: messageOf(error) });
  }
  const { label, score } = (value ?? {}) as { label?: unknown; score?: unknown };
  const isScore = typeof score === 'number' || score === null;
  if (typeof label === 'string' && /^.+_c\d+_i\d+$/s.test(label) && isScore)
    return { label, score: score ?? Number.NaN };
  throw new InputError({ what: 'a line is no score', where, expected: '{"label":"<id>_c0_i0","score":x}' });
}
