import { describe, expect, test } from 'vitest';
import {
  comparisonLines,
  notAboveChance,
  percent,
  pValue,
  stateLine,
  visible,
  withInterval,
} from '../../src/report/format.ts';
import { markdown } from '../../src/report/markdown.ts';
import { columns, summaryTable } from '../../src/report/table.ts';
import type { MetricSummary, Summary } from '../../src/run/summary-schema.ts';
import { aboveChance } from '../../src/stats/above-chance.ts';
import { wilsonInterval } from '../../src/stats/wilson.ts';

const metric = (correct: number, count: number, chance: number): MetricSummary => ({
  score: correct / count,
  correct,
  count,
  chance,
  pAboveChance: aboveChance(correct, new Array(count).fill(chance)),
  ci95: wilsonInterval(correct, count),
  interval: 'wilson',
});

const four = (counts: readonly [number, number, number, number], count: number) => ({
  text: metric(counts[0], count, 0.25),
  image: metric(counts[1], count, 0.25),
  group: metric(counts[2], count, 1 / 6),
  groupMatch: metric(counts[3], count, 0.5),
});

/** Two scorers, two tags of which one is known to one scorer only, and an example that failed. */
const SUMMARY: Summary = {
  format: 1,
  version: '1.2.3',
  run: 'runs/made-up',
  identity: '0123456789abcdef'.repeat(4),
  complete: false,
  examples: { done: 37, failed: 1, skipped: 2 },
  task: { name: 'made-up', version: '1', hash: 'f'.repeat(64), count: 40 },
  analysis: { loss: 'mae', errorSpace: 'x0' },
  scorers: {
    clip: {
      kind: 'clip',
      primary: 'raw',
      metrics: four([12, 10, 7, 20], 37),
      raw: four([12, 10, 7, 20], 37),
      byTag: { Relation: four([5, 4, 3, 8], 17) },
      undecided: 0,
      evaluations: 148,
      seconds: 0.5,
    },
    'sd.v2': {
      kind: 'diffusion',
      primary: 'normalized',
      metrics: four([31, 29, 26, 33], 37),
      raw: four([31, 18, 17, 33], 37),
      byTag: { Relation: four([14, 13, 12, 15], 17), 'A | B': four([1, 0, 0, 2], 3) },
      undecided: 2,
      evaluations: 7104,
      seconds: 21,
    },
  },
  comparisons: [
    {
      a: 'clip',
      b: 'sd.v2',
      metric: 'text',
      aOnly: 2,
      bOnly: 21,
      test: 'mcnemar-exact',
      p: 6.6e-5,
      pHolm: 0.00026,
    },
    { a: 'clip', b: 'sd.v2', metric: 'image', aOnly: 8, bOnly: 9, test: 'mcnemar-exact', p: 1, pHolm: 1 },
  ],
};

/** `82.5 [76.6, 87.1]` as three numbers. */
const numbersOf = (cell: string) => cell.match(/-?\d+\.\d/g)!.map(Number);
/** What such a cell must hold: rounded to a tenth of a percent. */
const expected = ({ score, ci95 }: MetricSummary) =>
  [score, ...ci95].map((value) => Number((100 * value).toFixed(1)));

describe('numbers', () => {
  test('percent', () => {
    expect([0, 1, 0.825, 1 / 3, 0.9999, 0.0004].map(percent)).toEqual([
      '0.0',
      '100.0',
      '82.5',
      '33.3',
      '100.0',
      '0.0',
    ]);
  });

  test('scores with their interval', () => {
    expect(withInterval({ ...metric(33, 40, 0.5), ci95: [0.6805, 0.9125] })).toBe('82.5 [68.0, 91.3]');
  });

  test('p-values have two digits and are never zero', () => {
    expect([0, 1e-12, 0.00009999].map(pValue)).toEqual(['< 0.0001', '< 0.0001', '< 0.0001']);
    expect([0.0001, 0.00123, 0.0499, 0.05, 0.5, 0.994, 0.995, 1].map(pValue)).toEqual([
      '0.00010',
      '0.0012',
      '0.050',
      '0.050',
      '0.50',
      '0.99',
      '1',
      '1',
    ]);
  });

  test('how far a run is', () => {
    expect(stateLine(SUMMARY)).toBe('37 of 40 examples, 1 failed, 2 not scored yet');
    expect(stateLine({ ...SUMMARY, examples: { done: 40, failed: 0, skipped: 0 } })).toBe(
      '40 of 40 examples',
    );
  });
});

