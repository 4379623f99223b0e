/** What onnxruntime's options do to the bare loop: each against the product's own, which leave them at their defaults. */

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { BareLoops } from './bare.ts';
import { interleave, ratios, type Spread, showSpread, tableLines } from './statistics.ts';
import type { Subject } from './subject.ts';

const OPTIONS: Record<string, InferenceSession.SessionOptions> = {
  'as the product': {},
  'optimization: layout': { graphOptimizationLevel: 'layout' },
  'optimization: extended': { graphOptimizationLevel: 'extended' },
  'optimization: basic': { graphOptimizationLevel: 'basic' },
  'no memory pattern': { enableMemPattern: false },
  'no arena': { enableCpuMemArena: false },
  'denormals as zero': { extra: { session: { set_denormal_as_zero: '1' } } },
  'threads do not spin': { extra: { session: { intra_op: { allow_spinning: '0' } } } },
  'no prepacking': { extra: { session: { disable_prepacking: '1' } } },
};
const SAVED = 'optimized graph, saved before';

export interface OptionRow {
  name: string;
  /** To the product's options. */
  ratio: Spread;
  openSeconds: number;
}

export async function measureOptions(
  { unet, settings, workers }: Subject,
  { seconds, rounds, note }: { seconds: number; rounds: number; note: (text: string) => void },
): Promise<OptionRow[]> {
  const { batch, threads } = settings;
  const folder = mkdtempSync(join(tmpdir(), 'winoscope-bench-'));
  const loops: [string, BareLoops][] = [];
  try {
    for (const [name, options] of Object.entries(OPTIONS))
      loops.push([name, await BareLoops.start(unet, { workers, threads, options })]);
    const saved = join(folder, 'optimized.onnx');
    const writing = { optimizedModelFilePath: saved };
    await (await BareLoops.start(unet, { workers: 1, threads, options: writing })).stop();
    note(`the optimized graph has ${(statSync(saved).size / 1e6).toFixed(1)} MB`);
    const plain = { graphOptimizationLevel: 'disabled' as const };
    loops.push([
      SAVED,
      await BareLoops.start({ ...unet, graph: saved }, { workers, threads, options: plain }),
    ]);
    const measures = new Map(loops.map(([name, loop]) => [name, () => loop.measure({ batch }, seconds)]));
    const rates = await interleave(measures, rounds, (k) => note(`options, round ${k + 1} of ${rounds}`));
    const reference = rates.get(loops[0]![0])!;
    return loops.map(([name, { openSeconds }]) => ({
      name,
      ratio: ratios(rates.get(name)!, reference),
      openSeconds,
    }));
  } finally {
    for (const [, loop] of loops) await loop.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export function optionLines(rows: readonly OptionRow[]): string[] {
  const lines = rows.map(({ name, ratio, openSeconds }) => [
    name,
    showSpread(ratio, 3),
    openSeconds.toFixed(2),
  ]);
  return ['', 'Options of onnxruntime, bare loop', ...tableLines(['', 'rate', 'seconds to open'], lines)];
}
