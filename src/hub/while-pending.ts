import { setTimeout as sleep } from 'node:timers/promises';

/** Often enough for a line that moves. */
const LOOK_MS = 200;

/**
 * Yields what `drain` hands over, a few times a second, until `work` settles.
 * @returns the value of `work`; throws what it throws.
 */
export async function* whilePending<T, E>(work: Promise<T>, drain: () => Iterable<E>): AsyncGenerator<E, T> {
  let over = false;
  const end = work.then(
    () => {
      over = true;
    },
    () => {
      over = true;
    },
  );
  while (!over) {
    const pause = new AbortController();
    await Promise.race([end, sleep(LOOK_MS, undefined, { signal: pause.signal }).catch(() => {})]);
    pause.abort();
    yield* drain();
  }
  return await work;
}
