import { join } from 'node:path';
import { ModelFileError } from '../errors.ts';
import { addOutput } from '../onnx/add-output.ts';
import { OnnxSession, type Output, type SessionOptions } from '../onnx/session.ts';
import { checkOutput } from './check-output.ts';
import type { Condition } from './condition.ts';
import { DenoiserGraph } from './denoiser-graph.ts';
import type { DiffusionDescription } from './diffusion-folder.ts';
import { unpack } from './flux-packing.ts';

/** Predicts the model's native target for a batch of noisy latents at one timestep. */
export interface Denoiser {
  /** Rows of every call: calls with fewer are padded, so that no result depends on how many were asked for. */
  readonly batch: number;
  /** Latent shape of one row, `[C, H, W]`. */
  readonly latent: readonly [number, number, number];
  /**
   * @param noisy x_t of all rows, `[batch, C, H, W]`; rows beyond `conditions.length` are ignored.
   * @param timestep place in the schedule, 0 … T − 1; what the graph is told follows from it.
   * @param conditions one per row that counts.
   * @returns predictions `[batch, C, H, W]`; rows beyond `conditions.length` mean nothing.
   * @throws ShapeError where the graph's answer has another shape.
   */
  predict(noisy: Float32Array, timestep: number, conditions: readonly Condition[]): Promise<Float32Array>;
  /** The same at a time between timesteps, where samplers of flows go: `told` is the timestep, of a flow σ · T. */
  predictAt(noisy: Float32Array, told: number, conditions: readonly Condition[]): Promise<Float32Array>;
  /** The same with the learned width of the reverse step, `[batch, C, H, W]`, where the model answers one. */
  predictBoth(
    noisy: Float32Array,
    timestep: number,
    conditions: readonly Condition[],
  ): Promise<{ predictions: Float32Array; widths?: Float32Array }>;
  release(): Promise<void>;
}

/** A denoiser whose graph also answers one of its intermediate results. */
export interface FeatureDenoiser {
  /** Rows of every call, as of a `Denoiser`. */
  readonly batch: number;
  /**
   * The intermediate result of every row, `[batch, …]`, with its sizes.
   * @param noisy, timestep, conditions as of `Denoiser.predict`; at most `batch` conditions.
   */
  features(noisy: Float32Array, timestep: number, conditions: readonly Condition[]): Promise<Output>;
  release(): Promise<void>;
}

/** Names that exporters give the prediction: of a UNet, of a transformer. */
const OUTPUTS = ['out_sample', 'out_hidden_states', 'sample'];

/**
 * Opens a UNet or transformer for calls of `batch` rows. Equals `unet(x_t, t, hidden, ...).sample`. A graph of a fixed
 * batch is called as often as a batch needs, always with all of its rows.
 * @throws ModelFileError where it lacks an input or output.
 */
export async function openDenoiserGraph(
  description: DiffusionDescription,
  batch: number,
  options: SessionOptions,
): Promise<Denoiser> {
  return denoiserOn(await openDenoiserSession(description, options), description, batch);
}

/** Opens the graph alone, for calls of any number of rows. @throws ModelFileError as the graph's opening. */
export function openDenoiserSession(
  description: DiffusionDescription,
  options: SessionOptions,
): Promise<OnnxSession> {
  return OnnxSession.open(graphOf(description), options);
}

/** Calls of `batch` rows on an opened graph. @throws ModelFileError where it lacks an input or output. */
export function denoiserOn(session: OnnxSession, description: DiffusionDescription, batch: number): Denoiser {
  const { family, latent } = description;
  const output = OUTPUTS.find((name) => session.outputs.has(name));
  if (!output) {
    throw new ModelFileError({
      what: `the ${description.denoiser === 'unet' ? 'UNet' : 'transformer'} has no output "out_sample"`,
      where: session.path,
      got: [...session.outputs.keys()].join(', '),
    });
  }
  const graph = new DenoiserGraph(description, batch, session);
  const { rows, dims } = graph;
  const packed = family === 'flux';
  const [channels, height, width] = latent;
  const size = channels * height * width;

  /** One call of the graph: as many of the conditions' latents as it has rows. */
  async function call(
    noisy: Float32Array,
    told: number,
    conditions: readonly Condition[],
  ): Promise<{ predictions: Float32Array; widths?: Float32Array }> {
    const result = await graph.run(output!, noisy, { told, conditions });
    // Models that also predict a variance have it in as many channels more.
    const learned = !packed && description.denoiser !== 'unet' && result.dims[1] === 2 * channels;
    const expected = learned ? [rows, 2 * channels, height, width] : dims;
    checkOutput(result, expected, { name: output!, path: session.path });
    if (packed) return { predictions: unpack(result.data, latent) };
    if (!learned) return { predictions: result.data };
    return {
      predictions: halfOfChannels(result.data, { rows, size, half: 0 }),
      ...(description.learnsWidth && { widths: halfOfChannels(result.data, { rows, size, half: 1 }) }),
    };
  }

  /** @param told as of `Denoiser.predictAt` */
  async function predictAll(noisy: Float32Array, told: number, chosen: readonly Condition[]) {
    if (rows === batch) return call(noisy, told, chosen);
    const predictions = new Float32Array(batch * size);
    let widths: Float32Array | undefined;
    for (let at = 0; at < chosen.length; at += rows) {
      const end = Math.min(at + rows, batch);
      const part = await call(noisy.subarray(at * size, end * size), told, chosen.slice(at, end));
      predictions.set(part.predictions.subarray(0, (end - at) * size), at * size);
      if (!part.widths) continue;
      widths ??= new Float32Array(batch * size);
      widths.set(part.widths.subarray(0, (end - at) * size), at * size);
    }
    return { predictions, ...(widths && { widths }) };
  }

  return {
    batch,
    latent,
    predictBoth: (noisy, timestep, chosen) => predictAll(noisy, graph.told(timestep), chosen),
    predict: async (noisy, timestep, chosen) =>
      (await predictAll(noisy, graph.told(timestep), chosen)).predictions,
    predictAt: async (...asked) => (await predictAll(...asked)).predictions,
    release: () => graph.release(),
  };
}

/**
 * Opens a UNet or transformer for its features: what leaves the part `wanted` of its graph (see `addOutput`).
 * @throws ModelFileError as `openDenoiserGraph`, and where the graph has no such part.
 */
export async function openFeatureDenoiser(
  description: DiffusionDescription,
  { wanted, batch }: { wanted: string; batch: number },
  options: SessionOptions,
): Promise<FeatureDenoiser> {
  const { edited, output } = addOutput(graphOf(description), wanted);
  const session = await OnnxSession.open(graphOf(description), { ...options, edited });
  const graph = new DenoiserGraph(description, batch, session);
  return {
    batch: graph.rows,
    features: (noisy, timestep, conditions) =>
      graph.run(output, noisy, { told: graph.told(timestep), conditions }),
    release: () => graph.release(),
  };
}

function graphOf({ folder, denoiser }: DiffusionDescription): string {
  return join(folder, denoiser, 'model.onnx');
}

/** The first or second `size` values of every row of twice as many. */
function halfOfChannels(
  data: Float32Array,
  { rows, size, half }: { rows: number; size: number; half: 0 | 1 },
): Float32Array {
  const result = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++) {
    const start = (2 * row + half) * size;
    result.set(data.subarray(start, start + size), row * size);
  }
  return result;
}
