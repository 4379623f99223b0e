import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ModelFileError } from '../errors.ts';
import { OnnxSession, type SessionOptions } from '../onnx/session.ts';
import { checkOutput } from './check-output.ts';
import type { DiffusionDescription } from './diffusion-folder.ts';

/** Scaled latents to pictures. */
export interface ImageDecoder {
  /**
   * Pixels `[3, height, width]` float32, nominally −1 … 1, of a scaled latent `[C, H, W]`. Equals
   * `vae.decode(latent / scaling_factor + shift_factor).sample[0]`.
   * @throws ShapeError where the graph's pictures are of another size than the description says.
   */
  decode(latent: Float32Array): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Where a folder's VAE decoder would lie. Scoring needs none, so its files are no part of a model's identity. */
function decoderFile({ folder, vaeFolder }: DiffusionDescription): string {
  return join(folder, vaeFolder, 'vae_decoder', 'model.onnx');
}

/** Whether the model can show what it reconstructs. */
export function hasVaeDecoder(description: DiffusionDescription): boolean {
  return existsSync(decoderFile(description));
}

/** Opens the VAE decoder of a diffusers ONNX folder. @throws ModelFileError where it has none, or one of another form. */
export async function openVaeDecoder(
  description: DiffusionDescription,
  options: SessionOptions,
): Promise<ImageDecoder> {
  if (!hasVaeDecoder(description)) {
    throw new ModelFileError({
      what: 'the model has no VAE decoder, so its reconstructions cannot be shown',
      where: decoderFile(description),
      fix: 'Export the model with its decoder; scores do not need it.',
    });
  }
  const session = await OnnxSession.open(decoderFile(description), options);
  const input = ['latent_sample', 'sample'].find((name) => session.inputs.has(name));
  const output = ['sample', 'images'].find((name) => session.outputs.has(name));
  if (!input || !output) {
    throw new ModelFileError({
      what: 'the VAE decoder has another form',
      where: session.path,
      expected: 'an input "latent_sample" and an output "sample"',
      got: [...session.inputs.keys(), ...session.outputs.keys()].join(', '),
    });
  }
  const { latent, downscale, scalingFactor, shiftFactor } = description;
  const [, height, width] = latent;
  return {
    async decode(values) {
      // In two float32 steps, as diffusers divides and then adds.
      const data = values.map((value) => Math.fround(value / scalingFactor) + shiftFactor);
      const result = (await session.run({ [input]: { data, dims: [1, ...latent] } }, [output]))[output]!;
      const expected = [1, 3, height * downscale, width * downscale];
      checkOutput(result, expected, { name: output, path: session.path });
      return result.data;
    },
    release: () => session.release(),
  };
}
