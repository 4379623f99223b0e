import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { csvRow, parseCsv, unguarded } from '../../src/scoring/csv.ts';
import { readScoreFile } from '../../src/scoring/score-tables.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const path = join(temporaryFolder(), 'scores');

function read(contents: string): Record<string, number> {
  writeFileSync(path, contents);
  return Object.fromEntries(readScoreFile(path));
}

describe('the three forms of a file of scores', () => {
  const expected = { '7_c0_i0': 1, '7_c0_i1': 2, '7_c1_i0': 3.5, '7_c1_i1': -4e-3 };

  test('lines', () => {
    const lines = Object.entries(expected).map(([label, score]) =>
      JSON.stringify({ label, score, trials: 3 }),
    );
    expect(read(lines.join('\n'))).toEqual(expected);
  });

  test('a plain table, its columns in any order and with others', () => {
    expect(read('example,image,caption,score\n7,0,0,1\n7,1,0,2\n7,0,1,3.5\n7,1,1,-4e-3\n')).toEqual(expected);
    expect(
      read(
        '\uFEFFscore,note,caption,image,example\r\n1,"a, b",0,0,7\r\n2,,0,1,7\r\n3.5,,1,0,7\r\n-.4e-2,,1,1,7',
      ),
    ).toEqual(expected);
  });

  test("VisMin's table, T being the caption", () => {
    expect(read('id,T0_I0,T0_I1,T1_I0,T1_I1\n7,1,2,3.5,-0.004\n')).toEqual(expected);
  });

  test('what stands for no number and for no bound', () => {
    expect(read('id,T0_I0,T0_I1,T1_I0,T1_I1\n7,,NaN,inf,-Infinity\n')).toEqual({
      '7_c0_i0': Number.NaN,
      '7_c0_i1': Number.NaN,
      '7_c1_i0': Number.POSITIVE_INFINITY,
      '7_c1_i1': Number.NEGATIVE_INFINITY,
    });
  });

  test('ids may hold commas, quotes and line ends', () => {
    expect(read('example,image,caption,score\n"a ""b"", c\nd",0,0,1\n')).toEqual({ 'a "b", c\nd_c0_i0': 1 });
  });
});

describe('what is no file of scores is refused with its line', () => {
  test.each([
    ['id,score\n7,1\n', /line 1 .*columns example,image,caption,score.*got id,score/],
    ['example,image,caption,score\n', /holds no score/],
    ['', /holds no score/],
    [
      'example,image,caption,score\n7,0,0,much\n',
      /line 2 .*a score is no number|a score is no number: .*line 2.*"much"/,
    ],
    ['example,image,caption,score\n7,0,0,0x10\n', /a score is no number/],
    ['example,image,caption,score\n7,-1,0,1\n', /column "image" is no place: .*line 2/],
    ['example,image,caption,score\n7,0,a dog,1\n', /column "caption" is no place/],
    ['example,image,caption,score\n,0,0,1\n', /names no example/],
    ['example,image,caption,score\n7,0,0\n', /ends before its score/],
    ['example,image,caption,score\n7,0,0,1\n7,0,0,2\n', /two scores: .*line 3.*"7_c0_i0"/],
    ['id,T0_I0,T0_I1\n7,1\n', /ends before its score: .*line 2/],
    ['example,image,caption,score\n"7,0,0,1\n', /quote of the table is never closed: .*line 2/],
    ['example,image,caption,score\n"7"x,0,0,1\n', /goes on after its quote/],
    ['{"label":"7_c0_i0"}\n', /a line is no score/],
  ])('%j', (contents, message) => {
    expect(() => read(contents)).toThrow(message);
  });

  test('any text is read or refused, never a crash', () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom('0', '1', '', '"', ',', '\n', 'NaN', '1e3'));
    const tables = fc
      .tuple(
        fc.constantFrom('example,image,caption,score', 'id,T0_I0,T0_I1,T1_I0,T1_I1', '{', ''),
        fc.array(fc.array(cell, { maxLength: 6 }).map((cells) => cells.join(','))),
      )
      .map(([head, rows]) => [head, ...rows].join('\n'));
    fc.assert(
      fc.property(fc.oneof(fc.string(), tables), (contents) => {
        try {
          expect(Object.keys(read(contents)).every((label) => /_c\d+_i\d+$/.test(label))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});

test('rows that were written are read again', () => {
  const rows = fc.array(fc.array(fc.string(), { minLength: 1, maxLength: 5 }));
  fc.assert(
    fc.property(rows, (cells) => {
      const text = cells.map(csvRow).join('');
      expect(parseCsv(text, 'a text').map((row) => row.cells.map(unguarded).join('|'))).toEqual(
        cells.filter((row) => row.length > 1 || row[0] !== '').map((row) => row.join('|')),
      );
    }),
  );
  expect(parseCsv('a\n"b\nc"\nd', 'a text').map(({ line }) => line)).toEqual([1, 2, 4]);
});
