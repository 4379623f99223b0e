import { join } from 'node:path';
import { noiseSchedule } from '../diffusion/noise-schedule.ts';
import { timestepInput } from '../diffusion/prediction-target.ts';
import { ModelFileError, ShapeError } from '../errors.ts';
import { type Feed, OnnxSession, type SessionOptions } from '../onnx/session.ts';
import { checkOutput } from './check-output.ts';
import type { Condition } from './condition.ts';
import { constantInputs } from './constant-inputs.ts';
import type { DiffusionDescription } from './diffusion-folder.ts';
import { pack, unpack } from './flux-packing.ts';

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
  release(): Promise<void>;
}

/** Names that exporters give the latent and the prediction: of a UNet, of a transformer. */
const LATENT_INPUTS = ['sample', 'hidden_states'];
const OUTPUTS = ['out_sample', 'out_hidden_states', 'sample'];
/** What the families' text conditioners give. */
const CONDITIONS = [
  'encoder_hidden_states',
  'encoder_attention_mask',
  'text_embeds',
  'pooled_projections',
  'class_labels',
];
/** FLUX's own transformer multiplies what it is told by so much. */
const FLUX_TIMES = 1000;

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
  { folder, denoiser }: DiffusionDescription,
  options: SessionOptions,
): Promise<OnnxSession> {
  return OnnxSession.open(join(folder, denoiser, 'model.onnx'), options);
}

/** Calls of `batch` rows on an opened graph. @throws ModelFileError where it lacks an input or output. */
export function denoiserOn(session: OnnxSession, description: DiffusionDescription, batch: number): Denoiser {
  const { family, latent } = description;
  const latentInput = LATENT_INPUTS.find((name) => session.inputs.has(name)) ?? LATENT_INPUTS[0]!;
  const output = OUTPUTS.find((name) => session.outputs.has(name));
  if (!output) {
    throw new ModelFileError({
      what: `the ${description.denoiser === 'unet' ? 'UNet' : 'transformer'} has no output "out_sample"`,
      where: session.path,
      got: [...session.outputs.keys()].join(', '),
    });
  }
  const rows = fixedSize(session.input(latentInput).shape[0]) ?? batch;
  const schedule = noiseSchedule(description.schedule);
  const shape = session.input('timestep').shape;
  // Scalar in today's exports, one value per row in the older ones; the graphs refuse the other form.
  const timesteps: Feed & { data: Float32Array } = {
    data: new Float32Array(shape.length === 0 ? 1 : (fixedSize(shape[0]) ?? rows)),
    dims: [],
  };
  if (shape.length > 0) timesteps.dims = [timesteps.data.length];
  const constants = constantInputs(description, session, rows);
  const known = [latentInput, 'timestep', ...Object.keys(constants), ...CONDITIONS];
  const unknown = [...session.inputs.keys()].filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new ModelFileError({
      what: `the denoiser wants inputs that this version does not know: ${unknown.join(', ')}`,
      where: session.path,
      expected: known.join(', '),
      fix: 'Export the plain text-to-image model, as docs/models.md shows.',
    });
  }
  const conditions = new ConditionFeeds(session, rows);
  const packed = family === 'flux';
  const [channels, height, width] = latent;
  const size = channels * height * width;
  const dims = packed ? [rows, (height * width) / 4, channels * 4] : [rows, ...latent];
  const chunk = new Float32Array(rows * size);

  /** One call of the graph: as many of the conditions' latents as it has rows. */
  async function call(noisy: Float32Array, chosen: readonly Condition[]): Promise<Float32Array> {
    chunk.fill(0).set(noisy);
    const sample: Feed = { data: packed ? pack(chunk, latent) : chunk, dims };
    const feeds = { [latentInput]: sample, timestep: timesteps, ...constants, ...conditions.of(chosen) };
    const result = (await session.run(feeds, [output!]))[output!]!;
    // Models that also predict a variance have it in as many channels more.
    const learned = !packed && description.denoiser !== 'unet' && result.dims[1] === 2 * channels;
    checkOutput(result, learned ? [rows, 2 * channels, height, width] : dims, {
      name: output!,
      path: session.path,
    });
    if (packed) return unpack(result.data, latent);
    return learned ? firstChannels(result.data, rows, size) : result.data;
  }

  async function predictAt(noisy: Float32Array, told: number, chosen: readonly Condition[]) {
    timesteps.data.fill(told / (packed ? FLUX_TIMES : 1));
    if (rows === batch) return call(noisy, chosen);
    const predictions = new Float32Array(batch * size);
    for (let at = 0; at < chosen.length; at += rows) {
      const end = Math.min(at + rows, batch);
      const part = await call(noisy.subarray(at * size, end * size), chosen.slice(at, end));
      predictions.set(part.subarray(0, (end - at) * size), at * size);
    }
    return predictions;
  }

  return {
    batch,
    latent,
    predict: (noisy, timestep, chosen) => predictAt(noisy, timestepInput(schedule, timestep), chosen),
    predictAt,
    release: () => session.release(),
  };
}

/** Feeds of the conditions, filled anew for each call: a call is awaited before the next one begins. */
class ConditionFeeds {
  readonly #session: OnnxSession;
  readonly #rows: number;
  readonly #feeds: Record<string, Feed & { data: Float32Array; rowSize: number }> = {};
  #padding: Condition | undefined;

  constructor(session: OnnxSession, rows: number) {
    this.#session = session;
    this.#rows = rows;
  }

  /** Rows beyond the given ones are filled with the first condition that was ever given. */
  of(conditions: readonly Condition[]): Record<string, Feed> {
    this.#padding ??= conditions[0];
    for (let row = 0; row < this.#rows; row++) {
      const condition = conditions[row] ?? this.#padding!;
      for (const [name, tensor] of Object.entries(condition.inputs)) {
        this.#feeds[name] ??= {
          data: new Float32Array(this.#rows * tensor.data.length),
          dims: [this.#rows, ...tensor.dims],
          rowSize: tensor.data.length,
        };
        const feed = this.#feeds[name];
        if (tensor.data.length !== feed.rowSize) {
          throw new ShapeError({ what: `rows of "${name}" differ in size`, where: this.#session.path });
        }
        feed.data.set(tensor.data, row * feed.rowSize);
      }
    }
    return this.#feeds;
  }
}

/** The first `size` values of every row of twice as many. */
function firstChannels(data: Float32Array, rows: number, size: number): Float32Array {
  const first = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++)
    first.set(data.subarray(2 * row * size, (2 * row + 1) * size), row * size);
  return first;
}

function fixedSize(dimension: number | string | undefined): number | undefined {
  return typeof dimension === 'number' && dimension > 0 ? dimension : undefined;
}
