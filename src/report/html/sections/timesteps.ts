/** At which noise a denoiser knows the right caption. */

import { meanErrorDifference } from '../../mean-error-difference.ts';
import { errorByTimestep, shortNumber } from '../../plots/error-by-timestep.ts';
import type { Pen } from '../../plots/pen.ts';
import type { Column } from '../columns.ts';
import { html } from '../markup.ts';
import { figure, type Section, section, table, twoWidths } from '../parts.ts';

/** The figure; nothing where no scorer has trials. */
export function timestepSection(pen: Pen, columns: readonly Column[]): Section | false {
  const rows = columns.flatMap(({ run, scorer, label }) =>
    meanErrorDifference(run.model, scorer).map((row) => ({ ...row, scorer: label })),
  );
  if (rows.length === 0) return false;
  const scorers = columns.map(({ label }) => label);
  const own = new Set(rows.map(({ scorer }) => scorer));
  return section(
    'timesteps',
    'Timesteps',
    html`<p>How much larger the denoising error is under a wrong caption than under the right one, by timestep. Small timesteps are little noise, large ones much. Where the band lies above 0, the model tells right captions from wrong ones at that noise.</p>
${figure({
  panels: [twoWidths((width) => errorByTimestep(pen, { rows, scorers }, width))],
  legend: own.size > 1 ? scorers.flatMap((label, place) => (own.has(label) ? [{ label, place }] : [])) : [],
  caption:
    'Mean squared errors in the model’s own space, averaged over examples; bands are pointwise 95 % t intervals over examples.',
  numbers: table({
    caption: 'Mean error difference by timestep with 95 % intervals',
    head: ['scorer, timestep', 'examples', 'mean', 'from', 'to'],
    rows: rows.map(({ scorer, timestep, count, mean, low, high }) => [
      `${scorer}, ${timestep}`,
      count,
      ...[mean, low, high].map(digits),
    ]),
  }),
})}`,
  );
}

function digits(value: number): string {
  return Math.abs(value) >= 1e-3
    ? value.toPrecision(4).replace('-', '−')
    : shortNumber(Number(value.toPrecision(4)));
}
