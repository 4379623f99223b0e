/** Whether what scorers say of how sure they are is true. */

import { wilsonInterval } from '../../../stats/wilson.ts';
import { type CalibrationRow, calibrationRows } from '../../calibration-rows.ts';
import { percent, probabilitySentence, samplesSentence } from '../../format.ts';
import { calibration } from '../../plots/calibration.ts';
import type { Pen } from '../../plots/pen.ts';
import { type Column, summaryOf } from '../columns.ts';
import { html } from '../markup.ts';
import { figure, panel, type Section, section, sentences, table } from '../parts.ts';

const OF = { caption: 'by p(caption | image)', trials: 'by trials to decide' } as const;

interface Panel {
  title: string;
  place: number;
  rows: (CalibrationRow & { low: number; high: number })[];
}

/** A panel per scorer and way of telling how sure it is; nothing where there is none. */
export function calibrationSection(pen: Pen, columns: readonly Column[]): Section | false {
  const panels = panelsOf(columns);
  if (panels.length === 0) return false;
  const lines = columns.flatMap(({ label, numbers: { probabilities, samplesToDecide } }) => [
    `${label}: ${probabilities ? probabilitySentence(probabilities) : 'no temperature can be fitted: too few choices, or all of them right.'}`,
    ...(samplesToDecide ? [`${label}: ${samplesSentence(samplesToDecide)}`] : []),
  ]);
  const least = Math.min(0.5, ...panels.flatMap(({ rows }) => rows.map(({ lo }) => lo)));
  return section(
    'calibration',
    'Calibration',
    html`<p>Of the captions that a scorer calls right with a probability of 80 %, 80 % should be. Probabilities come from scores by a temperature, or from how many trials a decision took; each half of the examples is judged by what was fitted to the other.</p>
${figure({
  panels: panels.map(({ title, place, rows }) =>
    panel(title, calibration(pen, { rows, scorer: title, place, least })),
  ),
  caption:
    'Dots are bins of winning captions, the larger the more of them; bars are 95 % Wilson intervals; the dashed line is perfect calibration.',
  numbers: table({
    caption: 'Winning captions by their probability, in percent',
    head: ['scorer, bin', 'choices', 'mean probability', 'right', 'from', 'to'],
    rows: panels.flatMap(({ title, rows }) =>
      rows.map(({ lo, hi, count, confidence, accuracy, low, high }) => [
        `${title}, ${Math.round(100 * lo)}–${Math.round(100 * hi)} %`,
        count,
        ...[confidence, accuracy, low, high].map(percent),
      ]),
    ),
  }),
})}
${sentences(lines)}`,
  );
}

function panelsOf(columns: readonly Column[]): Panel[] {
  const all = calibrationRows(summaryOf(columns)).map((row) => {
    const [low, high] = wilsonInterval(Math.round(row.accuracy * row.count), row.count);
    return { ...row, low, high };
  });
  return columns.flatMap(({ label }, place) =>
    (['caption', 'trials'] as const).flatMap((of) => {
      const rows = all.filter((row) => row.scorer === label && row.of === of);
      return rows.length > 0 ? [{ title: `${label}, ${OF[of]}`, place, rows }] : [];
    }),
  );
}
