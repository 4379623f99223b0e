/** The whole chain against PyTorch: parity.json is made from the same weights by make_parity.py. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { LOSSES, type Loss } from '../../src/diffusion/denoising-error.ts';
import { noiseSchedule } from '../../src/diffusion/noise-schedule.ts';
import { decodeImage } from '../../src/images/decode.ts';
import { describeClip } from '../../src/models/clip-folder.ts';
import { describeDiffusion } from '../../src/models/diffusion-folder.ts';
import { openTextEncoder } from '../../src/models/text-encoder.ts';
import { openVaeEncoder } from '../../src/models/vae-encoder.ts';
import { scoreExample } from '../../src/scoring/aggregate.ts';
import { openClipScorer } from '../../src/scoring/clip-scorer.ts';
import { type DiffusionSettings, openDiffusionScorer } from '../../src/scoring/diffusion-scorer.ts';
import type { Example } from '../../src/scoring/example.ts';
import { makePlan, uniformTimesteps } from '../../src/scoring/plan.ts';
import type { ScorerOutput } from '../../src/scoring/scorer.ts';
import { openTokenizer } from '../../src/tokenizers/open-tokenizer.ts';
import { loadProbeFolder } from '../../tasks/probe-folder.ts';
import { CLIP, DIFFUSION, PROBE } from './tiny-world.ts';

interface Parity {
  seed: number;
  noise_shape: number[];
  timesteps: number[];
  alphas_cumprod: number[];
  scaling_factor: number;
  /** `[image][channel][row][column]`, scaled. */
  latents: number[][][][];
  embedding: { caption: string; shape: number[]; values: { position: number; first: number[] }[] };
  empty_token_ids: number[];
  examples: {
    id: number | string;
    captions: string[];
    token_ids: number[][];
    /** `[image][condition: both captions, then the empty one]`, a value per timestep in ascending order. */
    errors: Record<Loss, number[]>[][];
    clip_cosines: number[][];
  }[];
}

/** Absolute, of values around 1: what float32 kernels of two libraries may differ by. */
const ABSOLUTE = 1e-4;
/** Of one trial's error, relative to it. */
const RELATIVE = 1e-4;
/** Mean errors closer than ten times this part of their size are not told apart. */
const NUMERIC_FLOOR = 1e-5;

const file = new URL('../../fixtures/golden/parity/parity.json', import.meta.url);
const parity: Parity = JSON.parse(readFileSync(file, 'utf8'));
const description = describeDiffusion(DIFFUSION);
const options = { threads: 1 };
const plan = makePlan({ timesteps: uniformTimesteps(parity.timesteps.length, 1000), repeats: 1, seed: 0 });

let examples: Example[];
beforeAll(async () => {
  examples = (await loadProbeFolder(PROBE)).examples.slice(0, parity.examples.length);
});

function worst(got: ArrayLike<number>, wanted: readonly number[]): number {
  expect(got.length).toBeGreaterThanOrEqual(wanted.length);
  return Math.max(...wanted.map((value, k) => Math.abs(got[k]! - value)));
}

test('the golden values are of the probe’s first examples', () => {
  expect(parity.examples.length).toBeGreaterThanOrEqual(20);
  expect(examples.map(({ id, captions }) => ({ id, captions }))).toEqual(
    parity.examples.map(({ id, captions }) => ({ id: String(id), captions })),
  );
});

describe('what goes into the denoiser', () => {
  test('token ids', () => {
    const tokenizer = openTokenizer(join(DIFFUSION, 'tokenizer'), {
      maxPositions: description.texts[0]!.maxPositions!,
    });
    const clipTokenizer = openTokenizer(CLIP, { maxPositions: 24 });
    expect([...tokenizer.encode('').ids]).toEqual(parity.empty_token_ids);
    for (const { captions, token_ids } of parity.examples) {
      for (const [k, caption] of captions.entries()) {
        expect([...tokenizer.encode(caption).ids]).toEqual(token_ids[k]);
        expect([...clipTokenizer.encode(caption).ids]).toEqual(token_ids[k]);
      }
    }
  });

  test('alphas_cumprod', () => {
    const { alphasCumprod } = noiseSchedule(description.schedule);
    expect(alphasCumprod).toHaveLength(parity.alphas_cumprod.length);
    for (const [t, bar] of parity.alphas_cumprod.entries()) {
      expect(Math.abs(alphasCumprod[t]! - bar)).toBeLessThanOrEqual(1e-6 * bar);
    }
  });

  test('timesteps, latent shape and scaling factor', () => {
    expect(plan.timesteps).toEqual(parity.timesteps);
    expect([plan.trials.length, ...description.latent]).toEqual(parity.noise_shape);
    expect(description.scalingFactor).toBe(parity.scaling_factor);
  });

  test('latents', async () => {
    const encoder = await openVaeEncoder(description, options);
    for (const [k, latent] of parity.latents.entries()) {
      const got = await encoder.encode(await decodeImage(examples[0]!.images[k]!));
      const wanted = latent.flat(2);
      expect(got).toHaveLength(wanted.length);
      expect(worst(got, wanted)).toBeLessThanOrEqual(ABSOLUTE);
    }
    await encoder.release();
  });

  test('caption embeddings', async () => {
    const encoder = await openTextEncoder(description, options);
    const { caption, shape, values } = parity.embedding;
    const { data, dims } = (await encoder.encode(caption)).inputs.encoder_hidden_states!;
    expect(dims).toEqual(shape);
    for (const { position, first } of values) {
      expect(worst(data.subarray(position * shape[1]!), first), `position ${position}`).toBeLessThanOrEqual(
        ABSOLUTE,
      );
    }
    await encoder.release();
  });
});

