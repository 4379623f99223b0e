/** When a block is to ask for the next one. */

/** So long before its end: decoding the next block's images takes several turns between model calls. */
const AHEAD_MS = 1000;

/**
 * Says once that a block of trials is nearly done: by how long those before took, or when the last one begins.
 * @param first the block's first trial, which is about to begin.
 * @param total one after its last.
 * @returns asked before every trial k, in order.
 */
export function endInSight(first: number, total: number): (k: number) => boolean {
  const begun = performance.now();
  let said = false;
  return (k) => {
    if (said) return false;
    const left = ((performance.now() - begun) / (k - first)) * (total - k); // never enough before the first trial
    said = left <= AHEAD_MS || k === total - 1;
    return said;
  };
}
