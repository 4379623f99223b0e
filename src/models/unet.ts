import { join } from 'node:path';
import { ModelFileError, ShapeError } from '../errors.ts';
import { type Feed, OnnxSession, type SessionOptions } from '../onnx/session.ts';
import { checkOutput } from './check-output.ts';
import type { Condition } from './condition.ts';
import type { DiffusionDescription } from './diffusion-folder.ts';

/** Predicts the model's native target for a batch of noisy latents at one timestep. */
export interface Denoiser {
  /** Rows of every call: calls with fewer are padded, so that no result depends on how many were asked for. */
  readonly batch: number;
  /** Latent shape of one row, `[C, H, W]`. */
  readonly latent: readonly [number, number, number];
  /**
   * @param noisy x_t of all rows, `[batch, C, H, W]`; rows beyond `conditions.length` are ignored.
   * @param conditions one per row that counts.
   * @returns predictions `[batch, C, H, W]`; rows beyond `conditions.length` mean nothing.
   * @throws ShapeError where the graph's answer has another shape.
   */
  predict(noisy: Float32Array, timestep: number, conditions: readonly Condition[]): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Opens the UNet of a diffusers ONNX folder for calls of `batch` rows. Equal to `unet(x_t, t, hidden).sample`. */
export async function openUnet(
  description: DiffusionDescription,
  batch: number,
  options: SessionOptions,
): Promise<Denoiser> {
  const session = await OnnxSession.open(join(description.folder, 'unet', 'model.onnx'), options);
  const timestepInput = session.input('timestep');
  const output = ['out_sample', 'sample'].find((name) => session.outputs.has(name));
  if (!output) {
    throw new ModelFileError({
      what: 'the UNet has no output "out_sample"',
      where: session.path,
      got: [...session.outputs.keys()].join(', '),
    });
  }
  const latent = description.latent;
  // Scalar in today's exports, one value per row in the older ones; the graphs refuse the other form.
  const timestepRows = timestepInput.shape.length === 0 ? 1 : (fixedSize(timestepInput.shape[0]!) ?? batch);
  const timesteps: Feed = {
    data: new Float32Array(timestepRows),
    dims: timestepInput.shape.length === 0 ? [] : [timestepRows],
  };
  // Filled anew for each call instead of allocated: a call is awaited before the next one begins.
  const conditionFeeds: Record<string, Feed & { data: Float32Array; rowSize: number }> = {};
  const padding: { row: Condition | undefined } = { row: undefined };

  function setConditions(conditions: readonly Condition[]): void {
    padding.row ??= conditions[0];
    for (let row = 0; row < batch; row++) {
      const condition = conditions[row] ?? padding.row!;
      for (const [name, tensor] of Object.entries(condition.inputs)) {
        conditionFeeds[name] ??= {
          data: new Float32Array(batch * tensor.data.length),
          dims: [batch, ...tensor.dims],
          rowSize: tensor.data.length,
        };
        const feed = conditionFeeds[name];
        if (tensor.data.length !== feed.rowSize) {
          throw new ShapeError({ what: `rows of "${name}" differ in size`, where: session.path });
        }
        feed.data.set(tensor.data, row * feed.rowSize);
      }
    }
  }

  return {
    batch,
    latent,
    async predict(noisy, timestep, conditions) {
      setConditions(conditions);
      timesteps.data.fill(timestep);
      const sample: Feed = { data: noisy, dims: [batch, ...latent] };
      const result = await session.run({ sample, timestep: timesteps, ...conditionFeeds }, [output]);
      checkOutput(result[output]!, sample.dims, { name: output, path: session.path });
      return result[output]!.data;
    },
    release: () => session.release(),
  };
}

function fixedSize(dimension: number | string): number | undefined {
  return typeof dimension === 'number' && dimension > 0 ? dimension : undefined;
}
