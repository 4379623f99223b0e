/** The paper's comparisons as tables and sentences, for every form that reports have. */

import { percent, withInterval } from '../format.ts';
import type { Part, Table } from '../tables.ts';
import type { PaperCell, PaperFigure, PaperFinding, PaperReport, PaperTable } from './paper-report.ts';

/** Title of the whole. */
export const PAPER_TITLE = '"Your Diffusion Model is Secretly a Zero-Shot Classifier" on the embedded world';

/** `82.5 [76.6, 87.1]`, the text of a cell without a share, or nothing. */
export function cellText(cell: PaperCell | undefined): string {
  if (!cell) return '';
  return 'text' in cell ? cell.text : withInterval(cell);
}

/** How many findings hold, and what the numbers are. */
export function leadSentences({ findings, reduced, version }: PaperReport): string[] {
  const count = (holds: string) => findings.filter((finding) => finding.holds === holds).length;
  return [
    `${findings.length} checks of the paper's findings on this small world: ${count('holds')} hold here, ${count('does not hold')} ${count('does not hold') === 1 ? 'does' : 'do'} not, ${count('undecided')} cannot be told from so few examples.`,
    `Scores are percent right with 95 % Wilson intervals; denoising errors are squared errors of the noise, as in the paper, unless a row says otherwise; winoscope ${version}.`,
    ...(reduced ? ['Made in short: fewer examples and trials than the report is meant for.'] : []),
  ];
}

/** What holds, as a table. */
export function findingsTable({ findings }: PaperReport): Table {
  return {
    title: 'What holds of the findings',
    head: ['finding', 'on', 'in the paper', 'here', 'measured'],
    rows: findings.map(({ claim, on, counterpart, holds, measured }) => [
      claim,
      on,
      counterpart,
      holds,
      measured,
    ]),
    prose: [0, 4],
  };
}

/** One line per finding, for a terminal. */
export function findingLines({ findings }: PaperReport): string[] {
  return findings.map(({ claim, on, holds }) => `${holds.padEnd('does not hold'.length)}  ${claim} (${on})`);
}

/** The findings by claim, in their order. */
export function findingGroups({ findings }: PaperReport): { claim: string; on: PaperFinding[] }[] {
  const groups = new Map<string, PaperFinding[]>();
  for (const finding of findings) groups.set(finding.claim, [...(groups.get(finding.claim) ?? []), finding]);
  return [...groups].map(([claim, on]) => ({ claim, on }));
}

/** One of the paper's tables. */
export function tablePart({ title, head, rows, publishedHead }: PaperTable): Table {
  if (publishedHead === undefined)
    return { title, head, rows: rows.map(({ name, cells }) => [name, ...cells.map(cellText)]) };
  return {
    title,
    head: [...head, `in the paper: ${publishedHead}`],
    rows: rows.map(({ name, cells, published }) => [name, ...cells.map(cellText), published ?? '']),
  };
}

/** Where the paper has it, and what to know. */
export function noteLines(about: Pick<PaperTable, 'counterpart' | 'notes' | 'publishedHead'>): string[] {
  const { counterpart, notes, publishedHead } = about;
  return [
    `In the paper: ${counterpart}.${publishedHead === undefined ? '' : ' The last column is what it printed, in percent, for its own models on its own photographs; nothing in it was measured here.'}`,
    ...notes,
  ];
}

/** A figure's numbers: a row per line, a column per place of x; empty where a line has no point. */
export function figureTable({ title, x, lines }: PaperFigure): Table {
  const places = [...new Set(lines.flatMap(({ points }) => points.map((point) => point.x)))].sort(
    (a, b) => a - b,
  );
  return {
    title,
    head: [x, ...places.map(String)],
    rows: lines.map(({ name, points }) => [
      name,
      ...places.map((place) => {
        const found = points.find((point) => point.x === place);
        return found ? percent(found.correct / found.count) : '';
      }),
    ]),
  };
}

/** How every run was made. */
export function runsTable({ runs }: PaperReport): Table {
  return {
    title: 'How it was made',
    head: ['run', 'evaluations', 'seconds', 'command'],
    rows: runs.map(({ name, evaluations, seconds, command }) => [
      name,
      `${evaluations}`,
      seconds.toFixed(0),
      command,
    ]),
    prose: [3],
  };
}

/** The whole report in reading order. */
export function paperParts(report: PaperReport): Part[] {
  return [
    { title: 'In short', lines: leadSentences(report) },
    findingsTable(report),
    ...report.tables.flatMap((table) => [tablePart(table), { title: '', lines: noteLines(table) }]),
    ...report.figures.flatMap((figure) => [figureTable(figure), { title: '', lines: noteLines(figure) }]),
    ...(report.robustness ?? []),
    runsTable(report),
  ];
}

/** Columns of the CSV. */
export const PAPER_COLUMNS = [
  'table',
  'row',
  'column',
  'score',
  'correct',
  'count',
  'low',
  'high',
  'text',
] as const;

type Row = Partial<Record<(typeof PAPER_COLUMNS)[number], string | number>>;

/** Every cell of every table and figure, a row each. */
export function paperRows({ tables, figures }: PaperReport): Row[] {
  return [
    ...tables.flatMap(({ id, head, rows, publishedHead }) =>
      rows.flatMap(({ name, cells, published }) => [
        ...cells.flatMap((cell, k) => cellRow([id, name, head[k + 1]!], cell)),
        ...(published === undefined
          ? []
          : [{ table: id, row: name, column: `in the paper: ${publishedHead}`, text: published }]),
      ]),
    ),
    ...figures.flatMap(({ id, lines }) =>
      lines.flatMap(({ name, points }) =>
        points.map(
          ({ x, correct, count }): Row => ({
            table: id,
            row: name,
            column: x,
            score: correct / count,
            correct,
            count,
          }),
        ),
      ),
    ),
  ];
}

function cellRow([table, row, column]: [string, string, string], cell: PaperCell | undefined): Row[] {
  if (!cell) return [];
  if ('text' in cell) return [{ table, row, column, text: cell.text }];
  const { score, correct, count, ci95 } = cell;
  return [{ table, row, column, score, correct, count, low: ci95[0], high: ci95[1] }];
}
