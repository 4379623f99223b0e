/** A denoiser's opened graph: what it is fed, in the form that its export wants. */

import { type NoiseSchedule, noiseSchedule } from '../diffusion/noise-schedule.ts';
import { timestepInput } from '../diffusion/prediction-target.ts';
import { ModelFileError, ShapeError } from '../errors.ts';
import type { Feed, OnnxSession, Output } from '../onnx/session.ts';
import type { Condition } from './condition.ts';
import { constantInputs } from './constant-inputs.ts';
import type { DiffusionDescription } from './diffusion-folder.ts';
import { pack } from './flux-packing.ts';

/** Names that exporters give the latent: of a UNet, of a transformer. */
const LATENT_INPUTS = ['sample', 'hidden_states'];
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

/** What one call is about. */
export interface DenoiserCall {
  /** What the model is told of the time, see `told`; of a flow between timesteps σ · T. */
  told: number;
  /** One per row that counts; at most as many as the graph has rows. */
  conditions: readonly Condition[];
}

/** The graph of a UNet or transformer, called with a fixed number of rows. */
export class DenoiserGraph {
  /** Rows of every call: the graph's own where it fixes them. */
  readonly rows: number;
  /** Sizes of the latent input. */
  readonly dims: readonly number[];
  readonly session: OnnxSession;
  readonly #latent: readonly [number, number, number];
  readonly #latentInput: string;
  readonly #packed: boolean;
  readonly #timesteps: Feed & { data: Float32Array };
  readonly #schedule: NoiseSchedule;
  readonly #constants: Record<string, Feed>;
  readonly #conditions: ConditionFeeds;
  readonly #chunk: Float32Array;

  /** @throws ModelFileError where the graph lacks an input, or wants one that is not known. */
  constructor(description: DiffusionDescription, batch: number, session: OnnxSession) {
    const { family, latent } = description;
    this.session = session;
    this.#latent = latent;
    this.#latentInput = LATENT_INPUTS.find((name) => session.inputs.has(name)) ?? LATENT_INPUTS[0]!;
    this.rows = fixedSize(session.input(this.#latentInput).shape[0]) ?? batch;
    this.#schedule = noiseSchedule(description.schedule);
    this.#packed = family === 'flux';
    this.#timesteps = timestepFeed(session, this.rows);
    this.#constants = constantInputs(description, session, this.rows);
    const known = [this.#latentInput, 'timestep', ...Object.keys(this.#constants), ...CONDITIONS];
    const unknown = [...session.inputs.keys()].filter((name) => !known.includes(name));
    if (unknown.length > 0) {
      throw new ModelFileError({
        what: `the denoiser wants inputs that this version does not know: ${unknown.join(', ')}`,
        where: session.path,
        expected: known.join(', '),
        fix: 'Export the plain text-to-image model, as docs/models.md shows.',
      });
    }
    this.#conditions = new ConditionFeeds(session, this.rows);
    const [channels, height, width] = latent;
    this.dims = this.#packed ? [this.rows, (height * width) / 4, channels * 4] : [this.rows, ...latent];
    this.#chunk = new Float32Array(this.rows * channels * height * width);
  }

  /** What the model is told at a place in the schedule, 0 … T − 1. */
  told(timestep: number): number {
    return timestepInput(this.#schedule, timestep);
  }

  /** One call. @param noisy latents of the rows that count, or of more; the others are zeros. */
  async run(output: string, noisy: Float32Array, { told, conditions }: DenoiserCall): Promise<Output> {
    this.#timesteps.data.fill(told / (this.#packed ? FLUX_TIMES : 1));
    this.#chunk.fill(0).set(noisy);
    const feeds = {
      [this.#latentInput]: {
        data: this.#packed ? pack(this.#chunk, this.#latent) : this.#chunk,
        dims: this.dims,
      },
      timestep: this.#timesteps,
      ...this.#constants,
      ...this.#conditions.of(conditions),
    };
    return (await this.session.run(feeds, [output]))[output]!;
  }

  release(): Promise<void> {
    return this.session.release();
  }
}

/** Scalar in today's exports, one value per row in the older ones; the graphs refuse the other form. */
function timestepFeed(session: OnnxSession, rows: number): Feed & { data: Float32Array } {
  const { shape } = session.input('timestep');
  if (shape.length === 0) return { data: new Float32Array(1), dims: [] };
  const data = new Float32Array(fixedSize(shape[0]) ?? rows);
  return { data, dims: [data.length] };
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

function fixedSize(dimension: number | string | undefined): number | undefined {
  return typeof dimension === 'number' && dimension > 0 ? dimension : undefined;
}
