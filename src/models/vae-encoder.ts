import { join } from 'node:path';
import { ModelFileError } from '../errors.ts';
import type { RgbImage } from '../images/decode.ts';
import { toVaeInput } from '../images/normalize.ts';
import { OnnxSession, type SessionOptions } from '../onnx/session.ts';
import { checkOutput } from './check-output.ts';
import type { DiffusionDescription } from './diffusion-folder.ts';
import { posteriorDraw } from './posterior.ts';

/** Images to scaled latents. */
export interface ImageEncoder {
  /**
   * Latent `[C, H, W]` float32, `(z − shift_factor) · scaling_factor`, of an image of the model's own size: z is the
   * posterior's mean, or with `noise` (`[C, H, W]`) the draw that it makes.
   */
  encode(image: RgbImage, noise?: Float32Array): Promise<Float32Array>;
  release(): Promise<void>;
}

/**
 * The VAE encoder of a diffusers ONNX folder: the posterior's mean, as `vae.encode(x).latent_dist.mean`.
 * @throws ModelFileError where the graph draws a random latent itself instead of giving the posterior's parameters;
 *   `encode` ShapeError where the graph's latents are of another size than the description says.
 */
export async function openVaeEncoder(
  description: DiffusionDescription,
  options: SessionOptions,
): Promise<ImageEncoder> {
  const session = await OnnxSession.open(join(description.folder, 'vae_encoder', 'model.onnx'), options);
  if (!session.outputs.has('latent_parameters')) {
    throw new ModelFileError({
      what: 'the VAE encoder does not give the posterior',
      where: session.path,
      expected: 'an output "latent_parameters"',
      got: [...session.outputs.keys()].join(', '),
      fix: 'Its draws would differ from run to run; export the model again with optimum 1.24 or newer.',
    });
  }
  const [channels, height, width] = description.latent;
  const { scalingFactor, shiftFactor, downscale } = description;
  return {
    async encode(image, noise) {
      const dims = [1, 3, height * downscale, width * downscale];
      const name = 'latent_parameters';
      const output = (await session.run({ sample: { data: toVaeInput(image), dims } }, [name]))[name]!;
      checkOutput(output, [1, 2 * channels, height, width], { name, path: session.path });
      // Channels are mean, then log-variance; the mean is the first half.
      const z = noise
        ? posteriorDraw(output.data, noise, session.path)
        : output.data.subarray(0, channels * height * width);
      return z.map((value) => (value - shiftFactor) * scalingFactor);
    },
    release: () => session.release(),
  };
}
