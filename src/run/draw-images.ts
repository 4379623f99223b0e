/** Draws what was prepared into its folder, in worker processes. What is there already is left as it is. */

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type DrawnTerms,
  drawnTaskFile,
  type ExampleForm,
  recordsOf,
} from '../../tasks/drawn/drawn-records.ts';
import { keepRecords, type RecordLines } from '../../tasks/drawn/kept-records.ts';
import { sha256 } from '../../tasks/sha256.ts';
import { findTaskFile } from '../../tasks/task-file.ts';
import { InputError, ResultsError, withFiles } from '../errors.ts';
import { isAlive } from '../hub/is-alive.ts';
import { makeFolder } from '../hub/make-folder.ts';
import { encodePng } from '../images/encode-png.ts';
import { RunFolder, writeAtomically } from '../results/run-folder.ts';
import { imagesPerCall } from '../scoring/image-sampler.ts';
import { Channel } from './channel.ts';
import { DRAWING_FILE, writeDrawing } from './drawing-manifest.ts';
import type { PlannedImage, PreparedDrawing } from './prepare-drawing.ts';
import { drawPool } from './worker-pool.ts';

/** What happens while images are drawn. */
export type DrawEvent =
  /** `there` of the images lie in the folder from before. */
  | { type: 'begin'; total: number; there: number }
  | { type: 'loading' }
  /** Steps of all images that are drawn now; images that are done, those from before included. */
  | { type: 'progress'; steps: number; totalSteps: number; images: number }
  | { type: 'end'; images: number; drawn: number; examples: number };

/** What is written beside the images. */
export interface DrawTarget {
  out: string;
  form: ExampleForm;
  terms: DrawnTerms;
}

/**
 * Draws, and writes each image when it is done; at the end, and also when stopped, the records of those that are there.
 * @throws InputError where the folder holds something else; ResultsError where it cannot be written or is in use;
 *   ModelFileError and others as the model's parts; the signal's reason once its workers stand still.
 */
export async function* drawImages(
  prepared: PreparedDrawing,
  target: DrawTarget,
  signal?: AbortSignal,
): AsyncGenerator<DrawEvent> {
  const { out } = target;
  const { images, drawing, stored } = prepared;
  begin(out, stored !== undefined);
  const lock = await new RunFolder(out).lock(signal && { signal });
  // A process that stood still for long may find the folder taken over: nothing more is written then.
  const stopping = signal ? AbortSignal.any([signal, lock.lost]) : lock.lost;
  try {
    if (stored === undefined && existsSync(join(out, DRAWING_FILE))) throw takenMeanwhile(out);
    sweep(out, images);
    writeDrawing(out, { ...drawing, ...(stored?.records && { records: stored.records }) });
    const missing = images.filter(({ file }) => !existsSync(join(out, file)));
    yield { type: 'begin', total: images.length, there: images.length - missing.length };
    let examples = 0;
    try {
      if (missing.length > 0) yield* drawMissing(prepared, { out, missing }, stopping);
    } finally {
      // Whatever stopped it: what is there can be scored.
      if (!lock.lost.aborted) examples = writeRecords(prepared, target);
    }
    yield { type: 'end', images: images.length, drawn: missing.length, examples };
  } finally {
    lock.release();
  }
}

async function* drawMissing(
  { settings, workers, images }: PreparedDrawing,
  { out, missing }: { out: string; missing: readonly PlannedImage[] },
  signal: AbortSignal,
): AsyncGenerator<DrawEvent> {
  const each = imagesPerCall(settings);
  const orders = missing.map(({ order }) => order);
  // As many blocks as there are workers at least, so that none is idle.
  const size = Math.max(1, Math.min(each, Math.ceil(orders.length / workers)));
  const blocks = Array.from({ length: Math.ceil(orders.length / size) }, (_, k) =>
    orders.slice(k * size, (k + 1) * size),
  );
  yield { type: 'loading' };
  const pool = drawPool(settings, Math.min(workers, blocks.length));
  const events = new Channel<DrawEvent>();
  const totalSteps = missing.length * settings.steps;
  let [steps, done] = [0, images.length - missing.length];
  const byIndex = new Map(missing.map((image) => [image.order.index, image]));
  const failures: unknown[] = [];
  const controller = new AbortController();
  const stop = () => controller.abort(signal.reason);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const drawn = pool
    .run(
      blocks,
      (output) => {
        if (output.type === 'steps') steps += output.count;
        else {
          try {
            writeAtomically(join(out, byIndex.get(output.index)!.file), encodePng(output.image));
            done++;
          } catch (error) {
            failures.push(error);
            controller.abort(error); // a full disk: what was written is kept
          }
        }
        events.push({ type: 'progress', steps, totalSteps, images: done });
      },
      controller.signal,
    )
    .then(
      () => events.end(),
      (error: unknown) => events.end(error),
    );
  try {
    yield* events;
  } finally {
    signal.removeEventListener('abort', stop);
    controller.abort(new Error('left'));
    await drawn;
    await pool.close();
  }
}

