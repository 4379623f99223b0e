/** What the model draws for the captions that are contrasted: asked for while its panel is seen. */

import { messageOf } from '../../../src/errors.ts';
import type { Effect, ScreenContext, Step } from '../screen.ts';
import { captionsOf, type Drawn, knowsCaptions, type PairState, trialScorer } from './state.ts';

/** Walking through examples asks for many drawings: only where it rests is worth model calls. x̂0 goes first. */
const REST_MS = 300;

/** Ends the drawing that goes on. */
export const STOP_DRAWING: Effect = { type: 'task', key: 'drawn', run: async () => {} };

/** Asks for the drawings that are seen and not there or on their way; ends those that are not seen any more. */
export function withDrawn(step: Step<PairState>, context: ScreenContext): Step<PairState> {
  const { state } = step;
  const { drawn } = state;
  const goesOn = drawn !== undefined && drawn.pictures === undefined && drawn.message === undefined;
  const scorer = trialScorer(state, context);
  if (state.panel !== 'drawn' || scorer === undefined || !knowsCaptions(state, context)) {
    if (!goesOn) return step;
    return { state: { ...state, drawn: undefined }, effects: [...(step.effects ?? []), STOP_DRAWING] };
  }
  const all = captionsOf(state, context);
  const places = [state.first, ...(state.second === undefined ? [] : [state.second])];
  const captions = places.map((place) => all[place]!);
  const asked = { scorer, captions, seed: state.drawSeed };
  if (drawn && isSame(drawn, asked)) return step;
  return {
    state: { ...state, drawn: { ...asked, done: 0, total: 0 } },
    effects: [...(step.effects ?? []), drawCaptions(asked)],
  };
}

type Asked = Pick<Drawn, 'scorer' | 'captions' | 'seed'>;

function isSame(a: Asked, b: Asked): boolean {
  return a.scorer === b.scorer && a.seed === b.seed && a.captions.join('\n') === b.captions.join('\n');
}

/** Draws with the model of a scorer; replaces what is being drawn. */
function drawCaptions({ scorer, captions, seed }: Asked): Effect {
  return {
    type: 'task',
    key: 'drawn',
    async run({ model, interactive }, emit: (result: Drawn) => void, signal) {
      const tell = (result: Partial<Drawn>) => emit({ scorer, captions, seed, done: 0, total: 0, ...result });
      if (!interactive) return tell({ message: 'This dashboard was opened without the means to draw.' });
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
      if (signal.aborted) return;
      try {
        const onProgress = ({ done, total }: { done: number; total: number }) => tell({ done, total });
        const watch = { signal, onProgress };
        tell({ pictures: await interactive(model).draw(scorer, { captions, seed }, watch) });
      } catch (error) {
        const message = messageOf(error);
        tell({ message: `${message.charAt(0).toUpperCase()}${message.slice(1)}.` });
      }
    },
  };
}

/** A drawing, or how far it is, counts where it is still what is asked for. */
export function takeDrawn(state: PairState, value: Drawn): PairState {
  return state.drawn && isSame(state.drawn, value) ? { ...state, drawn: value } : state;
}

/** `d`: shows the panel; once it shows pictures, draws others from the next noise. */
export function showDrawn(state: PairState): PairState {
  if (state.panel !== 'drawn') return { ...state, panel: 'drawn' };
  return state.drawn?.pictures ? { ...state, drawSeed: state.drawSeed + 1 } : state;
}
