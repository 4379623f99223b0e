/**
 * (c) The public reference's scheme on the same weights, through the same graphs: every pair by itself, its image
 * encoded anew, its caption and the empty one too, and per trial one call of two rows, under the caption and under ∅
 * (as the public evaluation code of diffusion models on Winoground goes about it).
 */

import { noiseSchedule } from '../../dist/src/diffusion/noise-schedule.js';
import { addNoise } from '../../dist/src/diffusion/prediction-target.js';
import { latentOf, modelImage, openDiffusionParts } from '../../dist/src/scoring/diffusion-parts.js';
import { noisesOf } from '../../dist/src/scoring/noises.js';
import { makePlan } from '../../dist/src/scoring/plan.js';
import { runProduct } from './product.ts';
import { interleave, ratios, type Spread, showSpread, spreadOf } from './statistics.ts';
import type { Subject } from './subject.ts';

/** Examples that the reference's scheme scores in a measurement; the product scores as many as it always does. */
const EXAMPLES = 4;

export interface SchemeReport {
  /** Evaluations of one example. */
  product: number;
  reference: number;
  /** Seconds per example. */
  productSeconds: Spread;
  referenceSeconds: Spread;
  /** How many times as long the reference's scheme takes. */
  ratio: Spread;
}

export async function measureScheme(
  subject: Subject,
  { rounds, note }: { rounds: number; note: (text: string) => void },
): Promise<SchemeReport> {
  const { settings, workers, pairsPerExample, trials, examples, request } = subject;
  const threads = settings.threads * workers;
  const parts = await openDiffusionParts({ ...settings, batch: 2, threads });
  try {
    const measures = new Map([
      [
        'product',
        async () => {
          const { denoiseSeconds } = await runProduct(subject, { examples });
          return denoiseSeconds / examples;
        },
      ],
      [
        'reference',
        async () => {
          const begun = performance.now();
          for (const example of request.task.examples.slice(0, EXAMPLES))
            await scoreAsReference(subject, parts, example);
          return (performance.now() - begun) / 1000 / EXAMPLES;
        },
      ],
    ]);
    const results = await interleave(measures, rounds, (k) => note(`scheme, round ${k + 1} of ${rounds}`));
    const [first] = request.task.examples;
    const [product, reference] = [results.get('product')!, results.get('reference')!];
    return {
      product: pairsPerExample * trials,
      reference: first!.images.length * first!.captions.length * 2 * trials,
      productSeconds: spreadOf(product),
      referenceSeconds: spreadOf(reference),
      ratio: ratios(reference, product),
    };
  } finally {
    await parts.release();
  }
}

async function scoreAsReference(
  { settings }: Subject,
  { images, denoiser, captions }: Awaited<ReturnType<typeof openDiffusionParts>>,
  example: Subject['request']['task']['examples'][number],
): Promise<void> {
  const plan = makePlan(settings.plan);
  const schedule = noiseSchedule(settings.description.schedule);
  const bank = noisesOf(settings.plan, settings.description.latent);
  const size = settings.description.latent.reduce((product, side) => product * side, 1);
  const noisy = new Float32Array(2 * size);
  for (const image of example.images) {
    for (const caption of example.captions) {
      const latent = await latentOf(images, await modelImage(image, settings), settings);
      const conditions = [await captions.get(caption), await captions.get('')];
      for (const trial of plan.trials) {
        const noise = bank.get(trial.noise);
        for (const row of [0, 1]) {
          const out = noisy.subarray(row * size, (row + 1) * size);
          addNoise(schedule, trial.timestep, { latent, noise, out });
        }
        await denoiser.predict(noisy, trial.timestep, conditions);
      }
    }
  }
}

export function schemeLines(report: SchemeReport): string[] {
  const { product, reference, productSeconds, referenceSeconds, ratio } = report;
  return [
    '',
    '(c) the reference’s scheme on the same graphs: ∅ and the latent anew for every pair, two rows a call',
    `    evaluations per example ${reference} instead of ${product};` +
      ` seconds ${showSpread(referenceSeconds, 2)} instead of ${showSpread(productSeconds, 3)}:` +
      ` ${showSpread(ratio, 2)} times as long`,
  ];
}
