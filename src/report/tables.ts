/** One table in every form that reports have: for a terminal, Markdown, LaTeX and CSV. The cells are the same in all. */

import { csvRow } from '../scoring/csv.ts';
import { escapeLatex, escapeMarkdown, needsUnicodeLatex } from './escape.ts';
import { visible } from './format.ts';
import { markdownTable } from './markdown.ts';
import { columns } from './table.ts';

/** Cells as plain text: what a form must escape it escapes itself. */
export interface Table {
  /** A sentence above it; the caption in LaTeX. */
  title: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
  /** Columns whose cells are long text: these get lines of their own in LaTeX. */
  prose?: readonly number[];
}

/** Tables with sentences between them, in reading order; an empty title belongs to what is above. */
export type Part = Table | { title: string; lines: readonly string[] };

/** The forms that hold tables and sentences. */
export const PROSE_FORMATS = ['text', 'md', 'latex'] as const;
export type ProseFormat = (typeof PROSE_FORMATS)[number];

/** A document of tables and sentences. @param title of the whole, as plain text */
export function documentOf(title: string, parts: readonly Part[], format: ProseFormat): string {
  if (format === 'text') return `${[visible(title), ...parts.map(partText)].join('\n\n')}\n`;
  if (format === 'md') return `${[`# ${escapeMarkdown(title)}`, ...parts.map(markdownPart)].join('\n\n')}\n`;
  const body = [`% ${visible(title)}`, ...parts.map(latexPart)].join('\n\n');
  return `${latexHead(body)}\n${body}\n`;
}

/** A part for a terminal. */
export function partText(part: Part): string {
  const lines =
    'lines' in part
      ? part.lines.map((line) => `  ${visible(line)}`)
      : columns([part.head, ...part.rows].map((row) => row.map(visible)));
  return [...(part.title === '' ? [] : [visible(part.title)]), ...lines].join('\n');
}

function markdownPart(part: Part): string {
  if ('lines' in part)
    return [
      part.title === '' ? '' : `## ${escapeMarkdown(part.title)}`,
      part.lines.map((line) => `- ${escapeMarkdown(line)}`).join('\n'),
    ]
      .filter((text) => text !== '')
      .join('\n\n');
  return `## ${escapeMarkdown(part.title)}\n\n${escapedTable(part)}`;
}

function escapedTable({ head, rows }: Pick<Table, 'head' | 'rows'>): string {
  const escaped = (cells: readonly string[]) => cells.map(escapeMarkdown);
  return markdownTable(escaped(head), rows.map(escaped));
}

function latexPart(part: Part): string {
  if ('lines' in part) {
    const items = part.lines.map((line) => `  \\item ${escapeLatex(line)}`);
    const list = items.length === 0 ? [] : ['\\begin{itemize}', ...items, '\\end{itemize}'];
    return [...(part.title === '' ? [] : [`\\paragraph{${escapeLatex(part.title)}}`]), ...list].join('\n');
  }
  return latexTable(part);
}

/**
 * A table of booktabs, ready for `\input`: text left, numbers right, intervals small beside their number. One with prose is
 * a longtable, which may run over pages.
 */
export function latexTable({ title, head, rows, prose = [] }: Table): string {
  const line = (cells: readonly string[]) => `    ${cells.map(latexCell).join(' & ')} \\\\`;
  const column = (_: string, k: number) => {
    if (prose.includes(k)) return `p{${k === 0 ? 0.2 : 0.36}\\linewidth}`;
    return rows.some((row) => NUMERIC.test(row[k] ?? '')) ? 'r' : 'l';
  };
  const spec = head.map(column).join('');
  const caption = `\\caption{${escapeLatex(title)}}`;
  const body = ['    \\toprule', line(head), '    \\midrule', ...rows.map(line), '    \\bottomrule'];
  if (prose.length > 0) {
    const [top, names, middle, ...rest] = body;
    return [
      '{\\footnotesize\\setlength{\\tabcolsep}{4pt}',
      `\\begin{longtable}{${spec}}`,
      `  ${caption} \\\\`,
      ...[top, names, middle],
      '    \\endhead',
      ...rest,
      '\\end{longtable}}',
    ].join('\n');
  }
  return [
    '\\begin{table}[htbp]',
    '  \\centering\\small\\setlength{\\tabcolsep}{4pt}',
    `  ${caption}`,
    // Shrunk only where it is wider than the column.
    '  \\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%',
    `  \\begin{tabular}{${spec}}`,
    ...body,
    '  \\end{tabular}}',
    '\\end{table}',
  ].join('\n');
}

/** A number, with or without its sign, its interval, or a sign of comparison before it. */
const NUMERIC = /^[<+−–-]?\s*\d[\d.]*( \[[^\]]*\])?$/;

function latexCell(text: string): string {
  const [, value, interval] = /^([^[]*\d) (\[[^\]]*\])$/.exec(text) ?? [];
  if (value === undefined || interval === undefined) return escapeLatex(text);
  return `${escapeLatex(value)} {\\scriptsize ${escapeLatex(interval)}}`;
}

function latexHead(body: string): string {
  const packages = [
    'booktabs',
    'graphicx',
    'textcomp',
    ...(body.includes('{longtable}') ? ['longtable'] : []),
  ];
  const engine = needsUnicodeLatex(body)
    ? '\n% It has letters that pdfLaTeX does not know: lualatex or xelatex.'
    : '';
  return `% Needs \\usepackage{${packages.join(',')}}.${engine}`;
}

/** Tidy rows as CSV, their keys as the head. Numbers keep all their digits; what is absent is empty. */
export function csvOf<K extends string>(
  head: readonly K[],
  rows: readonly Partial<Record<K, unknown>>[],
): string {
  const cell = (value: unknown) => (value === undefined || value === null ? '' : String(value));
  return [head, ...rows.map((row) => head.map((name) => cell(row[name])))]
    .map((row) => csvRow([...row]))
    .join('');
}
