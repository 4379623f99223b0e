import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  pairLabel,
  parseScores,
  readFinalScores,
  readScoreSegment,
  scoreLines,
  scoresOf,
} from '../../src/results/score-files.ts';
import { sealLines } from '../../src/results/seal.ts';
import { temporaryFolder } from '../temporary.ts';

/** Scores in lines, whatever else is in them. */
const readScores = (text: string) => parseScores(text.split('\n'));

function fileOf(text: string): string {
  const path = join(temporaryFolder(), 'scores.jsonl');
  writeFileSync(path, text);
  return path;
}

describe('score files', () => {
  test('have Winoground’s form, caption before image in the label', () => {
    expect(
      scoreLines('17', [
        [0.5, 1],
        [-2, 3e-20],
      ]),
    ).toBe(
      '{"label":"17_c0_i0","score":0.5}\n{"label":"17_c1_i0","score":1}\n' +
        '{"label":"17_c0_i1","score":-2}\n{"label":"17_c1_i1","score":3e-20}\n',
    );
  });

  test('are read whatever their order, spaces and further fields', () => {
    const text = '{"score": 2, "label": "a_c1_i0", "model": "x"}\r\n\n{"label":"a_c0_i0","score":1}';
    expect(scoresOf(readScores(text), 'a', { images: 1, captions: 2 })).toEqual([[1, 2]]);
  });

  test('pass over lines that are torn or no scores', () => {
    const text = '[1]\nnull\n{"label":"a_c0_i0","score":"1"}\n{"label":3,"score":1}\n{"label":"b_c0_i0","sco';
    expect(readScores(text)).toEqual(new Map());
  });

  test('a NaN is written as null and comes back as NaN, not as missing', () => {
    const lines = scoreLines('a', [[Number.NaN, 1]]);
    expect(lines).toContain('"score":null');
    expect(scoresOf(readScores(lines), 'a', { images: 1, captions: 2 })).toEqual([[Number.NaN, 1]]);
  });

  test('a file that is not there has none', () => {
    expect(readFinalScores(join(temporaryFolder(), 'none.jsonl')).size).toBe(0);
  });

  test('a matrix with a pair missing is none; a score of zero is not missing', () => {
    const scores = new Map([
      ['a_c0_i0', 0],
      ['a_c1_i0', 1],
      ['a_c0_i1', 2],
    ]);
    expect(scoresOf(scores, 'a', { images: 2, captions: 2 })).toBeUndefined();
    expect(scoresOf(scores, 'a', { images: 1, captions: 2 })).toEqual([[0, 1]]);
    expect(scoresOf(scores, 'b', { images: 1, captions: 1 })).toBeUndefined();
  });

  test('keep every digit and every id, torn or not', () => {
    const example = fc.record({
      id: fc.string({ minLength: 1 }),
      scores: fc
        .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
        .chain(([images, captions]) =>
          fc.array(
            // JSON has no −0.
            fc.array(
              fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0 || 0),
              {
                minLength: captions,
                maxLength: captions,
              },
            ),
            { minLength: images, maxLength: images },
          ),
        ),
    });
    const folder = temporaryFolder();
    fc.assert(
      fc.property(
        fc.uniqueArray(example, { selector: ({ id }) => id, minLength: 1, maxLength: 4 }),
        (examples) => {
          const path = join(folder, 'scores.jsonl');
          const text = examples.map(({ id, scores }) => scoreLines(id, scores)).join('');
          writeFileSync(path, examples.map(({ id, scores }) => sealLines(scoreLines(id, scores))).join(''));
          const { scores: stored, whole } = readScoreSegment(path);
          expect(whole).toBe(true);
          for (const { id, scores } of examples) {
            expect(scoresOf(stored, id, { images: scores.length, captions: scores[0]!.length })).toEqual(
              scores,
            );
          }
          expect(readScores(text.slice(0, -2)).size).toBe(stored.size - 1);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('labels of different pairs differ, even where ids look like labels', () => {
    const labels = [
      pairLabel('a', 0, 0),
      pairLabel('a_c0_i0', 0, 0),
      pairLabel('a', 0, 1),
      pairLabel('a', 1, 0),
    ];
    expect(labels).toEqual(['a_c0_i0', 'a_c0_i0_c0_i0', 'a_c1_i0', 'a_c0_i1']);
  });
});

describe('one flipped bit', () => {
  const pieces = ['a', 'b', 'c'].map((id, k) => sealLines(scoreLines(id, [[k / 3, -k]])));

  test('costs the piece of a segment that it lies in, and is told', () => {
    const bytes = Buffer.from(pieces.join(''));
    for (let byte = 0; byte < bytes.length; byte++) {
      const flipped = Buffer.from(bytes);
      flipped[byte]! ^= 1 << (byte % 7);
      const { scores, whole } = readScoreSegment(fileOf(flipped.toString('latin1')));
      expect(whole, `byte ${byte}`).toBe(false);
      const kept = [...scores].map(([label, score]) => `${label} ${score}`);
      expect([
        'a_c0_i0 0',
        'a_c1_i0 0',
        'b_c0_i0 0.3333333333333333',
        'b_c1_i0 -1',
        'c_c0_i0 0.6666666666666666',
        'c_c1_i0 -2',
      ]).toEqual(expect.arrayContaining(kept));
    }
  });

  test('or a lost line makes a final file one that is refused', () => {
    const text = sealLines(pieces.map((piece) => piece.replace(/,"sha256":"[0-9a-f]*"/, '')).join(''));
    expect(readFinalScores(fileOf(text)).size).toBe(6);
    for (let byte = 0; byte < text.length; byte++) {
      const flipped = Buffer.from(text);
      flipped[byte]! ^= 1 << (byte % 7);
      if (byte === text.length - 1) continue; // the last line's end: nothing hangs on it
      expect(() => readFinalScores(fileOf(flipped.toString('latin1'))), `byte ${byte}`).toThrow('damaged');
    }
    const lines = text.split('\n');
    for (const [k] of lines.slice(0, -1).entries())
      expect(
        () => readFinalScores(fileOf(lines.filter((_, j) => j !== k).join('\n'))),
        `without line ${k}`,
      ).toThrow('damaged');
  });
});
