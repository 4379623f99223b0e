import { NoiseBank } from '../diffusion/noise-bank.ts';
import { type PlanSpec, seedsOf } from './plan.ts';

/** Noises of a run by index, over all of its banks. */
export interface Noises {
  /** Noise `index`, a new float32 `[C · H · W]`. */
  get(index: number): Float32Array;
  /** sha256 of each bank in turn. */
  sha256(): string;
}

/** One bank for each seed of the plan, one after the other; each as many noises as the plan has trials with it. */
export function noisesOf(plan: PlanSpec, shape: readonly [number, number, number]): Noises {
  const count = plan.timesteps.length * plan.repeats;
  const banks = seedsOf(plan).map((seed) => new NoiseBank({ seed, count, shape }));
  return {
    get: (index) => banks[Math.floor(index / count)]!.get(index % count),
    sha256: () => banks.map((bank) => bank.sha256()).join(' '),
  };
}