describe('denoising errors', () => {
  const settings: DiffusionSettings = {
    kind: 'diffusion',
    description,
    plan: { timesteps: plan.timesteps, repeats: 1, seed: 0 },
    batch: 24,
    threads: 1,
    device: { name: 'cpu', id: 0 },
    resize: 'crop',
    uncond: 'always',
    maps: false,
  };
  /** `example/image/condition/rank of the timestep`, the empty caption as condition 2. */
  const got = new Map<string, Record<Loss, number>>();
  const key = (...parts: number[]) => parts.join('/');

  beforeAll(async () => {
    const scorer = await openDiffusionScorer(settings);
    const take = (output: ScorerOutput) => {
      if (output.type === 'nearly-done') return; // said of the last trial, before its rows
      if (output.type !== 'trials') throw new Error(`unexpected output ${JSON.stringify(output)}`);
      for (let r = 0; r < output.index.length; r++) {
        const condition = output.caption[r]! < 0 ? 2 : output.caption[r]!;
        const rank = plan.trials[output.trial[r]!]!.noise;
        const { mse, mae, huber } = output;
        got.set(key(output.index[r]!, output.image[r]!, condition, rank), {
          mse: mse[r]!,
          mae: mae[r]!,
          huber: huber[r]!,
        });
      }
    };
    for (let at = 0; at < examples.length; at += 4) {
      const block = examples.slice(at, at + 4).map((example, k) => ({ index: at + k, example, start: 0 }));
      await scorer.evaluate(block, take);
    }
    await scorer.release();
  }, 300_000);

  test.each(LOSSES)('%s of every trial', (loss) => {
    let largest = 0;
    let count = 0;
    for (const [e, { errors }] of parity.examples.entries()) {
      for (const [i, conditions] of errors.entries()) {
        for (const [c, wanted] of conditions.entries()) {
          for (const [rank, value] of wanted[loss].entries()) {
            const error = Math.abs(got.get(key(e, i, c, rank))![loss] / value - 1);
            expect(error, `example ${e}, image ${i}, condition ${c}, trial ${rank}`).toBeLessThanOrEqual(
              RELATIVE,
            );
            largest = Math.max(largest, error);
            count += 1;
          }
        }
      }
    }
    expect(count).toBe(got.size);
    expect(count).toBe(parity.examples.length * 2 * 3 * parity.timesteps.length);
    console.log(`${loss}: ${count} trials, at most ${largest.toExponential(1)} from PyTorch, relative`);
  });

  test('raw score differences have PyTorch’s sign wherever they exceed the numeric floor', () => {
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    let close = 0;
    let count = 0;
    for (const [e, { errors }] of parity.examples.entries()) {
      const wanted = errors.map((conditions) => conditions.map(({ mse }) => -mean(mse)));
      const pairs = [0, 1].map((i) =>
        [0, 1].map((c) => Float64Array.from(plan.trials, ({ noise }) => got.get(key(e, i, c, noise))!.mse)),
      );
      const { raw } = scoreExample(plan, { pairs, done: plan.trials.length }, { factor: () => 1 });
      // Text: two captions of one image; image: two images of one caption.
      const comparisons = [
        [0, 0, 0, 1],
        [1, 1, 1, 0],
        [0, 0, 1, 0],
        [1, 1, 0, 1],
      ] as const;
      for (const [i, c, j, d] of comparisons) {
        const difference = wanted[i]![c]! - wanted[j]![d]!;
        const floor = 10 * NUMERIC_FLOOR * Math.abs(wanted[i]![c]!);
        count += 1;
        if (Math.abs(difference) <= floor) close += 1;
        else expect(Math.sign(raw[i]![c]! - raw[j]![d]!), `example ${e}`).toBe(Math.sign(difference));
      }
    }
    console.log(`${close} of ${count} comparisons lie within ten times the numeric floor`);
    expect(close / count).toBeLessThanOrEqual(0.05);
  });
});

test('CLIP cosines', async () => {
  const scorer = await openClipScorer({
    kind: 'clip',
    description: describeClip(CLIP),
    threads: 1,
    device: { name: 'cpu', id: 0 },
  });
  const scores: number[][][] = [];
  const work = examples.map((example, index) => ({ index, example, start: 0 }));
  await scorer.evaluate(work, (output) => {
    if (output.type !== 'scores') throw new Error(`unexpected output ${JSON.stringify(output)}`);
    scores[output.index] = output.scores;
  });
  await scorer.release();
  let largest = 0;
  for (const [e, { clip_cosines }] of parity.examples.entries()) {
    largest = Math.max(largest, worst(scores[e]!.flat(), clip_cosines.flat()));
  }
  console.log(`CLIP cosines: at most ${largest.toExponential(1)} from PyTorch`);
  expect(largest).toBeLessThanOrEqual(ABSOLUTE);
});
