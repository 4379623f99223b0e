/** The lower part of the pair screen: error differences as plots, or reconstructions as pictures. */

import type { DifferenceCurve } from '../../../src/report/error-difference.ts';
import { errorPlot, spanOf } from '../../components/error-plot.ts';
import { beside, exactly } from '../../components/lines.ts';
import type { Painter } from '../../images/painter.ts';
import { PAIR_KEYS } from '../../pair-keys.ts';
import { cut, shown, width, wrap } from '../../text.ts';
import type { ScreenContext } from '../screen.ts';
import { drawnBlock } from './drawn-lines.ts';
import { curveOf, errorsOf, isWithoutScores, noiseAt } from './findings.ts';
import { DRAWN_BESIDE_CLEAN, type Layout } from './layout.ts';
import {
  type Clean,
  knowsCaptions,
  NO_CAPTIONS,
  PANELS,
  type PairState,
  type Panel,
  trialScorer,
  variantOf,
} from './state.ts';

/** What a panel is called: its key and the hint of it, as in the line at the bottom. */
function tabOf(panel: Panel): string {
  const { keys, hint } = PAIR_KEYS.find(({ command }) => command === `panel-${panel}`)!;
  return `${keys[0]} ${hint}`;
}

/** From here on both plots fit beside each other. */
const WIDE = 150;

/** What the band is made of, short enough for half a screen. */
const BANDS: Record<DifferenceCurve['band'], string> = {
  repeats: 'band: noises of 3 timesteps',
  neighbours: 'band: successive differences',
  none: 'too few trials for a band',
};

/** The panel that is chosen, exactly as many rows as the layout gives it. */
export function panelLines(
  state: PairState,
  context: ScreenContext,
  { layout, painter }: { layout: Layout; painter: Painter },
): string[] {
  const { theme, width: all } = context;
  const rows = layout.panel;
  if (rows < 2) return exactly([], rows);
  const tabs = PANELS.map((panel) =>
    panel === state.panel
      ? theme.paint('title', `[${tabOf(panel)}]`)
      : theme.paint('muted', ` ${tabOf(panel)} `),
  ).join('');
  const used = width(tabs);
  const head = (text: string) => ` ${tabs}  ${theme.paint('muted', cut(text, all - used - 4))}`;
  if (state.panel === 'drawn') return exactly(drawnLines(state, context, { layout, painter, head }), rows);
  if (state.panel === 'clean') return exactly(cleanLines(state, context, { layout, painter, head }), rows);
  const curves = layout.images.map((image) => curveOf(state, context, { panel: 'timesteps', image }));
  if (state.second === undefined || curves.every((curve) => curve === undefined)) {
    return exactly([head(''), ` ${theme.paint('muted', nothingYet(state, context))}`], rows);
  }
  const isWide = all >= WIDE;
  const shownPanels = isWide ? (['timesteps', 'running'] as const) : ([state.panel] as const);
  const columns = Math.floor((all - 1) / (layout.images.length * shownPanels.length)) - 1;
  const blocks = shownPanels.flatMap((panel) =>
    plots(state, context, { panel, layout, columns, rows: rows - 1 }),
  );
  const what = state.panel === 'running' && !isWide ? 'mean so far' : 'err(B) − err(A)';
  const text = `${what}, > 0: A is better; dots: 95 %`;
  return exactly([head(text), ...beside(blocks, 1).map((line) => ` ${line}`)], rows);
}

function nothingYet(state: PairState, context: ScreenContext): string {
  const { model } = context;
  if (state.second === undefined) return 'One caption: there is nothing to compare.';
  if (!model.scorers.some(({ kind }) => kind === 'diffusion')) return 'No scorer of this run has trials.';
  const variant = variantOf(state);
  if (!variant) return 'No trial of this example is in yet.';
  const standing = variant.standings[trialScorer(state, context) ?? ''];
  return variant.problem !== undefined || isWithoutScores(standing?.state)
    ? 'There are no trials: the edited captions were not scored.'
    : 'No trial of the edited captions is in yet.';
}

/** One plot per image, all of a panel on one scale. */
function plots(
  state: PairState,
  context: ScreenContext,
  {
    panel,
    layout,
    columns,
    rows,
  }: { panel: 'timesteps' | 'running'; layout: Layout; columns: number; rows: number },
) {
  const { theme } = context;
  const errors = errorsOf(state, context);
  const found = layout.images.map((image) => curveOf(state, context, { panel, image }));
  const span = spanOf(found);
  const trials = variantOf(state) ? errors?.plan.trials.length : errors?.done;
  const grid = errors?.plan.timesteps ?? [0];
  const range =
    panel === 'timesteps'
      ? { from: grid[0]!, to: grid.at(-1)!, axis: 'timestep' }
      : { from: 1, to: trials ?? 1, axis: 'trials' };
  return found.map((curve, k) => {
    const image = layout.images[k]!;
    const band = curve && BANDS[curve.band];
    const last = curve?.points.at(-1);
    const value =
      panel === 'running' && last
        ? `  now ${last.value < 0 ? '−' : '+'}${Math.abs(last.value).toPrecision(3)}`
        : '';
    const title = `image ${image}${value}  ${band ?? ''}`;
    const cursor = panel === 'timesteps' && state.timestep !== undefined ? { cursor: state.timestep } : {};
    const options = { width: columns, height: rows - 1, theme, span, ...range, ...cursor };
    return {
      columns,
      lines: [theme.paint('muted', cut(title, columns)), ...(curve ? errorPlot(curve, options) : [])],
    };
  });
}

