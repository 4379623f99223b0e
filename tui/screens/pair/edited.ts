import { editsOf, type PairState } from './state.ts';

let last: { state: unknown; edited: ReadonlySet<number> } = { state: undefined, edited: new Set() };

/** Places in the task of the examples that the pair screen holds edits of; the same set while its state is the same. */
export function editedIn(pair: unknown): ReadonlySet<number> {
  if (pair !== last.state) {
    const edits = pair === undefined ? {} : editsOf(pair as PairState);
    last = { state: pair, edited: new Set(Object.keys(edits).map(Number)) };
  }
  return last.edited;
}
