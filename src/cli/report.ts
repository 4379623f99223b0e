/** `winoscope report`: a stored run's numbers as JSON or Markdown. */

import { UsageError } from '../errors.ts';
import { visible } from '../report/format.ts';
import { markdown } from '../report/markdown.ts';
import { openRun, type StoredRun } from '../run/open-run.ts';
import { choicesOf } from '../run/probabilities.ts';
import { scoresOf } from '../run/scorer-view.ts';
import type { Summary } from '../run/summary-schema.ts';
import { softmax } from '../stats/temperature.ts';
import { analysisOf } from './options.ts';
import { writeOutput } from './output.ts';
import type { ReportFlags } from './report-command.ts';

/** Carries out `winoscope report`; see `docs/cli.md`. @throws WinoscopeError for what the user can mend. */
export function report(path: string, flags: ReportFlags): void {
  const { format, output } = flags;
  const run = openRun(path);
  const analysis = analysisOf(flags);
  const summary = run.summarize(analysis);
  const text = format === 'json' ? `${JSON.stringify(summary, null, 2)}\n` : markdown(summary);
  const lines = flags.probabilities === undefined ? [] : probabilityLines(run, summary, path);
  if (output === undefined) process.stdout.write(text);
  else writeOutput(output, text, 'the report');
  if (flags.probabilities !== undefined)
    writeOutput(flags.probabilities, lines.join(''), 'the probabilities', '--probabilities');
}

/**
 * `{"scorer","example","image","p":[…]}` for every choice of every scorer that has a temperature; says on stderr which
 * have none.
 * @throws UsageError where none has.
 */
function probabilityLines(run: StoredRun, { scorers, analysis }: Summary, path: string): string[] {
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
  return [...run.views].flatMap(([scorer, view]) => {
    const fit = scorers[scorer]?.probabilities;
    if (!fit) return [];
    const scores = run.examples.map((_, index) => scoresOf(view, index, analysis)?.raw);
    return choicesOf(run.examples, scores).map(({ example, image, scores: values }) => {
      const p = softmax(values, fit.temperature);
      return `${JSON.stringify({ scorer, example: run.examples[example]!.id, image, p })}\n`;
    });
  });
}
