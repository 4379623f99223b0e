/** Error maps of one scorer in memory: per example, where in the image the error lies, summed over trials. */

import { ResultsError } from '../errors.ts';
import type { Example } from '../scoring/example.ts';
import type { Columns } from './arrow.ts';
import type { TrialStore } from './trial-store.ts';

/** Stored error maps of one example. */
export interface StoredMaps {
  /** Of the pairs that ran so far; one that left earlier has the trials before that. */
  trials: number;
  numerics: number;
  /** float32 `[pairs · H · W]`, pairs in the order of `pairsOf` */
  sums: Float32Array;
}

/** The longest checkpoint of every example; the trials that it sums over are in the store. */
export class MapStore {
  readonly #store: TrialStore;
  readonly #examples: readonly Example[];
  readonly #maps = new Map<number, StoredMaps>();

  constructor(store: TrialStore, examples: readonly Example[]) {
    this.#store = store;
    this.#examples = examples;
  }

  get(index: number): StoredMaps | undefined {
    return this.#maps.get(index);
  }

  /** Examples that have any. */
  get size(): number {
    return this.#maps.size;
  }

  set(index: number, maps: StoredMaps): void {
    this.#maps.set(index, maps);
  }

  /**
   * Takes stored checkpoints: of several, the longest counts among those of the setting that counts for the trials.
   * The rows of one checkpoint lie together; its trials are those of the pairs that ran longest.
   * @throws ResultsError where a row is not of this run.
   */
  load(columns: Columns<'maps'>, where: string): void {
    for (let from = 0; from < columns.example.length; ) {
      const id = columns.example[from]!;
      const index = this.#store.indexOf(id);
      if (index === undefined) refuse(id, where);
      const pairs = this.#store.pairs(index).length;
      const slots: number[] = [];
      while (slots.length < pairs && columns.example[from + slots.length] === id) {
        const row = from + slots.length;
        const slot = this.#store.slotOf(index, {
          image: columns.image[row]!,
          caption: columns.caption[row]!,
        });
        if (slot < 0) refuse(id, where);
        slots.push(slot);
      }
      const trials = Math.max(...slots.map((_, k) => columns.trials[from + k]!));
      const numerics = columns.numerics[from]!;
      if (slots.length === pairs && this.#counts(index, trials, numerics)) {
        const cells = columns.sums[from]!.length / 4;
        const sums = new Float32Array(cells * pairs);
        for (const [k, slot] of slots.entries())
          sums.set(new Float32Array(columns.sums[from + k]!.slice().buffer), slot * cells);
        this.#maps.set(index, { trials, numerics, sums });
      }
      from += slots.length;
    }
  }

  /** The maps of one example as rows, one per pair. @param leaves trials that each pair runs at most, by slot. */
  columnsOf(index: number, leaves: Int32Array): Columns<'maps'> {
    const { trials, numerics, sums } = this.#maps.get(index)!;
    const pairs = this.#store.pairs(index);
    const cells = sums.length / pairs.length;
    return {
      example: pairs.map(() => this.#examples[index]!.id),
      image: Int16Array.from(pairs, ({ image }) => image),
      caption: Int16Array.from(pairs, ({ caption }) => caption),
      trials: leaves.map((own) => Math.min(own, trials)),
      numerics: new Int16Array(pairs.length).fill(numerics),
      sums: pairs.map((_, k) => new Uint8Array(sums.buffer, sums.byteOffset + 4 * k * cells, 4 * cells)),
    };
  }

  /** The rows of all examples in task order. */
  columns(leavesOf: (index: number) => Int32Array): Columns<'maps'> {
    const parts = [...this.#maps.keys()]
      .sort((a, b) => a - b)
      .map((index) => this.columnsOf(index, leavesOf(index)));
    return {
      example: parts.flatMap((part) => part.example),
      image: Int16Array.from(parts.flatMap((part) => [...part.image])),
      caption: Int16Array.from(parts.flatMap((part) => [...part.caption])),
      trials: Int32Array.from(parts.flatMap((part) => [...part.trials])),
      numerics: Int16Array.from(parts.flatMap((part) => [...part.numerics])),
      sums: parts.flatMap((part) => part.sums),
    };
  }

  #counts(index: number, trials: number, numerics: number): boolean {
    return numerics === this.#store.numericsOf(index) && trials >= (this.#maps.get(index)?.trials ?? 0);
  }
}

function refuse(id: string, where: string): never {
  throw new ResultsError({ what: 'a stored error map is not of this run', where, got: `example "${id}"` });
}
