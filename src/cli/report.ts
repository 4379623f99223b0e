/** `winoscope report`: the numbers of stored runs in every form. */

import { publishedRows } from '../../tasks/winoground/published.ts';
import { UsageError } from '../errors.ts';
import { visible } from '../report/format.ts';
import { markdown } from '../report/markdown.ts';
import { PUBLISHED_COLUMNS, publishedFor, publishedScoreRows } from '../report/published.ts';
import { type NamedSummary, publishedTable, reportParts, runNames } from '../report/report-parts.ts';
import { SCORE_COLUMNS, scoreRows } from '../report/score-rows.ts';
import { summaryTable } from '../report/table.ts';
import { csvOf, documentOf, partText } from '../report/tables.ts';
import { FORMAT } from '../results/manifest.ts';
import { openRun, type StoredRun } from '../run/open-run.ts';
import { readPrior } from '../run/prior.ts';
import { choicesOf } from '../run/probabilities.ts';
import { racesOf } from '../run/samples-to-decide.ts';
import { scoresOf } from '../run/scorer-view.ts';
import type { Summary } from '../run/summary-schema.ts';
import { curveAt } from '../stats/platt.ts';
import { softmax } from '../stats/temperature.ts';
import { analysisOf } from './options.ts';
import { jsonText, printOrWrite, writeOutput } from './output.ts';
import type { ReportFlags } from './report-command.ts';

/** Carries out `winoscope report`; see `docs/reports.md`. @throws WinoscopeError for what the user can mend. */
export async function report(paths: readonly string[], flags: ReportFlags): Promise<void> {
  const { output, probabilities, confidence, prior } = flags;
  if (prior !== undefined && probabilities === undefined)
    throw new UsageError({
      what: '--prior has no use without --probabilities',
      fix: 'Add it, or leave both.',
    });
  if (paths.length > 1 && (probabilities !== undefined || confidence !== undefined))
    throw new UsageError({
      what: '--probabilities and --confidence are of one run',
      got: `${paths.length} runs`,
    });
  const analysis = analysisOf(flags);
  const names = runNames(paths);
  const runs = paths.map((path, k) => {
    const run = openRun(path);
    return { run: names[k]!, stored: run, summary: run.summarize(analysis) };
  });
  const text =
    flags.format === 'html'
      ? await (await import('./html-page.ts')).htmlReport(runs, analysis, flags)
      : reportText(runs, { ...flags, format: flags.format });
  const [first] = runs as [(typeof runs)[0]];
  const [path] = paths as [string];
  const lines =
    probabilities === undefined ? [] : probabilityLines(first.stored, first.summary, { path, prior });
  const races = confidence === undefined ? [] : confidenceLines(first.stored, first.summary, path);
  printOrWrite(output, text, 'the report');
  if (probabilities !== undefined)
    writeOutput(probabilities, lines.join(''), 'the probabilities', '--probabilities');
  if (confidence !== undefined) writeOutput(confidence, races.join(''), 'the confidences', '--confidence');
}

/** What a report is made of in every form but the page. */
interface TextFlags extends Pick<ReportFlags, 'published'> {
  format: Exclude<ReportFlags['format'], 'html'>;
}

/** The report itself. Published scores come with Winoground, or where they were asked for. */
function reportText(runs: readonly NamedSummary[], { format, published: asked }: TextFlags): string {
  const isOne = runs.length === 1;
  const { summary } = runs[0]!;
  const isWinoground = runs.some((run) => publishedFor(run.summary).length > 0);
  const published = asked || (asked === undefined && isWinoground) ? publishedRows() : [];
  if (format === 'csv') {
    const rows = runs.flatMap((one) => scoreRows(one.summary, one.run));
    return asked ? csvOf(PUBLISHED_COLUMNS, [...rows, ...publishedScoreRows()]) : csvOf(SCORE_COLUMNS, rows);
  }
  if (format === 'json') {
    // One run alone is its summary; Winoground's published scores come into it only where they were asked for.
    const value =
      isOne && !asked
        ? summary
        : {
            format: FORMAT,
            runs: runs.map((one) => ({ name: one.run, ...one.summary })),
            ...(asked && { published }),
          };
    return jsonText(value);
  }
  if (format === 'md' && isOne) return markdown(summary, published);
  if (format === 'text' && isOne)
    return `${summaryTable(summary)}\n${asked ? `\n${partText(publishedTable(published))}\n` : ''}`;
  const title = isOne ? summary.task.name : `${runs.length} runs`;
  return documentOf(title, reportParts(runs, published), format);
}

/**
 * `{"scorer","example","image","p":[…]}` for every choice of every scorer that has a temperature; says on stderr which
 * have none.
 * @throws UsageError where none has; InputError as `readPrior`.
 */
function probabilityLines(
  run: StoredRun,
  { scorers, analysis }: Summary,
  { path, prior: file }: { path: string; prior: string | undefined },
): string[] {
  const without = Object.keys(scorers).filter((name) => !scorers[name]!.probabilities);
  if (without.length === Object.keys(scorers).length) {
    throw new UsageError({
      what: 'no temperature can be fitted, so there are no probabilities',
      where: path,
      expected: 'a scorer with at least 10 choices in each half of the examples, not all of them right',
    });
  }
  for (const name of without)
    process.stderr.write(
      `no temperature can be fitted to ${visible(name)}: too few choices, or all of them right\n`,
    );
  const prior = file === undefined ? undefined : readPrior(file);
  return [...run.views].flatMap(([scorer, view]) => {
    const fit = scorers[scorer]?.probabilities;
    if (!fit) return [];
    const scores = run.examples.map((_, index) => scoresOf(view, index, analysis)?.raw);
    return choicesOf(run.examples, scores).map(({ example, image, scores: values }) => {
      const { id, captions } = run.examples[example]!;
      const p = softmax(values, fit.temperature, prior?.of(captions));
      return jsonText({ scorer, example: id, image, p }, 0);
    });
  });
}

/**
 * `{"scorer","example","image","trials","decided","best","p"}` for every choice of every diffusion scorer.
 * @throws UsageError where there is none that a confidence can be fitted to.
 */
function confidenceLines(run: StoredRun, { scorers }: Summary, path: string): string[] {
  const lines = [...run.views].flatMap(([scorer, view]) => {
    const fit = scorers[scorer]?.samplesToDecide;
    if (!fit || view.kind !== 'diffusion') return [];
    return racesOf(view, run.examples).map(({ example, image, trials, decided, best }) => {
      const p = curveAt(fit.curve, Math.log(trials));
      return jsonText({ scorer, example: run.examples[example]!.id, image, trials, decided, best, p }, 0);
    });
  });
  if (lines.length > 0) return lines;
  throw new UsageError({
    what: 'no confidence can be told from the trials',
    where: path,
    expected:
      'a diffusion scorer with the whole plan (no --stop, no --prune) and at least 10 choices in each half of the examples',
  });
}
