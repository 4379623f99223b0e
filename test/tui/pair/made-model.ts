/** A run whose numbers are made, so that screens drawn of it look the same on every machine. */

import type { ErrorMaps, ErrorsByTimestep, Judgement, RunModel } from '../../../src/report/run-model.ts';
import { errorsByTimestep } from '../../../src/results/errors-by-timestep.ts';
import { judgementOf } from '../../../src/run/judgement.ts';
import type { Summary } from '../../../src/run/summary-schema.ts';
import { pairsOf } from '../../../src/scoring/conditions.ts';
import type { Example } from '../../../src/scoring/example.ts';
import { makePlan, uniformTimesteps } from '../../../src/scoring/plan.ts';
import type { ScreenContext } from '../../../tui/screens/screen.ts';
import { type ColorLevel, makeTheme } from '../../../tui/theme.ts';

const PLAN = { timesteps: uniformTimesteps(16, 1000), repeats: 1, seed: 0 };

/** Numbers that repeat: between −1 and 1. */
export function noise(...keys: number[]): number {
  let h = 2166136261;
  for (const key of keys) h = Math.imul(h ^ (key + 1), 16777619) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 2246822519) >>> 0;
  return ((h ^ (h >>> 13)) >>> 0) / 2 ** 31 - 1;
}

export const EXAMPLES: readonly Example[] = [
  {
    id: 'one',
    images: [{ path: 'a.png' }, { path: 'b.png' }],
    captions: ['a cat on a dog', 'a dog on a cat'],
    truth: [
      [0, 0],
      [1, 1],
    ],
    tags: ['Object', 'Noun'],
  },
  {
    id: 'odd \u001b[31mred',
    images: [{ path: 'a.png' }],
    captions: [
      '猫が犬の上にいる',
      'القطة فوق الكلب',
      'a cat\u0007 under a dog',
      'e\u0301te\u0301 sur la plage',
    ],
    truth: [[0, 2]],
    tags: [],
  },
  {
    id: 'three',
    images: [{ path: 'a.png' }, { path: 'b.png' }, { path: 'c.png' }],
    captions: ['one cat', 'two cats', 'three cats'],
    truth: [
      [0, 0],
      [1, 1],
      [2, 2],
    ],
    tags: ['Counting'],
  },
  {
    id: 'unscored',
    images: [{ path: 'a.png' }, { path: 'b.png' }],
    captions: ['x', 'y'],
    truth: [
      [0, 0],
      [1, 1],
    ],
    tags: [],
  },
];

export interface MadeOptions {
  maps?: boolean;
  repeats?: number;
  scorers?: RunModel['scorers'];
}

/** A model with a diffusion scorer and a CLIP; all but the last example are scored. */
export function madeModel({ maps = true, repeats = 1, scorers }: MadeOptions = {}): RunModel {
  const plan = makePlan({ ...PLAN, repeats });
  const pairs = EXAMPLES.map((example) => pairsOf(example, 'auto'));
  const errorOf = (index: number, slot: number, trial: number) => {
    const { image, caption } = pairs[index]![slot]!;
    const t = plan.trials[trial]!.timestep / 1000;
    const isTrue = EXAMPLES[index]!.truth.some(([i, c]) => i === image && c === caption);
    const shared = 0.4 + 0.3 * t + 0.05 * noise(index, image, trial);
    return shared + (isTrue ? -0.1 * (1 - t) : 0.02 * caption) + 0.02 * noise(index, slot, trial, 7);
  };
  const values = (index: number) => (slot: number) =>
    Float64Array.from(plan.trials, (_, trial) => errorOf(index, slot, trial));
  const meanOf = (list: Float64Array) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const isScored = (index: number) => index < EXAMPLES.length - 1;
  const judge = (scorer: string, index: number): Judgement | undefined => {
    const example = EXAMPLES[index];
    if (!example || !isScored(index)) return undefined;
    if (scorer === 'clip') {
      const raw = example.images.map((_, i) =>
        example.captions.map((_, c) => 0.25 + 0.02 * noise(index, i, c, 3)),
      );
      return judgementOf({ raw }, example);
    }
    const scoreOf = (image: number, caption: number) => {
      const slot = pairs[index]!.findIndex((pair) => pair.image === image && pair.caption === caption);
      return slot < 0 ? undefined : -meanOf(values(index)(slot));
    };
    const raw = example.images.map((_, i) => example.captions.map((_, c) => scoreOf(i, c)!));
    const base = example.images.map((_, i) => scoreOf(i, -1));
    const normalized =
      base[0] === undefined ? undefined : raw.map((row, i) => row.map((value) => value - base[i]!));
    const scores = normalized ? { raw, normalized } : { raw };
    return { ...judgementOf(scores, example), trials: plan.trials.length };
  };
  const errors = (scorer: string, index: number): ErrorsByTimestep | undefined => {
    if (scorer !== 'diffusion' || !isScored(index)) return undefined;
    return errorsByTimestep({ plan, done: plan.trials.length }, pairs[index]!, values(index));
  };
  const sums = EXAMPLES.map((example, index) =>
    example.images.map((_, image) =>
      example.captions.map((_, caption) => ({
        trials: plan.trials.length,
        sums: Float32Array.from({ length: 16 }, (_, k) => 16 * (2 + noise(index, image, caption, k))),
      })),
    ),
  );
  return {
    path: 'runs/made',
    task: { name: 'made', title: 'Made', count: EXAMPLES.length, redistribution: 'free' },
    scorers: scorers ?? [
      { name: 'diffusion', kind: 'diffusion' },
      { name: 'clip', kind: 'clip' },
    ],
    examples: EXAMPLES,
    analysis: { loss: 'mse', errorSpace: 'native' },
    version: () => 1,
    judge,
    errors,
    maps: (scorer, index): ErrorMaps | undefined =>
      maps && scorer === 'diffusion' && isScored(index)
        ? { height: 4, width: 4, pairs: sums[index]! }
        : undefined,
    image: async () => ({ missing: 'The task is not here.' }),
    summary: () => ({}) as Summary,
    standings: () => ({}) as Summary,
  };
}

/** What the pair screen is given in a terminal of `columns` × `rows`. */
export function madeContext(
  {
    columns,
    rows,
    level = 'truecolor',
    linear = false,
  }: { columns: number; rows: number; level?: ColorLevel; linear?: boolean },
  model: RunModel = madeModel(),
): ScreenContext {
  return {
    model,
    opened: [model],
    summary: model.summary(),
    progress: undefined,
    runs: undefined,
    width: columns,
    height: rows - 3,
    theme: makeTheme({ level, linear }),
    edited: new Set(),
    helpFor: 'pair',
  };
}

/** A picture of two flat halves. */
export function flatImage(width: number, height: number) {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++)
      data.set(y < height / 2 ? [240, 150, 30] : [40, 60, 90], (y * width + x) * 3);
  }
  return { width, height, data };
}
