import { expect, test } from 'vitest';
import { calibrationRows } from '../../src/report/calibration-rows.ts';
import { publishedCells, publishedFor, publishedSentence } from '../../src/report/published.ts';
import type { ScorerSummary, Summary } from '../../src/run/summary-schema.ts';
import { publishedRows } from '../../tasks/winoground/published.ts';

const taskNamed = (name: string) => ({ task: { name, version: '1', hash: '', count: 400 } });

test('published scores belong to Winoground and to no other task', () => {
  expect(publishedFor(taskNamed('winoground')).length).toBeGreaterThan(40);
  expect(publishedFor(taskNamed('tiny-world'))).toEqual([]);
  expect(publishedFor(taskNamed('winoground-like'))).toEqual([]);
});

test('every published row has a score, a place where it stands, and how sure it is', () => {
  for (const row of publishedRows()) {
    expect([row.text, row.image, row.group].some((score) => score !== undefined)).toBe(true);
    expect(row.source.length + row.where.length).toBeGreaterThan(9);
    expect(publishedCells(row)).toHaveLength(6);
    // A group score above the others would be a slip of the pen: whoever has the group right has both.
    for (const part of [row.text, row.image])
      if (row.group !== undefined && part !== undefined) expect(row.group).toBeLessThanOrEqual(part);
  }
  const names = publishedRows().map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('percentages of all 400 examples are whole numbers of them, where they are printed with two decimals', () => {
  for (const { certainty, text, image, group } of publishedRows())
    if (certainty === 'recomputed')
      for (const score of [text, image, group]) expect(Number.isInteger(4 * score!)).toBe(true);
});

test('text scores by tag come to the text score of all', () => {
  const counts = { Object: 141, Relation: 233, Both: 26 };
  let checked = 0;
  for (const { byTag, text, note = '' } of publishedRows()) {
    if (!byTag || note.includes('do not add up')) continue;
    const sum = Object.entries(counts).reduce((total, [tag, count]) => total + count * byTag[tag]!, 0);
    expect(Math.abs(sum / 400 - text!)).toBeLessThan(note.includes('two digits') ? 1 : 0.11);
    checked++;
  }
  expect(checked).toBeGreaterThan(9);
});

test('one line names the best known', () => {
  const line = publishedSentence(publishedRows());
  expect(line).toContain('people 89.5 / 88.5 / 85.5');
  expect(line).toContain('CLIP ViT-B/32 30.75 / 10.5 / 8,');
  expect(line).toContain('Diffusion Classifier 38.5 / – / –');
  expect(line).toContain('not measured here');
});

test('calibration rows are the bins of both kinds of confidence', () => {
  const bin = { lo: 0.5, hi: 0.6, count: 3, confidence: 0.55, accuracy: 2 / 3 };
  const scorer = { probabilities: { bins: [bin] }, samplesToDecide: { bins: [bin, bin] } };
  const rows = calibrationRows({ scorers: { a: scorer as unknown as ScorerSummary } } as unknown as Summary);
  expect(rows.map(({ scorer: name, of }) => [name, of])).toEqual([
    ['a', 'caption'],
    ['a', 'trials'],
    ['a', 'trials'],
  ]);
  expect(rows[0]).toEqual({ scorer: 'a', of: 'caption', ...bin });
});
