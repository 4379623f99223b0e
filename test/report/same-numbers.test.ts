/** One run in every form: each form is read back, and every number in it must be the summary's. */

import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Summary } from '../../src/run/summary-schema.ts';
import { parseCsv } from '../../src/scoring/csv.ts';
import { loadTask } from '../../tasks/registry.ts';
import { makeRun } from '../support/made-run.ts';
import { runOk } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** `scorer | reading | tag | metric` with the score in percent and, where the form has it, its interval. */
type Numbers = Map<string, { score: string; interval?: string }>;

const folder = temporaryFolder();
const RUN = join(folder, 'run');
let summary: Summary;
const TITLES: Record<string, string> = {
  text: 'text',
  image: 'image',
  group: 'group',
  GroupMatch: 'groupMatch',
};
const percent = (fraction: number) => (100 * fraction).toFixed(1);
const key = (...parts: string[]) => parts.join(' | ');

beforeAll(async () => {
  makeRun(RUN, { task: await loadTask('tiny-world'), count: 60 });
  summary = JSON.parse(await reported('json'));
});

const known = new Map<string, Promise<string>>();

/** A report by the command itself; each once. */
function reported(format: string, ...paths: string[]): Promise<string> {
  const args = ['report', ...(paths.length > 0 ? paths : [RUN]), '--format', format];
  const text = known.get(args.join(' ')) ?? runOk(args).then(({ stdout }) => stdout);
  known.set(args.join(' '), text);
  return text;
}

/** What the summary says: what every form is held to. */
function expected(): Numbers {
  const numbers: Numbers = new Map();
  for (const [scorer, { primary, metrics, raw, byTag }] of Object.entries(summary.scorers)) {
    const put = (reading: string, tag: string, found: typeof metrics) => {
      for (const [metric, { score, ci95 }] of Object.entries(found))
        numbers.set(key(scorer, reading, tag, metric), {
          score: percent(score),
          interval: `[${ci95.map(percent).join(', ')}]`,
        });
    };
    put(primary, '', metrics);
    if (primary === 'normalized') put('raw', '', raw);
    for (const [tag, found] of Object.entries(byTag)) put(primary, tag, found);
  }
  return numbers;
}

/** Reads a table whose first row names the metrics. */
function fromTable(
  rows: readonly (readonly string[])[],
  place: (first: string) => { scorer: string; reading: string; tag: string } | undefined,
): Numbers {
  const [head, ...body] = rows as [string[], ...string[][]];
  const numbers: Numbers = new Map();
  for (const cells of body) {
    const at = place(cells[0]!);
    if (!at) continue;
    for (const [k, title] of head.entries()) {
      const metric = TITLES[title];
      const [, score, interval] = /^([\d.]+)(?: (\[.*\]))?$/.exec(cells[k] ?? '') ?? [];
      if (metric && score !== undefined)
        numbers.set(key(at.scorer, at.reading, at.tag, metric), { score, ...(interval && { interval }) });
    }
  }
  return numbers;
}

const primaryOf = (scorer: string) => summary.scorers[scorer]!.primary;

/** The main table's first cells: a scorer, or its raw scores. */
function mainPlace(first: string) {
  const [, scorer = first, raw] = /^(.*?)(, raw scores)?$/.exec(first) ?? [];
  if (!summary.scorers[scorer]) return undefined;
  return { scorer, reading: raw ? 'raw' : primaryOf(scorer), tag: '' };
}

const merged = (parts: readonly Numbers[]): Numbers => new Map(parts.flatMap((part) => [...part]));