describe('visible()', () => {
  test('shows control characters and turns of direction instead of obeying them', () => {
    expect(visible('a\u001b[31mb')).toBe('a\\u001b[31mb');
    expect(visible('a\r\n\tb\u0000\u007f\u009b')).toBe('a\\u000d\\u000a\\u0009b\\u0000\\u007f\\u009b');
    expect(visible('\u202aa\u202eb\u2066c\u2069')).toBe('\\u202aa\\u202eb\\u2066c\\u2069');
    for (let code = 0; code < 0x20; code++)
      expect(visible(String.fromCharCode(code))).toMatch(/^\\u00[01][0-9a-f]$/);
  });

  test('leaves all other text alone', () => {
    for (const text of [
      '',
      'a red circle',
      'Größe, naïve, 日本語, עברית, 🙂',
      'back\\slash "quotes" <b>',
      '\u00a0',
    ]) {
      expect(visible(text)).toBe(text);
    }
  });

  test('twice is the same as once', () => {
    const once = visible('x\u001b]0;title\u0007y');
    expect(visible(once)).toBe(once);
  });
});

test('columns are as wide as their widest cell, and lines do not end in blanks', () => {
  expect(
    columns([
      ['a', 'bb', 'c'],
      ['aaa', '', 'cc'],
      ['', 'b', ''],
    ]),
  ).toEqual(['a    bb  c', 'aaa      cc', '     b']);
});

