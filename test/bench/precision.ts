/** What weights of reduced precision do to decisions and speed: the embedded model's UNet in float32, float16 and int8. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EMBEDDED, resolveRef } from '../../dist/src/hub/resolve-ref.js';
import type { Summary } from '../../dist/src/run/summary-schema.js';
import { findPython } from './pytorch.ts';
import { runWinoscope } from './run-command.ts';
import { spreadOf, tableLines } from './statistics.ts';

const SCRIPT = fileURLToPath(new URL('./reduced_precision.py', import.meta.url));
const NAMES = ['fp32', 'fp16', 'int8'] as const;
/** Enough to settle the embedded probe. */
const TIMESTEPS = '16';

export interface PrecisionReport {
  name: string;
  /** Evaluations per second. */
  rate: number;
  groups: number;
  /** Of all text and image comparisons of normalized scores, those whose sign is not float32's. */
  changed: number;
  comparisons: number;
  /** Change of a comparison's difference, as a share of float32's: median and largest. */
  median: number;
  largest: number;
  /** The largest float32 difference whose sign changed, as a share of the median one. */
  lost: number;
}

/** @throws Error where Python cannot make the models. */
export async function measurePrecision(note: (text: string) => void): Promise<PrecisionReport[]> {
  const python = findPython();
  if (!python) throw new Error('models of reduced precision are made by a Python with onnx and onnxruntime');
  const folder = mkdtempSync(join(tmpdir(), 'winoscope-bench-'));
  try {
    const { folder: model } = resolveRef(EMBEDDED, 'diffusion');
    if (spawnSync(python, [SCRIPT, model, folder], { stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0)
      throw new Error('making the models of reduced precision failed');
    const places = { fp32: model, fp16: join(folder, 'fp16'), int8: join(folder, 'int8') };
    const scorers = NAMES.flatMap((name) => ['--diffusion', `${name}=${places[name]}`]);
    const run = join(folder, 'run');
    note('scoring with all three');
    const flags = ['--timesteps', TIMESTEPS, '--batch', '24', '--threads', '1', '--maps', 'off'];
    const { stdout } = await runWinoscope(['score', ...scorers, ...flags, '--out', run, '--json', '--quiet']);
    const summary = JSON.parse(stdout) as Summary;
    const exact = differencesOf(run, 'fp32');
    const typical = spreadOf(exact.map(Math.abs)).median;
    return NAMES.map((name) => {
      const { evaluations, seconds, metrics } = summary.scorers[name]!;
      const own = differencesOf(run, name);
      const shares = own.map((value, k) => Math.abs(value - exact[k]!) / Math.abs(exact[k]!));
      const flipped = exact.filter((value, k) => Math.sign(value) !== Math.sign(own[k]!));
      const { median, max } = spreadOf(shares);
      return {
        name,
        rate: evaluations / seconds,
        groups: metrics.group!.correct,
        changed: flipped.length,
        comparisons: exact.length,
        median,
        largest: max,
        lost: Math.max(0, ...flipped.map(Math.abs)) / typical,
      };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Differences of the scores in every row and column of each example's 2 × 2 matrix: the comparisons of its metrics. */
function differencesOf(run: string, scorer: string): number[] {
  const lines = readFileSync(join(run, 'scores', `${scorer}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n');
  const matrices = new Map<string, number[]>();
  for (const line of lines) {
    const { label, score } = JSON.parse(line) as { label: string; score: number };
    const [, id, caption, image] = /^(.*)_c(\d)_i(\d)$/.exec(label)!;
    const scores = matrices.get(id!) ?? [];
    scores[2 * Number(image) + Number(caption)] = score;
    matrices.set(id!, scores);
  }
  return [...matrices.values()].flatMap(([a, b, c, d]) => [a! - b!, c! - d!, a! - c!, b! - d!]);
}

export function precisionLines(reports: readonly PrecisionReport[]): string[] {
  const share = (value: number) => `${(100 * value).toFixed(2)} %`;
  const rows = reports.map(({ name, rate, groups, changed, comparisons, median, largest, lost }) => [
    name,
    rate.toFixed(0),
    String(groups),
    `${changed} of ${comparisons}`,
    share(median),
    share(largest),
    share(lost),
  ]);
  const header = [
    'weights',
    'evaluations/s',
    'groups right',
    'signs changed',
    'median change',
    'largest change',
    'largest difference lost',
  ];
  return ['', `Reduced precision, embedded probe, ${TIMESTEPS} timesteps`, ...tableLines(header, rows)];
}
