/** Inputs of a denoiser that neither the caption nor the timestep changes. */

import { ModelFileError } from '../errors.ts';
import type { Feed, OnnxSession } from '../onnx/session.ts';
import type { DiffusionDescription } from './diffusion-folder.ts';
import { imageIds } from './flux-packing.ts';

/** What SDXL's refiner is told instead of a target size: diffusers' default. */
const AESTHETIC_SCORE = 6;

/**
 * Feeds for calls of `rows` rows, as diffusers' pipelines make them for an image of the size that is encoded, not
 * cropped: SDXL's time ids, LCM's guidance embedding, FLUX's places and guidance, PixArt-α's size.
 * @throws ModelFileError for an input that this version does not know.
 */
export function constantInputs(
  description: DiffusionDescription,
  session: OnnxSession,
  rows: number,
): Record<string, Feed> {
  const { latent, downscale } = description;
  const [height, width] = [latent[1] * downscale, latent[2] * downscale];
  const feeds: Record<string, Feed> = {};
  for (const { name, shape } of session.inputs.values()) {
    switch (name) {
      case 'time_ids':
        feeds[name] = repeated(rows, timeIds(height, width, shape[1]));
        break;
      case 'timestep_cond':
        feeds[name] = repeated(
          rows,
          guidanceEmbedding(description.guidance! - 1, timeCondWidth(description, session)),
        );
        break;
      case 'guidance':
        feeds[name] = { data: new Float32Array(rows).fill(description.guidance!), dims: [rows] };
        break;
      case 'resolution':
        feeds[name] = repeated(rows, [height, width]);
        break;
      case 'aspect_ratio':
        feeds[name] = repeated(rows, [height / width]);
        break;
      case 'img_ids':
        feeds[name] = ids(imageIds(latent), shape.length, rows);
        break;
      case 'txt_ids':
        feeds[name] = ids(new Float32Array(description.texts[1]!.length! * 3), shape.length, rows);
        break;
    }
  }
  return feeds;
}

/** Original size, top left corner of the crop, target size; the refiner has a score for the last two. */
function timeIds(height: number, width: number, count: number | string | undefined): number[] {
  const ids = [height, width, 0, 0];
  return count === 5 ? [...ids, AESTHETIC_SCORE] : [...ids, height, width];
}

/** `LatentConsistencyModelPipeline.get_guidance_scale_embedding(w, width)`: sines, then cosines, of 1000 w. */
export function guidanceEmbedding(w: number, width: number): number[] {
  const half = Math.floor(width / 2);
  const step = Math.fround(Math.fround(Math.log(10000)) / (half - 1));
  const angles = Array.from({ length: half }, (_, k) =>
    Math.fround(Math.fround(Math.fround(w) * 1000) * Math.fround(Math.exp(Math.fround(k * -step)))),
  );
  const embedding = [...angles.map(Math.sin), ...angles.map(Math.cos)];
  return width % 2 === 1 ? [...embedding, 0] : embedding;
}

function timeCondWidth({ timeCondWidth }: DiffusionDescription, session: OnnxSession): number {
  if (timeCondWidth !== undefined) return timeCondWidth;
  throw new ModelFileError({
    what: 'nothing says how wide the input "timestep_cond" is',
    where: session.path,
    expected: 'time_cond_proj_dim in unet/config.json',
  });
}

/** One vector in every row. */
function repeated(rows: number, vector: readonly number[]): Feed {
  const data = new Float32Array(rows * vector.length);
  for (let row = 0; row < rows; row++) data.set(vector, row * vector.length);
  return { data, dims: [rows, vector.length] };
}

/** Places `[n, 3]`, which older exports want once per row. */
function ids(places: Float32Array, rank: number, rows: number): Feed {
  if (rank === 2) return { data: places, dims: [places.length / 3, 3] };
  const { data } = repeated(rows, [...places]);
  return { data, dims: [rows, places.length / 3, 3] };
}
