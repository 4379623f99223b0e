import type { RunModel } from './run-model.ts';

/** Entries kept per model; a screen asks for one or two combinations at a time. */
const KEPT = 32;

/**
 * Remembers what a function of a run gave, until results come in.
 * @param compute a pure function of the model and plain arguments.
 */
export function memoize<A extends readonly unknown[], R>(
  compute: (model: RunModel, ...args: A) => R,
): (model: RunModel, ...args: A) => R {
  const known = new WeakMap<RunModel, { version: number; results: Map<string, R> }>();
  return (model, ...args) => {
    let entry = known.get(model);
    if (entry?.version !== model.version()) {
      entry = { version: model.version(), results: new Map() };
      known.set(model, entry);
    }
    const key = JSON.stringify(args);
    if (!entry.results.has(key)) {
      if (entry.results.size >= KEPT) entry.results.clear();
      entry.results.set(key, compute(model, ...args));
    }
    return entry.results.get(key)!;
  };
}