/** Markdown tables with the heading above each. */
function fromMarkdown(text: string): Numbers {
  const plain = text.replaceAll(/\\([\\|`*_<>[\]#])/g, '$1');
  const tables: { title: string; rows: string[][] }[] = [];
  let title = '';
  for (const line of plain.split('\n')) {
    if (line.startsWith('#')) title = line.replace(/^#+ /, '');
    if (!line.startsWith('|')) continue;
    const last = tables.at(-1);
    const table = last?.title === title ? last : { title, rows: [] };
    if (table !== last) tables.push(table);
    if (!line.startsWith('| ---')) table.rows.push(line.slice(2, -2).split(' | '));
  }
  return merged(
    tables.map(({ title: name, rows }) =>
      summary.scorers[name]
        ? fromTable(rows, (tag) => ({ scorer: name, reading: primaryOf(name), tag }))
        : fromTable(rows, mainPlace),
    ),
  );
}

/** LaTeX tables with their captions. */
function fromLatex(text: string): Numbers {
  const tables = text.matchAll(/\\caption\{(.*)\}\n[\s\S]*?\\toprule\n([\s\S]*?)\\bottomrule/g);
  return merged(
    [...tables].map(([, caption = '', body = '']) => {
      const rows = body
        .split('\n')
        .filter((line) => line.includes(' & '))
        .map((line) =>
          line
            .replace(/ \\\\$/, '')
            .trim()
            .split(' & ')
            .map((cell) =>
              cell.replaceAll(/\{\\scriptsize (\[.*?\])\}/g, '$1').replaceAll(/\\([_&%#$])/g, '$1'),
            ),
        );
      const scorer = /^(.*) by tag/.exec(caption)?.[1];
      return scorer === undefined
        ? fromTable(rows, mainPlace)
        : fromTable(rows, (tag) => ({ scorer, reading: primaryOf(scorer), tag }));
    }),
  );
}

/** The terminal's tables: columns stand two spaces apart, and tags have no intervals. */
function fromTerminal(text: string): Numbers {
  const lines = text.split('\n');
  const rowsFrom = (start: number) => {
    const end = lines.findIndex((line, k) => k > start && line === '');
    return lines.slice(start, end).map((line) => line.trim().split(/ {2,}/));
  };
  const mainStart = lines.findIndex((line) => /^\s+text/.test(line));
  let last = '';
  const main = fromTable([['', ...rowsFrom(mainStart)[0]!], ...rowsFrom(mainStart).slice(1)], (first) => {
    if (first === 'raw') return { scorer: last, reading: 'raw', tag: '' };
    last = first;
    return mainPlace(first);
  });
  const tagStart = lines.findIndex((line) => line.startsWith('tag '));
  const [head, ...body] = rowsFrom(tagStart);
  const each = Object.keys(TITLES).length;
  const tags = Object.keys(summary.scorers).map((scorer, k) => {
    const own = (cells: readonly string[]) => [cells[0]!, ...cells.slice(2 + k * each, 2 + (k + 1) * each)];
    return fromTable([own(head!), ...body.map(own)], (tag) => ({ scorer, reading: primaryOf(scorer), tag }));
  });
  return merged([main, ...tags]);
}

function fromCsv(text: string): Numbers {
  const [head, ...rows] = parseCsv(text, 'report').map(({ cells }) => cells);
  return new Map(
    rows.map((cells) => {
      const row = Object.fromEntries(head!.map((name, k) => [name, cells[k]!]));
      const interval = `[${percent(Number(row.ciLow))}, ${percent(Number(row.ciHigh))}]`;
      return [
        key(row.scorer!, row.reading!, row.tag!, row.metric!),
        { score: percent(Number(row.score)), interval },
      ];
    }),
  );
}

/** The page's tables: scorers down and metrics across, and by tag a table per metric with scorers across. */
function fromPage(text: string): Numbers {
  const { document } = parseHTML(text);
  const rowsOf = (table: Element) =>
    [...table.querySelectorAll('tr')].map((row) =>
      [...row.children].map(({ textContent }) => (textContent ?? '').trim()),
    );
  const captionOf = (table: Element) => table.querySelector('caption')?.textContent ?? '';
  const main = [...document.querySelectorAll('#scores table')].find(
    (table) => captionOf(table) === 'Scores in percent',
  )!;
  let last = '';
  const scores = fromTable(rowsOf(main), (first) => {
    if (first === 'raw scores') return { scorer: last, reading: 'raw', tag: '' };
    last = first;
    return mainPlace(first);
  });
  const tags = [...document.querySelectorAll('#tags table')].map((table) => {
    const title = captionOf(table).replace(' score by tag, in percent', '');
    const [head, ...body] = rowsOf(table);
    return merged(
      head!.slice(2).map((scorer, k) =>
        fromTable([['', title], ...body.map((cells) => [cells[0]!, cells[2 + k]!])], (tag) => ({
          scorer,
          reading: primaryOf(scorer),
          tag,
        })),
      ),
    );
  });
  return merged([scores, ...tags]);
}

/** A form with how it is read back. */
const FORMS: [format: string, read: (text: string) => Numbers, intervals: 'all' | 'main'][] = [
  ['text', fromTerminal, 'main'],
  ['md', fromMarkdown, 'all'],
  ['latex', fromLatex, 'all'],
  ['csv', fromCsv, 'all'],
  ['html', fromPage, 'all'],
];

describe.each(FORMS)('%s', (format, read, intervals) => {
  test('has every number of the summary, and no other', async () => {
    const found = read(await reported(format));
    const wanted = expected();
    expect(wanted.size).toBeGreaterThan(100);
    expect([...found.keys()].sort()).toEqual([...wanted.keys()].sort());
    for (const [place, { score, interval }] of wanted) {
      expect(found.get(place)!.score, place).toBe(score);
      const isTold = intervals === 'all' || place.split(' | ')[2] === '';
      if (isTold) expect(found.get(place)!.interval, place).toBe(interval);
    }
  });
});

test.each(['text', 'md', 'latex', 'html'])('%s has every comparison of the scorers', async (format) => {
  const text = (await reported(format)).replaceAll('$-$', '−').replaceAll(/[\\{}]|scriptsize /g, '');
  expect(summary.comparisons.length).toBe(4);
  for (const { aOnly, bOnly, difference, metric } of summary.comparisons) {
    const title = Object.keys(TITLES).find((name) => TITLES[name] === metric)!;
    const signed = (value: number) => (value > 0 ? `+${percent(value)}` : percent(value).replace('-', '−'));
    const [lo, hi] = difference!.ci95.map(signed);
    const line = text.split('\n').find((one) => one.includes(`[${lo}, ${hi}]`) && one.includes(title));
    expect(line, `the difference of ${metric}`).toContain(signed(difference!.estimate));
    expect(line).toMatch(new RegExp(`\\b${aOnly}\\b.*\\b${bOnly}\\b`));
  }
});

test('several runs stand in one table, under names that tell them apart', async () => {
  const other = join(folder, 'more', 'run');
  makeRun(other, { task: await loadTask('tiny-world'), count: 60, seed: 9 });
  const second: Summary = JSON.parse(await reported('json', other));
  const both = JSON.parse(await reported('json', RUN, other));
  expect(both.runs.map(({ name }: { name: string }) => name)).toEqual([RUN, other]);
  expect(both.runs[1].scorers).toEqual(second.scorers);
  const csv = parseCsv(await reported('csv', RUN, other), 'report');
  expect(csv).toHaveLength(1 + 2 * expected().size);
  const table = (await reported('md', RUN, other)).split('\n');
  for (const [path, one] of [
    [RUN, summary],
    [other, second],
  ] as const) {
    const row = table.find(
      (line) => line.startsWith('| ') && line.includes(path) && line.includes('| clip |'),
    )!;
    expect(row).toContain(` ${percent(one.scorers.clip!.metrics.text!.score)} `);
  }
});

test("Winoground's published scores stand beside measured ones, each with its source, and not among another task's", async () => {
  const path = join(folder, 'winoground');
  makeRun(path, { task: { ...(await loadTask('tiny-world')), name: 'winoground' }, count: 20 });
  const markdown = await reported('md', path);
  expect(markdown).toMatch(/## Published scores\n\nWinoground scores that others published/);
  expect(markdown).toContain('| MTurk Human | 89.5 | 88.5 | 85.5 | recomputed | Thrush et al.');
  expect(await reported('csv', path)).not.toContain('MTurk');
  for (const format of ['text', 'md', 'html', 'latex', 'csv', 'json'])
    expect(await reported(format)).not.toMatch(/MTurk|Published/);
  const asked = await runOk(['report', path, '--format', 'csv', '--published']);
  expect(asked.stdout).toMatch(/^,winoground,MTurk Human,published,,,,text,0\.895,,400,/m);
});
