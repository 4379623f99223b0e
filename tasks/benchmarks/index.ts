import { aro } from './aro.ts';
import type { Benchmark } from './benchmark.ts';
import { cola } from './cola.ts';
import { mmvpVlm } from './mmvp-vlm.ts';
import { sugarCrepe } from './sugarcrepe.ts';
import { bivlc, colorSwap, naturalBench, visMin } from './two-by-two.ts';
import { valse } from './valse.ts';
import { whatsUp } from './whatsup.ts';

/** Benchmarks whose data the user has; those tried on their published files first. */
export const benchmarks: readonly Benchmark[] = [
  sugarCrepe,
  valse,
  cola,
  aro,
  whatsUp,
  bivlc,
  colorSwap,
  visMin,
  mmvpVlm,
  naturalBench,
];

/** The benchmark, and the part of it, that a task's name means: `sugarcrepe`, or `sugarcrepe-swap_obj`. */
export function findBenchmark(name: string): { benchmark: Benchmark; part?: string } | undefined {
  for (const benchmark of benchmarks) {
    if (benchmark.name === name) return { benchmark };
    const part =
      benchmark.hasParts && benchmark.parts.find((one) => `${benchmark.name}-${one.name}` === name);
    if (part) return { benchmark, part: part.name };
  }
  return undefined;
}
