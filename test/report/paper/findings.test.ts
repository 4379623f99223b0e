import { describe, expect, it } from 'vitest';
import { better } from '../../../src/report/paper/better.ts';
import { cellOf, duel } from '../../../src/report/paper/outcome.ts';
import { cellText, findingGroups, leadSentences, tablePart } from '../../../src/report/paper/paper-parts.ts';
import type { PaperFinding, PaperReport } from '../../../src/report/paper/paper-report.ts';
import { publishedSwaps, publishedZeroShot } from '../../../src/report/paper/published-numbers.ts';

const outcomes = (marks: string) =>
  new Map([...marks].flatMap((mark, k) => (mark === '.' ? [] : [[`e${k}`, mark === '1'] as const])));
const about = { claim: 'A beats B.', on: 'a set', counterpart: 'Table 1' };
const judge = (a: string, b: string) =>
  better(about, [
    { name: 'A', of: outcomes(a) },
    { name: 'B', of: outcomes(b) },
  ]);

describe('a duel', () => {
  it('counts examples that both have alone', () => {
    expect(duel(outcomes('110.1'), outcomes('1001.'))).toMatchObject({
      count: 3,
      aOnly: 1,
      bOnly: 0,
      a: 2 / 3,
      b: 1 / 3,
    });
    expect(duel(outcomes('1.'), outcomes('.1'))).toBeUndefined();
  });

  it('has the p-value of the exact test: six to nothing is 2 / 64', () => {
    expect(duel(outcomes('111111'), outcomes('000000'))!.p).toBeCloseTo(2 / 64, 12);
  });
});

describe('a finding of one above another', () => {
  it('holds where the first is above beyond chance', () => {
    expect(judge('111111', '000000')).toEqual({
      ...about,
      holds: 'holds',
      measured:
        'A 100.0, B 0.0 on 6 examples; only the first right 6, only the second 0, exact McNemar p = 0.031.',
    });
  });
  it('does not hold where it is below beyond chance', () => {
    expect(judge('000000', '111111').holds).toBe('does not hold');
  });
  it('is undecided where the difference may be chance, also a large one on few examples', () => {
    expect(judge('11111', '00000').holds).toBe('undecided');
    expect(judge('1111111', '1111111').holds).toBe('undecided');
    expect(judge('1.', '.1')).toMatchObject({
      holds: 'undecided',
      measured: 'The two have no example in common.',
    });
  });
});

describe('parts', () => {
  it('show a share with its interval, and nothing where nothing was judged', () => {
    expect(cellText(cellOf(outcomes('1110')))).toBe('75.0 [30.1, 95.4]');
    expect(cellOf(outcomes(''))).toBeUndefined();
    expect(cellText(undefined)).toBe('');
  });

  it("keep the paper's numbers in a last column of their own", () => {
    const table = {
      ...{ id: 'x', title: 'X', counterpart: 'Table 1', head: ['row', 'here'], notes: [] },
      rows: [
        { name: 'a', cells: [{ text: '1' }], published: '2.0' },
        { name: 'b', cells: [undefined] },
      ],
    };
    expect(tablePart({ ...table, publishedHead: 'there' })).toMatchObject({
      head: ['row', 'here', 'in the paper: there'],
      rows: [
        ['a', '1', '2.0'],
        ['b', '', ''],
      ],
    });
    expect(tablePart(table).head).toEqual(['row', 'here']);
  });

  it("give the paper's Table 1 as mean of eight and ObjectNet, Table 3 as printed", () => {
    expect(publishedZeroShot('diffusion')).toBe('68.3 / 43.4');
    expect(publishedZeroShot('synthetic')).toBe('21.6 / 5.2');
    expect(publishedZeroShot('linear')).toBeUndefined();
    expect(publishedSwaps('diffusion')).toBe('46.1 / 29.2 / 80.8 / 38.5');
  });

  it('count what holds, and group findings by claim in their order', () => {
    const finding = (claim: string, on: string, holds: PaperFinding['holds']): PaperFinding => ({
      ...{ claim, on, holds, counterpart: '', measured: '' },
    });
    const findings = [
      finding('x', '1', 'holds'),
      finding('y', '1', 'does not hold'),
      finding('x', '2', 'undecided'),
    ];
    const report = { findings, reduced: false, version: '1' } as unknown as PaperReport;
    expect(findingGroups(report).map(({ claim, on }) => [claim, on.map((one) => one.on)])).toEqual([
      ['x', ['1', '2']],
      ['y', ['1']],
    ]);
    expect(leadSentences(report)[0]).toMatch(/^3 checks .*: 1 hold here, 1 does not, 1 cannot be told/);
  });
});
