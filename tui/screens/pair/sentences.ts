/** The pair screen for a screen reader: one fact per line, most important first. */

import type { MetricName } from '../../../src/metrics/evaluate.ts';
import { METRIC_TITLES } from '../../../src/report/format.ts';
import { tagList } from '../../../src/scoring/tag-list.ts';
import { compareCaption } from '../../components/caption-words.ts';
import { signed } from '../../components/error-plot.ts';
import { scoreText, winnersOf } from '../../components/score-matrix.ts';
import { shown } from '../../text.ts';
import type { ScreenContext } from '../screen.ts';
import { drawnSentences } from './drawn-lines.ts';
import { curveOf, heatMapsOf, judgementOf } from './findings.ts';
import { captionsOf, type PairState, trialScorer, variantOf } from './state.ts';

/** All of the screen in words. */
export function pairSentences(state: PairState, context: ScreenContext): string[] {
  const example = context.model.examples[state.index];
  if (!example) return ['No example.'];
  const tags = example.tags.length > 0 ? ` Tags: ${shown(tagList(example.tags))}.` : '';
  return [
    `Example ${shown(example.id)}, ${state.at + 1} of ${state.order.length}.${tags}`,
    ...promptSentences(state),
    ...captionSentences(state, context),
    ...variantSentences(state, context),
    ...context.model.scorers.flatMap(({ name }) => scorerSentences(state, context, name)),
    ...mapSentences(state, context),
    ...curveSentences(state, context),
    ...cleanSentences(state),
    ...drawnSentences(state),
  ];
}

function promptSentences({ prompt, caption }: PairState): string[] {
  if (!prompt) return [];
  const { text, cursor } = prompt.line;
  const what = prompt.of === 'caption' ? `Editing caption ${caption}` : 'Folder to save into';
  const where = cursor === text.length ? 'at the end' : `before "${shown(text.slice(cursor, cursor + 12))}"`;
  return [
    `${what}: ${shown(text)}. Cursor ${where}. Enter ${prompt.of === 'caption' ? 'scores' : 'saves'} it, Escape leaves it.`,
  ];
}

function captionSentences(state: PairState, context: ScreenContext): string[] {
  const captions = captionsOf(state, context);
  const example = context.model.examples[state.index]!;
  return captions.map((caption, c) => {
    const images = example.truth.filter(([, other]) => other === c).map(([image]) => image);
    const side =
      state.second === undefined ? '' : c === state.first ? ', A' : c === state.second ? ', B' : '';
    const other =
      side === ', A' ? captions[state.second!] : side === ', B' ? captions[state.first] : undefined;
    const chosen = c === state.caption ? ', chosen' : '';
    const of = images.length > 0 ? `, of image ${images.join(', ')}` : '';
    return `Caption ${c}${side}${of}${chosen}: ${shown(caption)}.${other === undefined ? '' : wordsSentence(caption, other)}`;
  });
}

function wordsSentence(caption: string, other: string): string {
  const { kind, parts } = compareCaption(caption, other);
  if (kind === 'same') return ' The other caption is the same.';
  const words = parts.filter(({ differs }) => differs).map(({ text }) => `"${shown(text)}"`);
  return words.length === 0 ? ' It lacks words of the other.' : ` Words ${kind}: ${words.join(', ')}.`;
}

function variantSentences(state: PairState, { model }: ScreenContext): string[] {
  const variant = variantOf(state);
  if (!variant) return [];
  if (variant.problem !== undefined) return [shown(variant.problem)];
  return model.scorers.map(({ name }) => {
    const standing = variant.standings[name];
    const notes = (standing?.notes ?? []).map((note) => ` ${shown(note)}`).join('');
    const told = standing?.message === undefined ? '' : ` ${shown(standing.message)}`;
    const trials = standing?.state === 'running' ? ` trial ${standing.done} of ${standing.total}` : '';
    const force = standing?.state === 'refused' ? ' F scores it all the same.' : '';
    return `Edited captions, ${shown(name)}: ${standing?.state ?? 'waiting'}${trials}.${told}${force}${notes}`;
  });
}

