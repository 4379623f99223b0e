/** A run that one scorer finished and the other did not: every form says on how many examples each number rests. */

import { expect, test } from 'vitest';
import { htmlReport } from '../../src/cli/html-page.ts';
import { markdown } from '../../src/report/markdown.ts';
import { reportParts } from '../../src/report/report-parts.ts';
import { summaryTable } from '../../src/report/table.ts';
import { documentOf } from '../../src/report/tables.ts';
import { openRun } from '../../src/run/open-run.ts';
import { loadTask } from '../../tasks/registry.ts';
import { makeRun } from '../support/made-run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ANALYSIS = { loss: 'mse', errorSpace: 'native' } as const;
const folder = temporaryFolder();
const task = await loadTask('tiny-world');
const COUNT = 40;
const DONE = 5;
const opened = (name: string, done: number) => {
  const stored = openRun(makeRun(`${folder}/${name}`, { task, count: COUNT, done, timesteps: 4 }));
  return { stored, summary: stored.summarize(ANALYSIS) };
};
const whole = opened('whole', COUNT);
const part = opened('part', DONE);
const summary = {
  ...part.summary,
  scorers: { diffusion: part.summary.scorers.diffusion!, clip: whole.summary.scorers.clip! },
};

/** How many of the first examples have the tag: counted here, from the task alone. */
const counted = (tag: string, among: number) =>
  task.examples.slice(0, among).filter(({ tags }) => tags.includes(tag)).length;
const tags = Object.keys(summary.scorers.clip.byTag);
const SENTENCE = `Examples counted: diffusion ${DONE}, clip ${COUNT}.`;

/** The rows of a tag, in order, each as its cells. */
const rowsOf = (text: string, tag: string, cells: RegExp) =>
  text
    .split('\n')
    .map((line) => line.replace(/^\| |\s*(?:\\\\|\|)$|^ +/g, '').split(cells))
    .filter(([first]) => first === tag);

test('the tags are such that the two counts differ, of some by all', () => {
  const counts = tags.map((tag) => [counted(tag, DONE), counted(tag, COUNT)] as const);
  expect(counts.filter(([a, b]) => a < b).length).toBeGreaterThan(4);
  expect(counts.some(([a]) => a === 0)).toBe(true);
});

test('for a terminal', () => {
  const text = summaryTable(summary);
  expect(text).toContain(SENTENCE);
  const head = text.split('\n').find((line) => line.startsWith('tag '))!;
  expect(head.split(/ {2,}/).filter((cell) => cell === 'n')).toHaveLength(2);
  for (const tag of tags) {
    const [cells] = rowsOf(text.slice(text.indexOf('By tag')), tag, / {2,}/);
    expect([Number(cells![1]), Number(cells![6])]).toEqual([counted(tag, DONE), counted(tag, COUNT)]);
  }
});

test.each([
  ['Markdown', markdown(summary), / \| /],
  ['LaTeX', documentOf('x', reportParts([{ run: 'r', summary }], []), 'latex'), / & /],
])('in %s', (_, text, cells) => {
  expect(text).toContain(SENTENCE);
  for (const tag of tags) {
    const counts = [counted(tag, DONE), counted(tag, COUNT)].filter((n) => n > 0);
    expect(rowsOf(text, tag, cells).map(([, n]) => Number(n))).toEqual(counts);
  }
});

test('on a page', async () => {
  const page = await htmlReport([{ run: 'r', stored: part.stored, summary }], ANALYSIS, {});
  expect(page).toContain(SENTENCE);
  const section = page.slice(page.indexOf('id="tags"'));
  const table = section.slice(section.indexOf('<table'), section.indexOf('</table>'));
  expect(table).not.toContain('examples');
  for (const tag of tags) {
    const row = table.split('<tr>').find((text) => text.includes(`>${tag}<`))!;
    const counts = [...row.matchAll(/<small>of (\d+)<\/small>/g)].map(([, n]) => Number(n));
    const expected = [counted(tag, DONE), counted(tag, COUNT)].filter((n) => n > 0);
    expect(counts).toEqual(expected);
  }
});
