/** UNet evaluations per second: the product against bare onnxruntime, and against PyTorch where there is one. */

import { type EntrantOptions, Entrants, type Group, type Sweep } from './entrants.ts';
import { type ProductRun, paddingShare } from './product.ts';
import { interleave, percent, ratios, type Spread, showSpread, spreadOf, tableLines } from './statistics.ts';
import type { Subject } from './subject.ts';

export interface ThroughputOptions extends EntrantOptions {
  rounds: number;
}

export interface Row {
  name: string;
  group: Group;
  batch: number;
  /** Round by round. */
  rates: number[];
  rate: Spread;
  /** The product's default against this, round by round. */
  ratio: Spread;
}

export interface ThroughputReport {
  workers: number;
  threads: number;
  /** The product's canonical batch. */
  batch: number;
  examples: number;
  padding: number;
  /** The product's default first. */
  rows: Row[];
  /** The product's evaluations per second after its first calls, round by round. */
  warmRates: number[];
  /** Medians over the product's rounds at its default batch. */
  product: Record<keyof ProductRun, number>;
  sweeps: Sweep[];
  batches: readonly number[];
  torchVersion: string | undefined;
}

export async function measureThroughput(
  subject: Subject,
  options: ThroughputOptions,
): Promise<ThroughputReport> {
  const { workers } = subject;
  const { batch, threads } = subject.settings;
  const { rounds, note } = options;
  const entrants = new Entrants(subject, options);
  try {
    await entrants.prepare();
    const { entries, sweeps, examples, runs, torchVersion } = entrants;
    const measures = new Map(entries.map((entry) => [entry, entry.measure]));
    const results = await interleave(measures, rounds, (round) => note(`round ${round + 1} of ${rounds}`));
    const reference = results.get(entries[0]!)!;
    const rows = entries.map((entry): Row => {
      const rates = results.get(entry)!;
      const { name, group } = entry;
      return {
        name,
        group,
        batch: entry.batch,
        rates,
        rate: spreadOf(rates),
        ratio: ratios(reference, rates),
      };
    });
    const product = mediansOf(runs);
    const warmRates = runs.slice(-rounds).map(({ warmRate }) => warmRate);
    const padding = paddingShare(subject, examples, batch);
    const { batches } = subject;
    return {
      workers,
      threads,
      batch,
      examples,
      padding,
      rows,
      warmRates,
      product,
      sweeps,
      batches,
      torchVersion,
    };
  } finally {
    await entrants.stop();
  }
}

export function throughputLines(
  report: ThroughputReport,
  asked: { bare: boolean; torch: boolean },
): string[] {
  const { rows, workers, threads } = report;
  const table = rows.map((row) => [
    row.name,
    String(row.batch),
    showSpread(row.rate, digitsOf(row.rate.median)),
    showSpread(row.ratio, 3),
  ]);
  const rounds = rows[0]!.rates.length;
  return [
    '',
    `UNet evaluations per second, product with ${workers} x ${threads} threads; median of ${rounds} rounds (extremes)`,
    ...tableLines(['', 'batch', 'evaluations/s', 'product / this'], table),
    '',
    ...productLines(report),
    ...sweepLines(report.sweeps, report.batches),
    '',
    ...(asked.bare ? bareLines(report) : []),
    ...(asked.torch ? torchLines(report) : []),
  ];
}

/** Decimals of a rate: slow models make a few evaluations a second. */
function digitsOf(rate: number): number {
  return rate < 100 ? 2 : 0;
}

function productLines({ product, examples, padding }: ThroughputReport): string[] {
  const { evaluations, denoiseSeconds, withLoadSeconds, wholeSeconds, mainThreadBusy, cpuShare } = product;
  const rate = (seconds: number) => [
    seconds.toFixed(2),
    (evaluations / seconds).toFixed(digitsOf(evaluations / seconds)),
  ];
  return [
    `Product, ${evaluations} evaluations of ${examples} examples`,
    ...tableLines(
      ['', 'seconds', 'evaluations/s'],
      [
        ['denoise phase', ...rate(denoiseSeconds)],
        ['with model load', ...rate(withLoadSeconds)],
        ['whole run', ...rate(wholeSeconds)],
      ],
    ),
    `  in the denoise phase: main thread busy ${percent(mainThreadBusy)}, CPU used ${percent(cpuShare)} of its threads’ cores,`,
    `  padding ${percent(padding)} of the rows computed`,
  ];
}

function sweepLines(sweeps: readonly Sweep[], batches: readonly number[]): string[] {
  const rows = sweeps.flatMap(({ label, tried }) => {
    const formats = [...new Set(tried.map(({ call }) => call.format))];
    return formats.map((format) => [
      format ? `${label}, ${format}` : label,
      ...tried.filter(({ call }) => call.format === format).map(({ rate }) => rate.toFixed(digitsOf(rate))),
    ]);
  });
  if (rows.length === 0) return [];
  return [
    '',
    'Evaluations per second by batch, the better of two short measurements',
    ...tableLines(['', ...batches.map(String)], rows),
  ];
}

function bareLines({ rows, batch, warmRates }: ThroughputReport): string[] {
  const same = rows.find((row) => row.group === 'bare' && row.batch === batch)!;
  const best = fastest(rows, 'bare')!;
  const warm = (row: Row) => showSpread(ratios(warmRates, row.rates), 3);
  return [
    `(a) product / bare at the same batch, ${batch}: ${showSpread(same.ratio, 3)}`,
    `    product / bare at its best batch, ${best.batch}: ${showSpread(best.ratio, 3)}`,
    `    after two calls per worker: ${warm(same)} at the same batch, ${warm(best)} at its best`,
  ];
}

function torchLines({ rows, torchVersion }: ThroughputReport): string[] {
  const best = fastest(rows, 'torch');
  if (!best)
    return ['(b) not run: no PyTorch (WINOSCOPE_PYTHON names a Python that has torch and diffusers)'];
  const other = (group: Group, label: string) => {
    const row = fastest(rows, group);
    return row
      ? [`    product / PyTorch ${label} (${row.name}, batch ${row.batch}): ${showSpread(row.ratio, 3)}`]
      : [];
  };
  return [
    `(b) product / PyTorch ${torchVersion} at its best (${best.name}, batch ${best.batch}): ${showSpread(best.ratio, 3)}`,
    ...other('torch, default', 'as it comes, at the product’s batch'),
    ...other('torch, compiled', 'compiled'),
    '    PyTorch has random weights in the same architecture: the time does not depend on the values',
  ];
}

/** The fastest row of a group, by its median over the rounds and not by the sweep. */
function fastest(rows: readonly Row[], group: Group): Row | undefined {
  return rows.filter((row) => row.group === group).sort((a, b) => b.rate.median - a.rate.median)[0];
}

function mediansOf(runs: readonly ProductRun[]): Record<keyof ProductRun, number> {
  const keys = Object.keys(runs[0]!) as (keyof ProductRun)[];
  const medians = keys.map((key) => [key, spreadOf(runs.map((run) => run[key])).median]);
  return Object.fromEntries(medians) as Record<keyof ProductRun, number>;
}
