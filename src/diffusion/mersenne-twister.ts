/** MT19937 (Matsumoto & Nishimura 1998), the generator behind `torch.manual_seed` on the CPU. */

const N = 624;
const M = 397;

/** A generator whose state can be saved and set, so that a stream can be entered in the middle. */
export class MersenneTwister {
  readonly #state: Uint32Array;
  #next: number;

  /** Seeds as `init_genrand(seed)`; only the low 32 bits count, as in `torch.manual_seed`. */
  constructor(seed: number) {
    this.#state = new Uint32Array(N);
    this.#state[0] = seed >>> 0;
    for (let i = 1; i < N; i++) {
      const previous = this.#state[i - 1]!;
      this.#state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
    this.#next = N;
  }

  /** The next 32 random bits. */
  next(): number {
    if (this.#next === N) this.#twist();
    let y = this.#state[this.#next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  /** Passes over `count` numbers. */
  skip(count: number): void {
    let left = count;
    while (left > N - this.#next) {
      left -= N - this.#next;
      this.#twist();
    }
    this.#next += left;
  }

  save(): { state: Uint32Array; next: number } {
    return { state: this.#state.slice(), next: this.#next };
  }

  restore(saved: { state: Uint32Array; next: number }): void {
    this.#state.set(saved.state);
    this.#next = saved.next;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < N; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % N]! & 0x7fffffff);
      state[i] = state[(i + M) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}