describe('the same numbers everywhere', () => {
  const METRICS = ['text', 'image', 'group', 'groupMatch'] as const;
  const table = summaryTable(SUMMARY).split('\n');
  const page = markdown(SUMMARY);
  const markdownRows = page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(2, -2)
        .split(/ (?<!\\)\| /)
        .map((cell) => cell.trim()),
    );

  test('the table, read back', () => {
    const rowOf = (name: string, from = 0) => table.find((line, k) => k >= from && line.startsWith(name))!;
    expect(numbersOf(rowOf('chance'))).toEqual([25, 25, 16.7, 50]);
    for (const [name, { metrics, raw, primary }] of Object.entries(SUMMARY.scorers)) {
      const at = table.findIndex((line) => line.startsWith(`${name} `));
      expect(numbersOf(table[at]!)).toEqual(METRICS.flatMap((key) => expected(metrics[key]!)));
      expect(table[at + 1]!.startsWith('  raw')).toBe(primary === 'normalized');
      if (primary === 'normalized')
        expect(numbersOf(table[at + 1]!)).toEqual(METRICS.flatMap((key) => expected(raw[key]!)));
    }
    const relation = rowOf('Relation', table.indexOf('By tag'));
    const scores = Object.values(SUMMARY.scorers).flatMap(({ byTag }) =>
      METRICS.map((key) => expected(byTag.Relation![key]!)[0]),
    );
    // One tag that a scorer never met: each then has a count of its own, before its scores.
    expect(relation.split(/ {2,}/).slice(1).map(Number)).toEqual([
      17,
      ...scores.slice(0, 4),
      17,
      ...scores.slice(4),
    ]);
    expect(rowOf('A | B').split(/\s{2,}/)).toEqual([
      'A | B',
      '0',
      '-',
      '-',
      '-',
      '-',
      '3',
      '33.3',
      '0.0',
      '0.0',
      '66.7',
    ]);
  });

  test('the Markdown, read back', () => {
    const rowOf = (name: string) => markdownRows.find(([first]) => first === name)!.slice(1);
    expect(rowOf('scorer')).toEqual(['text', 'image', 'group', 'GroupMatch']);
    expect(rowOf('chance').map(Number)).toEqual([25, 25, 16.7, 50]);
    for (const [name, { metrics, raw, primary }] of Object.entries(SUMMARY.scorers)) {
      expect(rowOf(name).map(numbersOf)).toEqual(METRICS.map((key) => expected(metrics[key]!)));
      if (primary === 'normalized') {
        expect(rowOf(`${name}, raw scores`).map(numbersOf)).toEqual(
          METRICS.map((key) => expected(raw[key]!)),
        );
      }
    }
    const relations = markdownRows.filter(([first]) => first === 'Relation');
    expect(relations.map(([, n]) => n)).toEqual(['17', '17']);
    for (const [k, { byTag }] of Object.values(SUMMARY.scorers).entries()) {
      expect(relations[k]!.slice(2).map(numbersOf)).toEqual(
        METRICS.map((key) => expected(byTag.Relation![key]!)),
      );
    }
    // A table keeps its shape whatever a tag is called.
    expect(page).toContain('| A \\| B | 3 |');
    expect(page).toContain('loss mae, error space x0');
    expect(page).toContain('37 of 40 examples, 1 failed, 2 not scored yet');
  });

  test('comparisons', () => {
    const sentences = [
      'text: only clip right 2, only sd.v2 right 21; exact McNemar p < 0.0001, Holm-corrected = 0.00026: sd.v2 is better',
      'image: only clip right 8, only sd.v2 right 9; exact McNemar p = 1, Holm-corrected = 1: the difference may be chance',
    ];
    for (const sentence of sentences) {
      expect(table).toContain(`  ${sentence}`);
      expect(page).toContain(`- ${sentence.replace('<', '\\<')}\n`);
    }
  });

  test('JSON gives back the summary as it was', () => {
    expect(JSON.parse(JSON.stringify(SUMMARY, null, 2))).toEqual(SUMMARY);
  });

  test('numbers within the numeric floor are told', () => {
    expect(table.at(-1)).toMatch(/^sd\.v2: 2 examples lie within the numeric floor/);
  });

  test('tags cannot steer the terminal or break out of the page', () => {
    const tag = '\u001b[2J<script>|\n# x';
    const hostile = structuredClone(SUMMARY);
    hostile.scorers.clip!.byTag = { [tag]: four([1, 1, 1, 1], 1) };
    for (const text of [summaryTable(hostile), markdown(hostile)]) {
      expect(text).not.toContain('\u001b');
      expect(text).not.toMatch(/^# x/m);
    }
    expect(markdown(hostile)).not.toContain('<script>');
  });

  test('nor can names of scorers, which a foreign run.json may choose', () => {
    const name = '\u001b[2J<script>|\n# x';
    const { clip } = SUMMARY.scorers;
    const hostile: Summary = {
      ...SUMMARY,
      scorers: { [name]: { ...clip!, primary: 'normalized', undecided: 1 } },
      comparisons: SUMMARY.comparisons.map((comparison) => ({ ...comparison, a: name })),
    };
    for (const text of [summaryTable(hostile), markdown(hostile)]) {
      expect(text).not.toContain('\u001b');
      expect(text).not.toMatch(/^# x/m);
    }
    expect(markdown(hostile)).not.toContain('<script>');
  });

  test('a run without results, tags and comparisons', () => {
    const empty: Summary = {
      ...SUMMARY,
      examples: { done: 0, failed: 0, skipped: 40 },
      scorers: { clip: { ...SUMMARY.scorers.clip!, metrics: {}, raw: {}, byTag: {}, evaluations: 0 } },
      comparisons: [],
    };
    expect(summaryTable(empty)).toContain('0 of 40 examples, 40 not scored yet');
    expect(summaryTable(empty)).not.toMatch(/By tag|NaN|undefined/);
    expect(markdown(empty)).not.toMatch(/By tag|NaN|undefined/);
  });
});

describe('what statistics add', () => {
  test('names where a scorer does not beat guessing, and only there', () => {
    const lines = notAboveChance(SUMMARY);
    // clip: 12 of 37 text at chance 1/4 has p = 0.19, 20 of 37 matched at 1/2 has 0.37.
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('clip: all (text, image, group, GroupMatch)');
    expect(lines[1]).toMatch(/^sd\.v2: A \| B \(text, image, group\)$/);
    expect(summaryTable(SUMMARY)).toContain('Not above chance (one-sided exact test, p > 0.05)');
    expect(markdown(SUMMARY)).toContain('- sd.v2: A \\| B (text');
    // Three of three at chance 1/2 has p = 0.125: GroupMatch could not be above chance whatever came out.
    const strong = { ...SUMMARY, scorers: { 'sd.v2': { ...SUMMARY.scorers['sd.v2']!, byTag: {} } } };
    expect(notAboveChance(strong)).toEqual([]);
    expect(summaryTable(strong)).not.toContain('Not above chance');
  });

  test('a difference comes in points with its sign and interval', () => {
    const [first] = SUMMARY.comparisons;
    const difference = {
      estimate: -19 / 37,
      ci95: [-0.676, 0.0004] as [number, number],
      interval: 'bca' as const,
    };
    const [line] = comparisonLines({ ...SUMMARY, comparisons: [{ ...first!, difference }] });
    expect(line).toContain('text: clip − sd.v2 = −51.4 [−67.6, 0.0] points; only clip right 2');
    // Of five discordant examples none could be significant: no interval that says otherwise.
    const few = { ...first!, difference, aOnly: 0, bOnly: 5 };
    expect(comparisonLines({ ...SUMMARY, comparisons: [few] })[0]).toMatch(/^text: only clip right 0/);
  });

  test('stopping is told in counts and as a share', () => {
    const stopping = {
      rule: 'sequential' as const,
      alpha: 0.05,
      stopped: 30,
      undecided: 2,
      evaluations: 900,
      fullPlan: 7104,
    };
    const scorer = { ...SUMMARY.scorers['sd.v2']!, stopping };
    const sentence =
      '30 examples stopped early at alpha 0.05, 2 of them undecided; 900 of 7104 evaluations (12.7 %).';
    const summary = { ...SUMMARY, scorers: { sd: scorer } };
    expect(summaryTable(summary)).toContain(`sd: ${sentence}`);
    expect(markdown(summary)).toContain(`sd: ${sentence}`);
  });
});

test('a run without a complete example says what is stored instead of an empty table', () => {
  const scorer = { ...SUMMARY.scorers['sd.v2']!, metrics: {}, raw: {}, byTag: {} };
  const examples = { done: 0, failed: 0, skipped: 40 };
  const empty = { ...SUMMARY, examples, scorers: { sd: scorer }, comparisons: [] };
  expect(summaryTable(empty)).toBe(
    'made-up: 0 of 40 examples, 40 not scored yet. No example is complete yet; 7104 evaluations are stored.',
  );
});
