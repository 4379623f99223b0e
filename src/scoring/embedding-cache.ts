/** A bounded memory of what was computed for captions: class names come again with every image. */

interface Entry<T> {
  value: Promise<T>;
  /** Undefined until the value is there. */
  bytes?: number;
}

const DEFAULT_LIMIT = 64 * 2 ** 20;

/**
 * Least recently used entries are dropped as soon as those that are computed exceed `limit` bytes, a single larger one
 * at once. A failed computation is not remembered.
 */
export class EmbeddingCache<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #compute: (caption: string) => Promise<T>;
  readonly #sizeOf: (value: T) => number;
  readonly #limit: number;
  #bytes = 0;

  /** @param sizeOf bytes of a value @param limit in bytes, 64 MiB by default */
  constructor(
    compute: (caption: string) => Promise<T>,
    sizeOf: (value: T) => number,
    limit: number = DEFAULT_LIMIT,
  ) {
    this.#compute = compute;
    this.#sizeOf = sizeOf;
    this.#limit = limit;
  }

  /** What was computed for the caption, now or before. */
  get(caption: string): Promise<T> {
    const known = this.#entries.get(caption);
    if (known) this.#entries.delete(caption);
    const entry = known ?? { value: this.#compute(caption) };
    this.#entries.set(caption, entry);
    if (!known) {
      entry.value.then(
        (value) => this.#count(entry, value),
        () => this.#entries.delete(caption),
      );
    }
    return entry.value;
  }

  #count(entry: Entry<T>, value: T): void {
    entry.bytes = this.#sizeOf(value);
    this.#bytes += entry.bytes;
    for (const [caption, { bytes }] of this.#entries) {
      if (this.#bytes <= this.#limit) return;
      if (bytes === undefined) continue; // still being computed
      this.#entries.delete(caption);
      this.#bytes -= bytes;
    }
  }
}