function scorerSentences(state: PairState, context: ScreenContext, name: string): string[] {
  const judgement = judgementOf(state, context, name);
  if (!judgement) return [`${shown(name)}: not scored yet.`];
  const { verdict, margins, scores, undecided, trials } = judgement;
  const metrics = (Object.entries(verdict) as [MetricName, boolean][]).map(
    ([metric, right]) =>
      `${METRIC_TITLES[metric]} ${right ? 'right' : 'wrong'} by ${signed(margins[metric] ?? 0)}`,
  );
  const winners = winnersOf(judgement);
  const count = trials === undefined ? '' : `, ${trials} trials`;
  const head = `${shown(name)}${count}: ${metrics.length > 0 ? metrics.join(', ') : 'nothing to decide'}${undecided ? '; undecided' : ''}.`;
  const rows = scores.raw.map((row, image) => {
    const chosen = [...row.keys()].filter(
      (c) => row.length <= 4 || c === state.first || c === state.second || c === winners.captions[image],
    );
    const cells = chosen.map((c) => `caption ${c} ${scoreText(row[c])}`);
    const best = winners.captions[image];
    return `${shown(name)}, image ${image}: ${cells.join(', ')}; ${best === undefined ? 'no caption is best' : `best is caption ${best}`}.`;
  });
  return [head, ...rows];
}

/** What `m` has chosen, for those who will describe the picture to others. */
const HEAT_STATES: Record<PairState['heat'], string> = {
  over: 'Heat maps lie over the images.',
  beside: 'Heat maps stand beside the images.',
  off: 'Heat maps are not drawn.',
};

function mapSentences(state: PairState, context: ScreenContext): string[] {
  return [HEAT_STATES[state.heat], ...mapFacts(state, context)];
}

function mapFacts(state: PairState, context: ScreenContext): string[] {
  const heat = heatMapsOf(state, context);
  if (typeof heat === 'string') return [`Heat map: ${heat}`];
  return heat.maps.map(({ values, width }, image) => {
    const better = values.filter((value) => value > 0).length;
    const at = values.reduce((best, value, k) => (Math.abs(value) > Math.abs(values[best]!) ? k : best), 0);
    const side = values[at]! > 0 ? 'A' : 'B';
    return `Heat map of image ${image}: caption A explains ${better} of ${values.length} cells better; the largest difference, ${signed(values[at]!)}, is for ${side} in row ${Math.floor(at / width) + 1}, column ${(at % width) + 1}; mean of ${heat.trials} trials.`;
  });
}

function curveSentences(state: PairState, context: ScreenContext): string[] {
  const images = context.model.examples[state.index]!.images;
  return [...images.keys()].flatMap((image) => {
    const curve = curveOf(state, context, { panel: 'timesteps', image });
    if (!curve) return [];
    const { points } = curve;
    const above = points.filter(({ value }) => value > 0).length;
    const most = points.reduce((best, point) =>
      Math.abs(point.value) > Math.abs(best.value) ? point : best,
    );
    const running = curveOf(state, context, { panel: 'running', image })?.points.at(-1);
    const band =
      running?.low === undefined
        ? ''
        : `, 95 percent band ${signed(running.low)} to ${signed(running.high!)}`;
    return [
      `${shown(trialScorer(state, context) ?? '')}, image ${image}: A has the smaller error at ${above} of ${points.length} timesteps; the largest difference is ${signed(most.value)} at timestep ${most.x}; score of A minus B ${signed(running?.value ?? 0)}${band}.`,
    ];
  });
}

function cleanSentences(state: PairState): string[] {
  if (state.panel !== 'clean') return [];
  return Object.entries(state.clean).map(([image, { timestep, message, result }]) => {
    const head = `Reconstruction of image ${image} at timestep ${timestep}`;
    if (message !== undefined) return `${head}: ${shown(message)}`;
    if (!result) return `${head}: on its way.`;
    const names = state.second === undefined ? ['the caption', 'no caption'] : ['A', 'B', 'no caption'];
    return `${head}: error ${result.errors.map((error, k) => `${error.toPrecision(3)} under ${names[k]}`).join(', ')}.`;
  });
}
