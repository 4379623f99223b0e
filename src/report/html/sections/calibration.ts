/** Whether probabilities made of scores mean what they say. */

import { wilsonInterval } from '../../../stats/wilson.ts';
import { percent, probabilitySentence, samplesSentence } from '../../format.ts';
import { calibration } from '../../plots/calibration.ts';
import type { Pen } from '../../plots/pen.ts';
import type { Column } from '../columns.ts';
import { html, type Markup } from '../markup.ts';
import { figure, panel, section, sentences, table } from '../parts.ts';

/** A panel per scorer that a temperature could be fitted to, and what the number of trials tells. */
export function calibrationSection(pen: Pen, columns: readonly Column[]): Markup | false {
  const fitted = columns.flatMap(({ label, numbers: { probabilities } }, place) => {
    if (!probabilities) return [];
    const rows = probabilities.bins
      .filter(({ count }) => count > 0)
      .map((bin) => {
        const [low, high] = wilsonInterval(Math.round(bin.accuracy * bin.count), bin.count);
        return { ...bin, low, high };
      });
    return [{ label, place, probabilities, rows }];
  });
  const lines = [
    ...fitted.map(({ label, probabilities }) => `${label}: ${probabilitySentence(probabilities)}`),
    ...columns.flatMap(({ label, numbers: { samplesToDecide } }) =>
      samplesToDecide ? [`${label}: ${samplesSentence(samplesToDecide)}`] : [],
    ),
    ...columns.flatMap(({ label, numbers: { probabilities } }) =>
      probabilities ? [] : [`${label}: no temperature can be fitted: too few choices, or all of them right.`],
    ),
  ];
  if (fitted.length === 0 && columns.every(({ numbers }) => !numbers.samplesToDecide)) return false;
  const least = Math.min(0.5, ...fitted.flatMap(({ rows }) => rows.map(({ lo }) => lo)));
  return section(
    'calibration',
    'Calibration',
    html`<p>Scores made into p(caption | image) by a temperature that the other half of the examples decided: of the captions said to be right with 80 %, 80 % should be.</p>
${
  fitted.length > 0 &&
  figure({
    panels: fitted.map(({ label, place, rows }) =>
      panel(label, calibration(pen, { rows, scorer: label, place, least })),
    ),
    caption:
      'Dots are bins of winning captions, the larger the more of them; bars are 95 % Wilson intervals; the dashed line is perfect calibration.',
    numbers: table({
      caption: 'Winning captions by their probability',
      head: ['scorer, bin', 'choices', 'mean probability', 'right', 'from', 'to'],
      rows: fitted.flatMap(({ label, rows }) =>
        rows.map(({ lo, hi, count, confidence, accuracy, low, high }) => [
          `${label}, ${Math.round(100 * lo)}–${Math.round(100 * hi)} %`,
          count,
          ...[confidence, accuracy, low, high].map(percent),
        ]),
      ),
    }),
  })
}
${sentences(lines)}`,
  );
}
