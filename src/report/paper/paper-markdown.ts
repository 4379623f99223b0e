/** The paper's comparisons as Markdown. */

import { percent } from '../format.ts';
import { escapeMarkdown } from '../escape.ts';
import { markdownTable } from '../markdown.ts';
import type { PaperCell, PaperFigure, PaperReport, PaperTable } from './paper-report.ts';

/** `82.5 [76.6, 87.1]`, the text of a cell without a share, or nothing. */
export function cellText(cell: PaperCell | undefined): string {
  if (!cell) return '';
  if ('text' in cell) return cell.text;
  return `${percent(cell.score)} [${percent(cell.ci95[0])}, ${percent(cell.ci95[1])}]`;
}

/** The whole report. */
export function paperMarkdown(report: PaperReport): string {
  const { findings, tables, figures, runs, version } = report;
  const held = findings.filter(({ holds }) => holds === 'holds').length;
  const parts = [
    '# The comparisons of "Your Diffusion Model is Secretly a Zero-Shot Classifier" on the embedded world',
    `${held} of ${findings.length} of the paper's findings hold here. Percent right, with 95 % Wilson intervals; winoscope ${escapeMarkdown(version)}.`,
    ...(report.reduced ? ['**Made in short: fewer examples and trials than the report is meant for.**'] : []),
    '## What holds',
    markdownTable(
      ['finding', 'in the paper', 'here', 'measured'],
      findings.map(({ claim, counterpart, holds, measured }) =>
        [claim, counterpart, holds, measured].map(escapeMarkdown),
      ),
    ),
    '## Tables',
    ...tables.flatMap(tableParts),
    '## Figures, as tables',
    ...figures.flatMap(figureParts),
    '## How it was made',
    markdownTable(
      ['run', 'evaluations', 'seconds', 'command'],
      runs.map(({ name, evaluations, seconds, command }) => [
        escapeMarkdown(name),
        `${evaluations}`,
        seconds.toFixed(0),
        `\`${command}\``,
      ]),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

function tableParts({ title, counterpart, head, rows, notes }: PaperTable): string[] {
  return [
    `### ${escapeMarkdown(title)}`,
    markdownTable(
      head.map(escapeMarkdown),
      rows.map(({ name, cells }) => [name, ...cells.map(cellText)].map(escapeMarkdown)),
    ),
    [`In the paper: ${counterpart}.`, ...notes].map(escapeMarkdown).join(' '),
  ];
}

/** A column per place of x; a line that has no point there leaves the cell empty. */
function figureParts({ title, counterpart, x, lines, notes }: PaperFigure): string[] {
  const places = [...new Set(lines.flatMap(({ points }) => points.map((point) => point.x)))].sort(
    (a, b) => a - b,
  );
  return [
    `### ${escapeMarkdown(title)}`,
    markdownTable(
      [x, ...places.map(String)].map(escapeMarkdown),
      lines.map(({ name, points }) => [
        escapeMarkdown(name),
        ...places.map((place) => {
          const found = points.find((point) => point.x === place);
          return found ? percent(found.correct / found.count) : '';
        }),
      ]),
    ),
    [`In the paper: ${counterpart}.`, ...notes].map(escapeMarkdown).join(' '),
  ];
}
