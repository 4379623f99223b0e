import { NoiseBank } from '../diffusion/noise-bank.ts';
import { type PlanSpec, seedsOf, unitOf } from './plan.ts';

/** Noises of a run by index, over all of its banks. */
export interface Noises {
  /** Noise `index`, float32 `[C · H · W]`: read only. */
  get(index: number): Float32Array;
  /** sha256 of each bank in turn. */
  sha256(): string;
}

/**
 * One bank for each seed of the plan, one after the other; each as many noises as the plan has trials with it. Of an
 * antithetic plan a bank has half as many, and every second repeat is the negative of the one before it.
 */
export function noisesOf(plan: PlanSpec, shape: readonly [number, number, number]): Noises {
  const count = plan.timesteps.length * plan.repeats;
  const drawn = count / unitOf(plan);
  const banks = seedsOf(plan).map((seed) => new NoiseBank({ seed, count: drawn, shape }));
  const { length } = plan.timesteps;
  return {
    get: (index) => {
      const bank = banks[Math.floor(index / count)]!;
      const own = index % count;
      if (!plan.antithetic) return bank.get(own);
      const repeat = Math.floor(own / length);
      const noise = bank.get((own % length) + Math.floor(repeat / 2) * length);
      return repeat % 2 === 0 ? noise : noise.map((value) => -value);
    },
    sha256: () => banks.map((bank) => bank.sha256()).join(' '),
  };
}

/** Bytes of noises that are kept at most. */
const KEPT_BYTES = 32 * 2 ** 20;

/** The same noises, drawn once each where all `count` of them are few enough to be kept; else the last one is kept. */
export function keeping(noises: Noises, count: number): Noises {
  const kept = new Map<number, Float32Array>();
  return {
    ...noises,
    get(index) {
      const known = kept.get(index);
      if (known) return known;
      const noise = noises.get(index);
      if (noise.byteLength * count > KEPT_BYTES) kept.clear();
      kept.set(index, noise);
      return noise;
    },
  };
}
