/** A bounded memory of what was computed for captions: class names come again with every image. */

/** Least recently used entries are dropped once `limit` is exceeded. A failed computation is not remembered. */
export class EmbeddingCache<T> {
  readonly #entries = new Map<string, Promise<T>>();
  readonly #compute: (caption: string) => Promise<T>;
  readonly #limit: number;

  constructor(compute: (caption: string) => Promise<T>, limit = 2048) {
    this.#compute = compute;
    this.#limit = limit;
  }

  get(caption: string): Promise<T> {
    const known = this.#entries.get(caption);
    if (known) this.#entries.delete(caption);
    const entry = known ?? this.#compute(caption);
    this.#entries.set(caption, entry);
    if (!known) {
      entry.catch(() => this.#entries.delete(caption));
      const oldest = this.#entries.keys().next().value;
      if (this.#entries.size > this.#limit && oldest !== undefined) this.#entries.delete(oldest);
    }
    return entry;
  }
}
