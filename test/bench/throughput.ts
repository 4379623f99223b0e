/** UNet evaluations per second: the product against bare onnxruntime, and against PyTorch where there is one. */

import { BareLoops } from './bare.ts';
import { BATCHES, best, type Call, type Contestant, sweep, type Tried } from './contestant.ts';
import { denoiseRate, examplesFor, paddingShare, type ProductRun, runProduct } from './product.ts';
import { findPython, TorchProcesses } from './pytorch.ts';
import { interleave, percent, ratios, type Spread, showSpread, spreadOf, tableLines } from './statistics.ts';
import type { Subject } from './subject.ts';

export interface ThroughputOptions {
  /** Of each measurement. */
  seconds: number;
  rounds: number;
  /** Which comparisons. */
  bare: boolean;
  torch: boolean;
  /** Told what goes on, since it takes minutes. */
  note: (text: string) => void;
}

export interface Row {
  name: string;
  group: 'product' | 'bare' | 'bare one session' | 'torch';
  batch: number;
  rates: number[];
  rate: Spread;
  /** The product's default against this, round by round. */
  ratio: Spread;
}

export interface ThroughputReport {
  workers: number;
  threads: number;
  batch: number;
  examples: number;
  padding: number;
  rows: Row[];
  /** Medians over the product's rounds at its default batch. */
  product: Record<keyof ProductRun, number>;
  /** What was tried before the rounds, best rate of two short measurements. */
  sweeps: { label: string; tried: Tried[] }[];
  torchVersion: string | undefined;
}

/** One line of the table before it is measured. */
interface Entry extends Pick<Row, 'name' | 'group' | 'batch'> {
  measure: () => Promise<number>;
}

const PRODUCT = 'product';
/** A sweep is short and may be wrong about the first, so as many are measured again. */
const FINALISTS = 2;

export async function measureThroughput(subject: Subject, options: ThroughputOptions): Promise<ThroughputReport> {
  const { settings, workers } = subject;
  const { seconds, note } = options;
  const { batch, threads } = settings;
  note('product, to know its speed');
  const first = await runProduct(subject, { examples: examplesFor(subject, { rate: 0, seconds, batch }) });
  const examples = examplesFor(subject, { rate: denoiseRate(first), seconds, batch });
  const runs: ProductRun[] = [];
  const runDefault = async () => {
    runs.push(await runProduct(subject, { examples }));
    return denoiseRate(runs.at(-1)!);
  };
  const entries: Entry[] = [{ name: PRODUCT, group: 'product', batch, measure: runDefault }];
  const contestants: Contestant[] = [];
  const sweeps: ThroughputReport['sweeps'] = [];

  /** Tries all calls of some contestants and enters the best for the rounds. */
  async function enter(group: Row['group'], candidates: readonly Contestant[], calls: readonly Call[], finalists: number) {
    contestants.push(...candidates);
    const all: { contestant: Contestant; tried: Tried }[] = [];
    for (const contestant of candidates) {
      note(`sweep over batches: ${group} ${contestant.label}`);
      const tried = await sweep(contestant, calls, Math.max(0.25, seconds / 12));
      sweeps.push({ label: `${group} ${contestant.label}`, tried });
      all.push(...tried.map((one) => ({ contestant, tried: one })));
    }
    all.sort((a, b) => b.tried.rate - a.tried.rate);
    for (const { contestant, tried } of all.slice(0, finalists)) {
      entries.push(entryOf(group, contestant, tried.call));
    }
  }

  function entryOf(group: Row['group'], contestant: Contestant, call: Call): Entry {
    const name = [group, contestant.label, call.format].filter(Boolean).join(', ');
    return { name, group, batch: call.batch, measure: () => contestant.measure(call, seconds) };
  }

  let torchVersion: string | undefined;
  try {
    if (options.bare) {
      const calls = BATCHES.map((rows): Call => ({ batch: rows }));
      const loops = await BareLoops.start(subject.unet, { workers, threads });
      await enter('bare', [loops], calls, FINALISTS);
      if (!entries.some((entry) => entry.group === 'bare' && entry.batch === batch)) {
        entries.push(entryOf('bare', loops, { batch }));
      }
      const atBest = best(sweeps[0]!.tried).call.batch;
      if (atBest !== batch) {
        const other = examplesFor(subject, { rate: denoiseRate(first), seconds, batch: atBest });
        const measure = async () => denoiseRate(await runProduct(subject, { examples: other, batch: atBest }));
        entries.push({ name: `product --batch ${atBest}`, group: 'product', batch: atBest, measure });
      }
      const cores = workers * threads;
      if (workers > 1) await enter('bare one session', [await BareLoops.start(subject.unet, { workers: 1, threads: cores })], calls, 1);
    }
    const python = options.torch ? findPython() : undefined;
    if (python) {
      const formats = ['contiguous', 'channels_last'] as const;
      const calls = formats.flatMap((format) => BATCHES.map((rows): Call => ({ batch: rows, format })));
      const arrangements = workers > 1 ? [[workers, threads], [1, workers * threads]] as const : [[1, threads]] as const;
      const torches: TorchProcesses[] = [];
      for (const [processes, each] of arrangements) {
        torches.push(await TorchProcesses.start(subject.unet, { python, processes, threads: each }));
      }
      torchVersion = torches[0]!.version;
      await enter('torch', torches, calls, FINALISTS);
    }
    const measures = new Map(entries.map((entry) => [`${entry.name}, batch ${entry.batch}`, entry.measure]));
    const results = await interleave(measures, options.rounds, (round) => note(`round ${round + 1} of ${options.rounds}`));
    const reference = results.get(`${PRODUCT}, batch ${batch}`)!;
    const rows = entries.map(({ name, group, batch }): Row => {
      const rates = results.get(`${name}, batch ${batch}`)!;
      return { name, group, batch, rates, rate: spreadOf(rates), ratio: ratios(reference, rates) };
    });
    const median = (key: keyof ProductRun) => spreadOf(runs.map((run) => run[key])).median;
    const product = Object.fromEntries(Object.keys(runs[0]!).map((key) => [key, median(key as keyof ProductRun)]));
    return {
      workers,
      threads,
      batch,
      examples,
      padding: paddingShare(subject, examples, batch),
      rows,
      product: product as ThroughputReport['product'],
      sweeps,
      torchVersion,
    };
  } finally {
    for (const contestant of contestants) await contestant.stop();
  }
}

