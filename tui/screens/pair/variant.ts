/** Edits of the captions, the last of which is what is seen. */

import type { Step } from '../screen.ts';
import type { PairState, Standing, Variant } from './state.ts';
import { scoreVariant } from './tasks.ts';

/** Adds an edit and lets it be scored. */
export function startScoring(
  state: PairState,
  { captions, force }: Pick<Variant, 'captions' | 'force'>,
): Step<PairState> {
  const variant: Variant = { captions, force, standings: {} };
  return {
    state: { ...state, variants: [...state.variants, variant], prompt: undefined, clean: {} },
    effects: [scoreVariant(state.index, variant)],
  };
}

/** Sees to it that the edit that is seen gets its scores: what was interrupted is scored anew, what was scored is there. */
export function resumeScoring(state: PairState): Step<PairState> {
  const last = state.variants.at(-1);
  const standings = Object.values(last?.standings ?? {});
  const isScored = standings.length > 0 && standings.every(isSettled);
  if (!last || isScored) return { state };
  return startScoring({ ...state, variants: state.variants.slice(0, -1) }, last);
}

/** Whether a scorer has said its last. */
function isSettled({ state }: Standing): boolean {
  return state === 'done' || state === 'refused' || state === 'unavailable';
}
