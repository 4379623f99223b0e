/** Effective robustness as a page: the figure, the table, and how the line was found. */

import { openPen } from '../plots/pen.ts';
import { robustnessFigure } from '../plots/robustness.ts';
import { type RobustnessReport, robustnessParts } from '../robustness.ts';
import { html } from './markup.ts';
import { page } from './page.ts';
import { figure, partMarkup, section, sentences, twoWidths } from './parts.ts';

/** The page. @param version of winoscope, for its foot */
export async function robustnessPage(report: RobustnessReport, version: string): Promise<string> {
  const { sets, metric, rows, curve, line } = report;
  const pen = await openPen();
  const [table, how] = robustnessParts(report);
  const baselines = rows.filter(({ isBaseline }) => isBaseline).length;
  const above = rows.filter(
    ({ isBaseline, effectiveCi95 }) => !isBaseline && effectiveCi95 && effectiveCi95[0] > 0,
  );
  const told = above.map(({ model }) => model).join(', ');
  return page({
    title: 'Effective robustness · Winoscope',
    header: html`<p class="kicker">Winoscope report</p>
<h1>Effective robustness</h1>
<p class="lead">Whether ${rows.length} models lose as much on ${sets.shifted} as their accuracy on ${sets.id} lets expect${line && `, by the line of ${baselines} baselines`}.</p>
${line && html`<p>${told === '' ? 'No model lies above the line of the baselines by more than chance could make.' : `Above the line of the baselines, by more than chance could make: ${told}.`}</p>`}`,
    sections: [
      section(
        'figure',
        'Figure',
        figure({
          panels: [twoWidths((width) => robustnessFigure(pen, { rows, curve, sets }, width))],
          caption: html`<span class="key s3-text" aria-hidden="true">●</span> baselines, <span class="key accent" aria-hidden="true">◆</span> other models; ${metric}, whiskers are 95 % Wilson intervals where the number of examples is known. ${line && 'The line is fitted to the baselines on the logit scale; dark its 95 % interval, light the band of single models.'} Dashed: nothing lost.`,
          numbers: false,
        }),
      ),
      section('table', 'All models', partMarkup(table!)),
      section('how', 'How', sentences(how && 'lines' in how ? how.lines : [])),
    ],
    footer: html`<p>Made by winoscope ${version}. This file is complete: it loads nothing from anywhere.</p>`,
  });
}