/** The fastest row of a group: by its median over the rounds, not by the sweep. */
export function fastest(rows: readonly Row[], group: Row['group']): Row | undefined {
  return rows.filter((row) => row.group === group).reduce<Row | undefined>((a, b) => (a && a.rate.median >= b.rate.median ? a : b), undefined);
}

export function throughputLines(report: ThroughputReport, { bare, torch }: { bare: boolean; torch: boolean }): string[] {
  const { rows, product, sweeps, batch, workers, threads } = report;
  const table = rows.map((row) => [row.name, String(row.batch), showSpread(row.rate), showSpread(row.ratio, 3)]);
  const lines = [
    '',
    `UNet evaluations per second, ${workers} worker(s) x ${threads} thread(s), median of ${rows[0]!.rates.length} interleaved rounds (extremes)`,
    ...tableLines(['', 'batch', 'evaluations/s', 'product / this'], table),
    '',
    `  product, ${product.evaluations} evaluations of ${report.examples} examples: denoise phase ${product.denoiseSeconds.toFixed(2)} s` +
      ` (${(product.evaluations / product.denoiseSeconds).toFixed(0)}/s), with model load ${product.withLoadSeconds.toFixed(2)} s` +
      ` (${(product.evaluations / product.withLoadSeconds).toFixed(0)}/s), whole run ${product.wholeSeconds.toFixed(2)} s` +
      ` (${(product.evaluations / product.wholeSeconds).toFixed(0)}/s)`,
    `  in the denoise phase: main thread busy ${percent(product.mainThreadBusy)}, CPU used ${percent(product.cpuShare)} of ${workers} core(s),` +
      ` padding ${percent(report.padding)} of computed rows`,
  ];
  if (sweeps.length > 0) {
    const swept = BATCHES.map((size) => [String(size), ...sweeps.flatMap(({ tried }) => sweepCells(tried, size))]);
    const titles = sweeps.flatMap(({ label, tried }) => [...new Set(tried.map(({ call }) => [label, call.format].filter(Boolean).join(', ')))]);
    lines.push('', 'Sweep over batches, evaluations per second, best of two short measurements', ...tableLines(['batch', ...titles], swept));
  }
  lines.push('');
  const same = rows.find((row) => row.group === 'bare' && row.batch === batch);
  const bestBare = fastest(rows, 'bare');
  if (bare && same && bestBare) {
    lines.push(`(a) product / bare at the same batch ${batch}: ${showSpread(same.ratio, 3)}`);
    lines.push(`    product / bare at its best batch ${bestBare.batch}: ${showSpread(bestBare.ratio, 3)}`);
  }
  const bestTorch = fastest(rows, 'torch');
  if (bestTorch) {
    lines.push(`(b) product / PyTorch ${report.torchVersion} at its best (${bestTorch.name}, batch ${bestTorch.batch}): ${showSpread(bestTorch.ratio, 3)}`);
    lines.push('    PyTorch with random weights of the same architecture: the time does not depend on the values');
  } else if (torch) {
    lines.push('(b) not run: no PyTorch (set WINOSCOPE_PYTHON to a Python with torch and diffusers)');
  }
  return lines;
}

function sweepCells(tried: readonly Tried[], size: number): string[] {
  return tried.filter(({ call }) => call.batch === size).map(({ rate }) => rate.toFixed(0));
}
