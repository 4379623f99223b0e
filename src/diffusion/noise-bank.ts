/** The run's shared Gaussian noises, by index, equal to one `torch.randn` call. */

import { createHash } from 'node:crypto';
import { MersenneTwister } from './mersenne-twister.ts';

/** What a bank is made of. All pairs of a run share one bank, so their errors differ by the caption alone. */
export interface NoiseSpec {
  seed: number;
  /** Number of noises, fixed by the plan: it decides every value where the total is no multiple of 16. */
  count: number;
  /** Shape of one noise, `[C, H, W]`. */
  shape: readonly [number, number, number];
}

/** torch fills in blocks of 16: eight pairs of uniforms, Box–Muller across the two halves. */
const BLOCK = 16;
/** Numbers between two saved generator states: bounds both the memory held and the numbers passed over. */
const STRIDE = 1 << 16;

/**
 * `torch.manual_seed(seed); torch.randn(count, C, H, W)` on the CPU, by index, within 2e-6 of it.
 * Holds generator states (about 1 % of the bank), not the noises.
 */
export class NoiseBank {
  readonly spec: NoiseSpec;
  readonly #generator: MersenneTwister;
  /** States before number 0, STRIDE, 2 · STRIDE, … */
  readonly #states: ReturnType<MersenneTwister['save']>[] = [];
  readonly #total: number;
  /** Where the total is no multiple of 16, torch draws the last 16 values anew. */
  readonly #tail: Float32Array | undefined;

  constructor(spec: NoiseSpec) {
    this.spec = spec;
    this.#total = spec.count * size(spec);
    this.#generator = new MersenneTwister(spec.seed);
    for (let at = 0; at < this.#total; at += STRIDE) {
      this.#states.push(this.#generator.save());
      this.#generator.skip(Math.min(STRIDE, this.#total - at));
    }
    if (this.#total % BLOCK !== 0 && this.#total >= BLOCK) {
      this.#tail = new Float32Array(BLOCK);
      this.#fillBlock(this.#tail, 0);
    }
  }

  /** Noise `index`, a new float32 `[C · H · W]`. */
  get(index: number): Float32Array {
    const length = size(this.spec);
    const start = index * length;
    if (!Number.isInteger(index) || index < 0 || start >= this.#total) {
      throw new RangeError(`noise ${index} is not in a bank of ${this.spec.count}`);
    }
    if (this.#total < BLOCK) return this.#fewValues().slice(start, start + length);
    const { values, from } = this.#blocks(start, start + length);
    return values.slice(start - from, start - from + length);
  }

  /** sha256 of all noises in order as little-endian float32. */
  sha256(): string {
    const hash = createHash('sha256');
    for (let i = 0; i < this.spec.count; i++) hash.update(this.get(i));
    return hash.digest('hex');
  }

  /** The values of all whole blocks that cover `[start, end)`, and the number of the first of them. */
  #blocks(start: number, end: number): { values: Float32Array; from: number } {
    const from = Math.floor(start / BLOCK) * BLOCK;
    const last = Math.floor(this.#total / BLOCK) * BLOCK;
    const to = Math.min(Math.ceil(end / BLOCK) * BLOCK, last);
    const values = new Float32Array(Math.max(to, end) - from);
    const state = Math.floor(from / STRIDE);
    this.#generator.restore(this.#states[state]!);
    this.#generator.skip(from - state * STRIDE);
    for (let at = from; at < to; at += BLOCK) this.#fillBlock(values, at - from);
    if (this.#tail) {
      // The tail covers the last 16 values, whichever blocks they were in before.
      const tailStart = this.#total - BLOCK;
      for (let at = Math.max(tailStart, from); at < end; at++)
        values[at - from] = this.#tail[at - tailStart]!;
    }
    return { values, from };
  }

  /** Eight Box–Muller pairs: cosines in the first half, sines in the second. */
  #fillBlock(out: Float32Array, at: number): void {
    for (let i = 0; i < BLOCK; i++) out[at + i] = (this.#generator.next() & 0xffffff) / 0x1000000;
    for (let i = at; i < at + BLOCK / 2; i++) {
      const radius = Math.fround(Math.sqrt(Math.fround(-2 * Math.fround(Math.log(1 - out[i]!)))));
      const angle = Math.fround(Math.fround(2 * Math.PI) * out[i + BLOCK / 2]!);
      out[i] = radius * Math.cos(angle);
      out[i + BLOCK / 2] = radius * Math.sin(angle);
    }
  }

  /** Under 16 values torch takes its scalar path: float64 pairs, the second of which it keeps for the next value. */
  #fewValues(): Float32Array {
    const generator = new MersenneTwister(this.spec.seed);
    const uniform = () => {
      const high = generator.next();
      const low = generator.next();
      return ((high & 0x1fffff) * 2 ** 32 + low) / 2 ** 53;
    };
    const values = new Float32Array(this.#total);
    for (let i = 0; i < values.length; i += 2) {
      const angle = 2 * Math.PI * uniform();
      const radius = Math.sqrt(-2 * Math.log1p(-uniform()));
      values[i] = radius * Math.cos(angle);
      if (i + 1 < values.length) values[i + 1] = radius * Math.sin(angle);
    }
    return values;
  }
}

/** Values in one noise. */
function size({ shape }: NoiseSpec): number {
  return shape[0] * shape[1] * shape[2];
}