/** Another process began to draw there after this one had looked: what it asked for may be something else. */
function takenMeanwhile(out: string): ResultsError {
  return new ResultsError({
    what: 'another process drew into the folder meanwhile',
    where: out,
    fix: 'Run the same command again, which looks at what is there.',
  });
}

/** Makes the folder. @throws InputError where it holds something else, ResultsError where it cannot be made. */
function begin(out: string, isOurs: boolean): void {
  withFiles({ what: 'cannot write the folder', where: out, fix: 'Choose another --out.' }, () => {
    if (!isOurs && existsSync(join(out, DRAWING_FILE))) throw takenMeanwhile(out);
    if (!isOurs && existsSync(out) && readdirSync(out).length > 0) {
      throw new InputError({
        what: 'the folder holds something else than drawn pictures',
        where: out,
        expected: `a ${DRAWING_FILE}, or no files`,
        fix: 'Choose another --out.',
      });
    }
    makeFolder(out);
  });
}

/** Makes the folders of images, and removes what killed processes left half written in them. Only under the lock. */
function sweep(out: string, images: readonly PlannedImage[]): void {
  for (const folder of new Set(images.map(({ file }) => dirname(join(out, file))))) {
    makeFolder(folder);
    for (const name of readdirSync(folder)) {
      const writer = /\.png\.(\d+)\.tmp$/.exec(name)?.[1];
      if (writer !== undefined && !isAlive(Number(writer))) rmSync(join(folder, name), { force: true });
    }
  }
}

/** The records of the images that are there, beside those of others. Returns how many examples they make. */
function writeRecords(
  { images, drawing, stored }: PreparedDrawing,
  { out, form, terms }: DrawTarget,
): number {
  const there = images.filter(({ file }) => existsSync(join(out, file)));
  const isClasses = drawing.identity.layout === 'classes';
  const path = join(out, isClasses ? 'images.jsonl' : 'examples.jsonl');
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const options = { isEdited: before !== '' && sha256(Buffer.from(before)) !== stored?.records };
  let kept: RecordLines;
  if (isClasses) {
    const made = there.map(({ file, pictures }) => ({ file, ...pictures[0]!.provenance }));
    const asked = new Set(images.map(({ file }) => file));
    const keyOf = ({ file }: Record<string, unknown>) => String(file);
    kept = keepRecords(before, made, { ...options, keyOf, isAsked: (record) => asked.has(keyOf(record)) });
  } else {
    const pictures = there.flatMap((image) => image.pictures);
    const asked = new Set(images.flatMap((image) => image.pictures.map(({ stem }) => `${stem}.png`)));
    const isAsked = ({ images: names }: Record<string, unknown>) =>
      Array.isArray(names) && names.every((name) => asked.has(String(name)));
    const made = recordsOf(pictures, form).map((record) => ({ ...record }));
    kept = keepRecords(before, made, { ...options, keyOf: ({ id }) => String(id), isAsked });
    if (!findTaskFile(out)) writeAtomically(join(out, 'task.yaml'), drawnTaskFile(terms));
  }
  writeAtomically(path, kept.text);
  // An edited file stays one: none of its lines may go with the next session either.
  writeDrawing(out, { ...drawing, ...(!options.isEdited && { records: sha256(Buffer.from(kept.text)) }) });
  return isClasses ? 0 : kept.count;
}