/** What the model draws for the captions; where there is room, beside what it makes of the first image. */
function drawnLines(
  state: PairState,
  context: ScreenContext,
  { layout, painter, head }: { layout: Layout; painter: Painter; head: (text: string) => string },
): string[] {
  const { theme, width: all } = context;
  if (!state.drawn) {
    const why = knowsCaptions(state, context) ? 'No scorer of this run can draw.' : NO_CAPTIONS;
    return [head(''), ` ${theme.paint('muted', why)}`];
  }
  const [image] = layout.images;
  const isWide = all >= DRAWN_BESIDE_CLEAN && image !== undefined;
  const columns = isWide ? Math.floor((all - 1) / 2) - 1 : all - 2;
  const room = { columns, rows: layout.panel - 1, painter };
  const blocks = [{ columns, lines: drawnBlock(state, room) }];
  if (isWide) blocks.push({ columns, lines: cleanBlock(state, { image, clean: state.clean[image] }, room) });
  const text = `by ${shown(state.drawn.scorer)}, seed ${state.drawn.seed}; d: another`;
  return [head(text), ...beside(blocks, 1).map((line) => ` ${line}`)];
}

/** x̂0 under each caption beside what the denoiser was given, per image. */
function cleanLines(
  state: PairState,
  context: ScreenContext,
  { layout, painter, head }: { layout: Layout; painter: Painter; head: (text: string) => string },
): string[] {
  const { theme, width: all } = context;
  const timestep = state.timestep;
  const noise = timestep === undefined ? undefined : noiseAt(state, context, timestep);
  const at = timestep === undefined ? '' : `at timestep ${timestep} (noise ${noise})`;
  const columns = Math.floor((all - 1) / Math.max(1, layout.images.length)) - 1;
  const blocks = layout.images.map((image) => ({
    columns,
    lines: cleanBlock(
      state,
      { image, clean: state.clean[image] },
      { columns, rows: layout.panel - 1, painter },
    ),
  }));
  const why = knowsCaptions(state, context) ? 'No timestep of this example is known yet.' : NO_CAPTIONS;
  const lines = blocks.every(({ lines: [first] }) => first === undefined)
    ? [` ${theme.paint('muted', why)}`]
    : beside(blocks, 1).map((line) => ` ${line}`);
  return [head(`${at}, mse of the latent`), ...lines];
}

function cleanBlock(
  { second }: PairState,
  { image, clean }: { image: number; clean: Clean | undefined },
  { columns, rows, painter }: { columns: number; rows: number; painter: Painter },
): string[] {
  const { theme } = painter;
  if (!clean) return [];
  if (clean.message !== undefined)
    return [
      `image ${image}`,
      ...wrap(shown(clean.message), columns, rows - 1).map((line) => theme.paint('warn', line)),
    ];
  const { result } = clean;
  if (!result) return [theme.paint('muted', `image ${image}: reconstructing …`)];
  const best = Math.min(...result.errors.slice(0, second === undefined ? 1 : 2));
  const names = (second === undefined ? ['under the caption', '∅'] : ['A', 'B', '∅']).map(
    (name, k) => `${name}${result.errors[k] === best && second !== undefined ? '*' : ''}`,
  );
  // Without room for four, what ∅ gives is left out.
  const count = result.pictures.length + 1 - (columns >= 60 || rows < 6 ? 0 : 1);
  const each = Math.floor((columns + 1) / count) - 1;
  const digits = [3, 2, 1].find((places) =>
    result.errors.every((error, k) => width(`${names[k]} ${error.toPrecision(places)}`) <= each),
  );
  const all = [
    { picture: result.noisy, label: `noised ${image}`, role: 'muted' as const },
    ...result.pictures.map((picture, k) => ({
      picture,
      label: `${names[k]} ${result.errors[k]!.toPrecision(digits ?? 3)}`,
      role:
        k === 0
          ? ('first' as const)
          : k === 1 && second !== undefined
            ? ('second' as const)
            : ('muted' as const),
    })),
  ];
  return beside(
    all.slice(0, count).map(({ picture, label, role }) => ({
      columns: each,
      lines: [
        theme.paint(role, cut(label, each)),
        ...painter.image(picture, { columns: each, rows: rows - 1 }).lines,
      ],
    })),
    1,
  );
}
