/** The slow work of the pair screen: loading images, scoring edits, reconstructing, saving. */

import { messageOf } from '../../../src/errors.ts';
import { decodeImage, type ImageSource, type RgbImage } from '../../../src/images/decode.ts';
import { resize } from '../../../src/images/resize.ts';
import type { RescoreEvent } from '../../../src/run/interactive-events.ts';
import type { Saved, Services } from '../../services.ts';
import type { Effect } from '../screen.ts';
import type { Clean, Shown, Variant } from './state.ts';

/** No terminal shows more of an image than this on its longer side. */
const MOST_PIXELS = 512;
/** Least milliseconds between two events of trials: what comes in between is skipped, not queued. */
const EVENT_MS = 100;
/** A key that is held down asks for many timesteps: only where it rests is worth a model call. */
const REST_MS = 120;

/** What a task of scoring tells. */
export type ScoringResult = { event: RescoreEvent } | { problem: string };
export type CleanResult = Clean;
export type SaveResult = Saved | { problem: string };

/** Loads one image for drawing. */
export function loadImage(index: number, image: number): Effect {
  return {
    type: 'task',
    key: `image ${index} ${image}`,
    async run({ model }, emit) {
      emit(await shownImage(() => model.image(index, image)));
    },
  };
}

async function shownImage(access: () => ReturnType<Services['model']['image']>): Promise<Shown> {
  try {
    const found = await access();
    if ('missing' in found) return found;
    return { image: reduced(await decodeImage(found)) };
  } catch (error) {
    return { missing: `${messageOf(error)}.` };
  }
}

function reduced(image: RgbImage): RgbImage {
  const share = MOST_PIXELS / Math.max(image.width, image.height);
  if (share >= 1) return image;
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * share)));
  return resize(image, width!, height!, 'bilinear');
}

/** Scores an edited example with every scorer; replaces what is being scored. */
export function scoreVariant(
  index: number,
  { captions, force }: Pick<Variant, 'captions' | 'force'>,
): Effect {
  return {
    type: 'task',
    key: 'score',
    async run({ model, interactive }, emit: (result: ScoringResult) => void, signal) {
      if (!interactive) return emit({ problem: 'This dashboard was opened without the means to score.' });
      const images = await sourcesOf(model, index);
      if (typeof images === 'string') return emit({ problem: images });
      const { truth } = model.examples[index]!;
      let last = 0;
      const events = interactive(model).score({ images, captions, truth, force }, signal);
      for await (const event of events) {
        if (event.type === 'trials') {
          const wait = last + EVENT_MS - performance.now();
          if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
          last = performance.now();
        }
        emit({ event });
      }
    },
  };
}

/** Ends the scoring that goes on. */
export const STOP_SCORING: Effect = { type: 'task', key: 'score', run: async () => {} };

/** Reconstructs one image at one trial under some captions. */
export function reconstructImage(
  { index, image, scorer }: { index: number; image: number; scorer: string },
  { timestep, noise, captions }: { timestep: number; noise: number; captions: readonly string[] },
): Effect {
  return {
    type: 'task',
    key: `clean ${index} ${image}`,
    async run({ model, interactive }, emit: (result: CleanResult) => void, signal) {
      const tell = (result: Partial<Clean>) => emit({ timestep, captions, ...result });
      if (!interactive)
        return tell({ message: 'This dashboard was opened without the means to reconstruct.' });
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
      if (signal.aborted) return;
      try {
        const access = await model.image(index, image);
        if ('missing' in access) return tell({ message: access.missing });
        const request = { image: access, captions, timestep, noise };
        tell({ result: await interactive(model).reconstruct(scorer, request, signal) });
      } catch (error) {
        const message = messageOf(error);
        tell({ message: `${message.charAt(0).toUpperCase()}${message.slice(1)}.` });
      }
    },
  };
}

/** Saves an edited example into a probe folder. */
export function saveVariant(index: number, captions: readonly string[], folder: string): Effect {
  return {
    type: 'task',
    key: 'save',
    async run({ model, saveVariant: save }, emit: (result: SaveResult) => void) {
      if (!save) return emit({ problem: 'This dashboard was opened without the means to save.' });
      const images: { bytes: Uint8Array; name: string }[] = [];
      for (const image of model.examples[index]!.images.keys()) {
        const access = await model.image(index, image);
        if ('missing' in access) return emit({ problem: access.missing });
        images.push(access);
      }
      try {
        emit(await save({ model, index, captions, images, folder }));
      } catch (error) {
        emit({ problem: `${messageOf(error)}.` });
      }
    },
  };
}

async function sourcesOf(model: Services['model'], index: number): Promise<ImageSource[] | string> {
  const sources: ImageSource[] = [];
  for (const image of model.examples[index]!.images.keys()) {
    const access = await model.image(index, image);
    if ('missing' in access) return access.missing;
    sources.push(access);
  }
  return sources;
}
