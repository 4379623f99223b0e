/** The upper part of the pair screen: title, images with their heat maps, score matrices, legend. */

import { tagList } from '../../../src/scoring/tag-list.ts';
import { heatLegend } from '../../components/heat-map.ts';
import { beside, exactly } from '../../components/lines.ts';
import { pictureLines } from '../../components/picture.ts';
import { matrixLines, verdictLine } from '../../components/score-matrix.ts';
import type { HeatMode } from '../../images/heat.ts';
import type { Painter } from '../../images/painter.ts';
import { cut, shown, width } from '../../text.ts';
import type { ScreenContext } from '../screen.ts';
import { heatMapsOf, isWithoutScores, judgementOf } from './findings.ts';
import { type Layout, matrixImages } from './layout.ts';
import { captionsOf, type PairState, trialScorer, variantOf } from './state.ts';

/** `Example 12 · 12 of 210 · Object; Noun`. */
export function titleLine(state: PairState, context: ScreenContext): string {
  const { model, theme } = context;
  const example = model.examples[state.index];
  if (!example) return ' No example.';
  const title = `Example ${shown(example.id)}`;
  const edits = state.variants.length;
  const parts = [
    `${state.at + 1} of ${state.order.length}`,
    ...(example.tags.length > 0 ? [shown(tagList(example.tags))] : []),
  ];
  const more = cut(parts.join(' · '), context.width - width(title) - (edits > 0 ? 26 : 4));
  const edited = edits > 0 ? theme.paint('warn', `  edited, ${edits} to undo`) : '';
  return ` ${theme.paint('title', title)}  ${theme.paint('muted', more)}${edited}`;
}

/** Images beside the score matrices, and the legend beneath: as many rows as the layout gives. */
export function mainLines(
  state: PairState,
  context: ScreenContext,
  { layout, painter }: { layout: Layout; painter: Painter },
): string[] {
  const { theme } = context;
  const { picture, images } = layout;
  const heat = heatMapsOf(state, context);
  const map = typeof heat === 'string' ? undefined : heat;
  const block = (image: number, label: string, mode: HeatMode | undefined) => ({
    columns: picture.columns,
    lines: [
      theme.paint('muted', cut(label, picture.columns)),
      ...pictureLines(mode === 'alone' && !map ? { missing: '' } : state.images[image], {
        space: picture,
        painter,
        heat: map && mode ? { heat: map, image, mode } : undefined,
      }),
    ],
  });
  const blocks = images.flatMap((image) => {
    const label = imageLabel(state, context, { image, columns: picture.columns });
    if (state.heat !== 'beside') return [block(image, label, state.heat === 'over' ? 'over' : undefined)];
    return [block(image, label, undefined), block(image, 'where it lies', 'alone')];
  });
  const scorer = shown(trialScorer(state, context) ?? '');
  const columns = context.width - layout.matrix - 2;
  const legend =
    typeof heat === 'string'
      ? theme.paint('muted', cut(heat, columns))
      : heatLegend(heat, { theme, columns, mode: state.heat === 'off' ? 'off' : 'over', scorer });
  const used = blocks.length * (picture.columns + 2);
  const left = [...beside(blocks), legend];
  while (left.length < layout.main) left.push('');
  const matrices = matrixBlock(state, context, { rows: left.length, columns: layout.matrix });
  return beside(
    [
      { lines: left.map((line) => ` ${line}`), columns: used },
      { lines: matrices, columns: layout.matrix },
    ],
    1,
  );
}

function imageLabel(
  state: PairState,
  { model }: ScreenContext,
  { image, columns }: { image: number; columns: number },
): string {
  const example = model.examples[state.index]!;
  const truth = example.truth.filter(([i]) => i === image).map(([, c]) => c);
  const more = example.images.length > 2 ? ` of ${example.images.length}` : '';
  const found = state.images[image];
  if (found && 'missing' in found) return `image ${image}: ${shown(found.missing)}`;
  const long = `image ${image}${more}${truth.length > 0 ? ` = caption ${truth.join(', ')}` : ''}`;
  return width(long) <= columns ? long : `image ${image}`;
}

/** All scorers' matrices, with normalized scores where there is room for them. */
function matrixBlock(
  state: PairState,
  context: ScreenContext,
  { rows, columns }: { rows: number; columns: number },
): string[] {
  const { model, theme } = context;
  const example = { ...model.examples[state.index]!, captions: captionsOf(state, context) };
  const { first, second } = state;
  const captions = [
    { caption: first, label: second === undefined ? 'score' : `A ${first}` },
    ...(second === undefined ? [] : [{ caption: second, label: `B ${second}` }]),
  ];
  const images = matrixImages(state, example.images.length);
  const draw = (both: boolean) =>
    model.scorers.map(({ name }) =>
      matrixLines(
        name,
        { judgement: judgementOf(state, context, name), example },
        { theme, columns, images, captions, both, absent: absentOf(state, name) },
      ),
    );
  const full = draw(true);
  const short = draw(false);
  const brief = model.scorers.map(({ name }) => {
    const judgement = judgementOf(state, context, name);
    if (!judgement)
      return [
        theme.paint('title', cut(shown(name), columns)),
        theme.paint('muted', ` ${absentOf(state, name)}`),
      ];
    const title = cut(shown(name), columns);
    const how = `enlarge${state.heat === 'beside' ? ' or m' : ''}`;
    const more = [`  scores: ${how}`, `  ${how}`].find((text) => width(title) + text.length <= columns) ?? '';
    return [theme.paint('title', title) + theme.paint('muted', more), verdictLine(judgement, theme, columns)];
  });
  const found = full.flat().length <= rows ? full : asManyAsFit(short, brief, rows);
  const spare = rows - found.flat().length;
  // What room is left goes between the scorers, then to what the marks mean.
  const lines = spare >= found.length + 1 ? found.flatMap((block) => [...block, '']) : found.flat();
  const hints = ['* best caption of its image', '^ best image of its caption'];
  const hint = hints.map((text) => theme.paint('muted', cut(text, columns)));
  return exactly([...lines, ...hint], rows);
}

/** What is so of a scorer without scores. */
function absentOf(state: PairState, scorer: string): string {
  const variant = variantOf(state);
  const isOver = variant?.problem !== undefined || isWithoutScores(variant?.standings[scorer]?.state);
  return isOver ? 'not scored' : 'not scored yet';
}

/** Whole matrices for the first scorers, the brief form for those that there is no room for. */
function asManyAsFit(blocks: readonly string[][], brief: readonly string[][], rows: number): string[][] {
  for (let whole = blocks.length; whole > 0; whole--) {
    const found = [...blocks.slice(0, whole), ...brief.slice(whole)];
    if (found.flat().length <= rows) return found;
  }
  return [...brief];
}
