/** The list of examples for a screen reader: what is chosen, then the example under the cursor. */

import type { MetricName } from '../../../src/metrics/evaluate.ts';
import { METRIC_TITLES } from '../../../src/report/format.ts';
import { tagList } from '../../../src/scoring/tag-list.ts';
import { metricTitle } from '../../metric.ts';
import { shown } from '../../text.ts';
import type { ScreenContext } from '../screen.ts';
import { signed } from './lines.ts';
import { scoredBy, tagsOf } from './list.ts';
import { choiceOf, type ExamplesState, place } from './state.ts';

export function exampleSentences(state: ExamplesState, context: ScreenContext): string[] {
  const { model } = context;
  if (state.picking !== undefined) {
    const { scorer } = choiceOf(state, context);
    const all = { tag: 'all tags', count: model.examples.length, scored: scoredBy(model, scorer) };
    const { tag, count, scored } = tagsOf(model, scorer)[state.picking - 1] ?? all;
    const part = all.scored < all.count ? `, ${scored} of them scored by ${shown(scorer)}` : '';
    return ['Choosing a tag. Enter takes it, Escape leaves it.', `${shown(tag)}, ${count} examples${part}.`];
  }
  const { list, at } = place(state, context);
  const { metric, scorer } = choiceOf(state, context);
  const lines = [
    `${list.length} of ${model.examples.length} examples, sorted by ${state.sort}, ${metricTitle(metric)} of ${shown(scorer)}.`,
  ];
  if (state.searching) lines.push(`Searching for: ${shown(state.query)}`);
  const index = list[at];
  if (index === undefined) return [...lines, 'No example fits.'];
  const { id, tags, captions } = model.examples[index]!;
  lines.push(`Example ${shown(id)}, ${at + 1} in the list. Tags: ${shown(tagList(tags)) || 'none'}.`);
  if (context.edited.has(index)) lines.push('Its captions are edited in this session; Enter shows them.');
  lines.push(...captions.map((text, k) => `Caption ${k}: ${shown(text)}`));
  for (const { name } of model.scorers) lines.push(verdictSentence(context, name, index));
  return lines;
}

/** `clip: text right, image wrong (margin −0.01), undecided.` */
export function verdictSentence({ model }: ScreenContext, scorer: string, index: number): string {
  const judged = model.judge(scorer, index);
  if (!judged) return `${shown(scorer)}: not done yet.`;
  const parts = (Object.keys(judged.verdict) as MetricName[]).map((metric) => {
    const margin = judged.margins[metric];
    return `${METRIC_TITLES[metric]} ${judged.verdict[metric] ? 'right' : 'wrong'}${margin === undefined ? '' : `, margin ${signed(margin)}`}`;
  });
  return `${shown(scorer)}: ${parts.join('; ')}${judged.undecided ? '; undecided' : ''}.`;
}
