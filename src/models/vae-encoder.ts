import { join } from 'node:path';
import { ModelFileError } from '../errors.ts';
import type { RgbImage } from '../images/decode.ts';
import { toVaeInput } from '../images/normalize.ts';
import { OnnxSession, type Output, type SessionOptions } from '../onnx/session.ts';
import { stillDraws } from '../onnx/still-draws.ts';
import { checkOutput } from './check-output.ts';
import type { DiffusionDescription } from './diffusion-folder.ts';
import { keptDraw } from './kept-draws.ts';
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

/** Names of the only output, by export generation. */
const LATENTS = ['latent_sample', 'latent_dist', 'latents'];

/**
 * The VAE encoder of a diffusers ONNX folder: the posterior's mean, as `vae.encode(x).latent_dist.mean`. Encoders that
 * draw a latent have their draw made zero (`stillDraws`); where that is not possible, the first draw for an image is
 * kept and used from then on.
 * @throws ModelFileError where the graph has no latent; `encode` ShapeError where its latents are of another size than
 *   the description says.
 */
export async function openVaeEncoder(
  description: DiffusionDescription,
  options: SessionOptions,
): Promise<ImageEncoder> {
  const path = join(description.folder, description.vaeFolder, 'vae_encoder', 'model.onnx');
  const edited = description.vae === 'still' ? stillDraws(path) : undefined;
  const session = await OnnxSession.open(path, edited ? { ...options, edited } : options);
  const input = session.inputs.has('sample') ? 'sample' : [...session.inputs.keys()][0]!;
  const name = ['latent_parameters', ...LATENTS].find((candidate) => session.outputs.has(candidate));
  if (!name) {
    throw new ModelFileError({
      what: 'the VAE encoder gives no latent',
      where: path,
      expected: 'an output "latent_parameters" or "latent_sample"',
      got: [...session.outputs.keys()].join(', '),
      fix: 'Export the model again, as docs/models.md shows.',
    });
  }
  const [channels, height, width] = description.latent;
  const { scalingFactor, shiftFactor, downscale } = description;
  const size = channels * height * width;
  const declared = session.input(input).shape[0];
  // A graph of a fixed batch gets the image in every row.
  const rows = typeof declared === 'number' && declared > 0 ? declared : 1;

  /** What the graph says of an image: `[C, H, W]`, or `[2 · C, H, W]` where it answers the posterior's parameters. */
  async function answer(pixels: Float32Array): Promise<Float32Array> {
    const data = new Float32Array(rows * pixels.length);
    for (let row = 0; row < rows; row++) data.set(pixels, row * pixels.length);
    const dims = [rows, 3, height * downscale, width * downscale];
    const output: Output = (await session.run({ [input]: { data, dims } }, [name!]))[name!]!;
    const depth = name === 'latent_parameters' ? 2 * channels : channels;
    checkOutput(output, [rows, depth, height, width], { name: name!, path });
    return output.data.slice(0, depth * height * width);
  }

  /** Channels are mean, then log-variance; the mean is the first half. */
  async function mean(pixels: Float32Array): Promise<Float32Array> {
    return finite((await answer(pixels)).slice(0, size));
  }

  function finite(latent: Float32Array): Float32Array {
    if (latent.every(Number.isFinite)) return latent;
    throw new ModelFileError({
      what: 'the VAE encoder gives numbers that are none',
      where: path,
      expected: 'finite latents',
      fix: 'SDXL’s own VAE overflows in float16: use its float32 export, or the one with the fp16 fix.',
    });
  }

  return {
    async encode(image, noise) {
      const pixels = toVaeInput(image);
      const z = noise
        ? finite(posteriorDraw(await answer(pixels), noise, path))
        : description.vae === 'draw'
          ? await keptDraw(path, pixels, () => mean(pixels))
          : await mean(pixels);
      return z.map((value) => (value - shiftFactor) * scalingFactor);
    },
    release: () => session.release(),
  };
}
