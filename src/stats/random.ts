import { InputError } from '../errors.ts';

/** Four 32-bit words, not all zero. */
export type RandomState = readonly [number, number, number, number];

/**
 * xoshiro128** 1.1 (Blackman and Vigna 2018), for resampling: small, fast, the same on every machine. The noise of
 * diffusion models has a generator of its own, which follows PyTorch.
 */
export class Random {
  readonly #state: Uint32Array;

  /**
   * @param seed a number, of which the low 32 bits count and which is spread over the state by splitmix32, or a state
   * @throws InputError unless the seed is an integer, or a state that is not all zero.
   */
  constructor(seed: number | RandomState) {
    this.#state = typeof seed === 'number' ? spread(seed) : Uint32Array.from(seed);
    if (this.#state.every((word) => word === 0)) refuse('a state that is not all zero', '0, 0, 0, 0');
  }

  /** The next 32 random bits, as an integer 0 … 2³² − 1. */
  next(): number {
    const s = this.#state;
    const result = Math.imul(rotate(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const shifted = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = rotate(s[3]!, 11);
    return result;
  }

  /** A number in [0, 1), a multiple of 2⁻³². */
  uniform(): number {
    return this.next() / 2 ** 32;
  }

  /**
   * An integer 0 … count − 1, each exactly as likely: numbers from the incomplete last block of 2³² are drawn anew.
   *
   * @throws InputError unless count is an integer 1 … 2³².
   */
  below(count: number): number {
    if (!(Number.isInteger(count) && count >= 1 && count <= 2 ** 32)) {
      refuse('a count from 1 to 2^32', String(count));
    }
    const whole = 2 ** 32 - (2 ** 32 % count);
    let drawn = this.next();
    while (drawn >= whole) drawn = this.next();
    return drawn % count;
  }
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** Four outputs of splitmix32: a Weyl sequence through MurmurHash3's finalizer. */
function spread(seed: number): Uint32Array {
  if (!Number.isSafeInteger(seed)) refuse('an integer seed', String(seed));
  let weyl = seed | 0;
  return Uint32Array.from({ length: 4 }, () => {
    weyl = (weyl + 0x9e3779b9) | 0;
    let word = Math.imul(weyl ^ (weyl >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    return word ^ (word >>> 16);
  });
}

function refuse(expected: string, got: string): never {
  throw new InputError({ what: 'cannot draw random numbers', expected, got });
}
