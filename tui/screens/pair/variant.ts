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

/** Whether a scorer has said its last. */
export function isSettled({ state }: Standing): boolean {
  return state === 'done' || state === 'refused' || state === 'unavailable';
}
