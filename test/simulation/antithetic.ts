/**
 * Whether a noise and its negative, taken together, tell captions apart better than two noises do:
 *
 *     npm run simulate -- antithetic PROBE [--banks 8]
 *
 * PROBE is a probe folder or task of the tiny world. For every contest, at 20 timesteps, errors are evaluated under
 * `banks` noises and under their negatives. The variance of the mean of two differences is (1 + ρ)/2 of that of one:
 * ρ is their correlation over noises, 0 for independent noises, below 0 where antithetic ones help.
 */

import { denoisingError } from '../../src/diffusion/denoising-error.ts';
import { noiseSchedule } from '../../src/diffusion/noise-schedule.ts';
import { addNoise, predictionTarget } from '../../src/diffusion/prediction-target.ts';
import { resolveRef } from '../../src/hub/resolve-ref.ts';
import { decodeImage } from '../../src/images/decode.ts';
import { describeDiffusion } from '../../src/models/diffusion-folder.ts';
import { openTextEncoder } from '../../src/models/text-encoder.ts';
import { openUnet } from '../../src/models/unet.ts';
import { openVaeEncoder } from '../../src/models/vae-encoder.ts';
import { pairsOf } from '../../src/scoring/conditions.ts';
import { type Contest, contestsOf, differencesOf } from '../../src/scoring/contests.ts';
import { type Example, UNCONDITIONAL } from '../../src/scoring/example.ts';
import { noisesOf } from '../../src/scoring/noises.ts';
import { uniformTimesteps } from '../../src/scoring/plan.ts';
import { loadTask } from '../../tasks/registry.ts';
import { mean } from './replay.ts';

const STEPS = 20;
const BATCH = 24;
const CPU = { threads: 1, device: { name: 'cpu', id: 0 } } as const;

/** Per contest and timestep: differences under the noises, and under their negatives. */
interface Sample {
  over: Contest['over'];
  timestep: number;
  plain: number[];
  negated: number[];
}

/** The report, line by line. */
export async function simulateAntithetic(probe: string, { banks }: { banks: number }): Promise<string[]> {
  const task = await loadTask(probe);
  const samples: Sample[] = [];
  const evaluate = await openEvaluator(banks);
  for (const example of task.examples) samples.push(...(await evaluate(example)));
  const lines = [
    `${task.examples.length} examples, ${STEPS} timesteps, ${banks} noises and their negatives`,
    'rho: correlation of a contest’s differences under a noise and under its negative, over noises',
    '',
    'timesteps  captions  images  matchings',
  ];
  for (let part = 0; part < 4; part++) {
    const [from, to] = [part * 250, (part + 1) * 250];
    const cells = (['captions', 'images', 'matchings'] as const).map((over) => {
      const own = samples.filter((s) => s.over === over && s.timestep >= from && s.timestep < to);
      return own.length === 0 ? '-' : correlation(own).toFixed(2);
    });
    lines.push(`${`${from}-${to - 1}`.padEnd(9)}  ${cells.join('      ')}`);
  }
  lines.push(`${'all'.padEnd(9)}  ${correlation(samples).toFixed(2)}`);
  return lines;
}

/** Covariances and variances are pooled over contests and timesteps, each about its own mean. */
function correlation(samples: readonly Sample[]): number {
  let [covariance, variance] = [0, 0];
  for (const { plain, negated } of samples) {
    const [center, otherCenter] = [mean(plain), mean(negated)];
    for (const [k, value] of plain.entries()) {
      const [own, other] = [value - center, negated[k]! - otherCenter];
      covariance += own * other;
      variance += (own ** 2 + other ** 2) / 2;
    }
  }
  return covariance / variance;
}

async function openEvaluator(banks: number): Promise<(example: Example) => Promise<Sample[]>> {
  const description = describeDiffusion(resolveRef('tiny-world', 'diffusion').folder);
  const [images, texts] = [await openVaeEncoder(description, CPU), await openTextEncoder(description, CPU)];
  const denoiser = await openUnet(description, BATCH, CPU);
  const schedule = noiseSchedule(description.schedule);
  const timesteps = uniformTimesteps(STEPS, schedule.timesteps);
  const noises = noisesOf({ timesteps, repeats: banks, seed: 7 }, description.latent);
  return async (example) => {
    const pairs = pairsOf(example, 'auto');
    const latents = [];
    for (const source of example.images) latents.push(await images.encode(await decodeImage(source)));
    const conditions = [];
    for (const { caption } of pairs)
      conditions.push(await texts.encode(caption === UNCONDITIONAL ? '' : example.captions[caption]!));
    const contests = contestsOf(example, 'auto');
    const samples: Sample[] = [];
    for (const [rank, timestep] of timesteps.entries()) {
      const errors = pairs.map(() => new Float64Array(2 * banks));
      for (let bank = 0; bank < banks; bank++) {
        const noise = noises.get(rank + bank * STEPS);
        for (const [turn, own] of [noise, noise.map((value) => -value)].entries()) {
          const length = own.length;
          const noisy = new Float32Array(BATCH * length);
          for (const [r, { image }] of pairs.entries()) {
            const out = noisy.subarray(r * length, (r + 1) * length);
            addNoise(schedule, timestep, { latent: latents[image]!, noise: own, out });
          }
          const predictions = await denoiser.predict(noisy, timestep, conditions);
          for (const [r, { image }] of pairs.entries()) {
            const target = predictionTarget(schedule, timestep, { latent: latents[image]!, noise: own });
            errors[r]![turn * banks + bank] = denoisingError({ predictions, offset: r * length, target }).mse;
          }
        }
      }
      for (const contest of contests) {
        const differences = differencesOf(contest, 2 * banks, (slot) => errors[slot]!);
        const [plain, negated] = [[...differences.slice(0, banks)], [...differences.slice(banks)]];
        samples.push({ over: contest.over, timestep, plain, negated });
      }
    }
    return samples;
  };
}
