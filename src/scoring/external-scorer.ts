/** Scores pairs by asking another process: VQAScore, BLIP or anything else that can read and write lines. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { ExternalError, InputError, messageOf } from '../errors.ts';
import { withoutTokens } from '../hub/secret.ts';
import { type ImageSource, readSource, sourceName } from '../images/decode.ts';
import type { Example } from './example.ts';
import { ExternalProcess, type Hello } from './external-process.ts';
import type { Scorer } from './scorer.ts';

/** Everything that decides an external scorer's results. Plain data, sent to the worker. */
export interface ExternalSettings {
  kind: 'external';
  /** Run by a shell. */
  command: string;
  /** What it said of itself when the run was prepared. */
  hello: Hello;
  /** sha256 by name of the script files that the command names. */
  files: Record<string, string>;
  /** It may be silent for so long. */
  timeoutSeconds: number;
}

/**
 * Describes the scorer; the process starts with the first example. One example is asked for at a time. Scores of a child
 * with `higherIsBetter: false` are negated, so that higher is better everywhere.
 */
export async function openExternalScorer(settings: ExternalSettings): Promise<Scorer> {
  let running: ExternalProcess | undefined;
  let abandoned = false;
  const files = new TemporaryImages();
  let next = 0;

  /** The process once it has said hello; undefined where the run is to end. */
  async function started(stopping: () => boolean): Promise<ExternalProcess | undefined> {
    if (running) return running;
    running = new ExternalProcess(settings.command);
    const hello = await running.hello(settings.timeoutSeconds, stopping);
    if (!hello) return undefined;
    const said = JSON.stringify(hello);
    if (said === JSON.stringify(settings.hello)) return running;
    throw new ExternalError({
      what: 'the external scorer says something else of itself than before',
      where: settings.command,
      expected: JSON.stringify(settings.hello),
      got: said,
    });
  }

  return {
    async evaluate(work, emit, stopping = () => false) {
      for (const { index, example } of work) {
        if (stopping()) return;
        const child = await started(stopping);
        const id = next++;
        let scores: number[][] | undefined;
        try {
          const images = await files.paths(example.images);
          const what = `example "${example.id}"`;
          const { timeoutSeconds: seconds } = settings;
          const request = { id, images, captions: [...example.captions] };
          const answer = await child?.ask(request, { seconds, stopping, what });
          if (!answer) {
            abandoned = true;
            return;
          }
          scores = scoresIn(answer, example, settings);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          emit({ type: 'failed', index, message: messageOf(error) });
        } finally {
          files.clear();
        }
        if (scores) emit({ type: 'scores', index, scores });
      }
    },
    async release() {
      files.remove();
      if (abandoned) await running?.abort();
      else await running?.close();
    },
  };
}

/**
 * The matrix `[image][caption]` of an answer.
 * @throws InputError where the child says that it cannot score the example; ExternalError where the answer is none.
 */
function scoresIn(
  answer: Record<string, unknown>,
  { id, images, captions }: Example,
  { command, hello }: ExternalSettings,
): number[][] {
  if (typeof answer.error === 'string')
    throw new InputError({ what: `${hello.name} says: ${withoutTokens(answer.error)}` });
  const rows = answer.scores;
  const fits =
    Array.isArray(rows) &&
    rows.length === images.length &&
    rows.every(
      (row) =>
        Array.isArray(row) &&
        row.length === captions.length &&
        row.every((score) => typeof score === 'number' || score === null),
    );
  if (!fits) {
    throw new ExternalError({
      what: `the external scorer gave scores that do not fit example "${id}"`,
      where: command,
      expected: `${images.length} rows, one per image, of ${captions.length} numbers, one per caption`,
      got: JSON.stringify(answer).slice(0, 120),
    });
  }
  const sign = hello.higherIsBetter ? 1 : -1;
  return (rows as (number | null)[][]).map((row) =>
    row.map((score) => (score === null ? Number.NaN : sign * score)),
  );
}

/** Paths for images that have none of their own: files in a folder that goes with the scorer. */
class TemporaryImages {
  #folder: string | undefined;
  #written: string[] = [];

  async paths(images: readonly ImageSource[]): Promise<string[]> {
    const paths: string[] = [];
    for (const [k, source] of images.entries()) {
      if ('path' in source) {
        paths.push(resolve(source.path));
        continue;
      }
      const bytes = await readSource(source);
      this.#folder ??= mkdtempSync(join(tmpdir(), 'winoscope-images-'));
      const path = join(this.#folder, `${k}${extname(sourceName(source)) || '.png'}`);
      writeFileSync(path, bytes);
      this.#written.push(path);
      paths.push(path);
    }
    return paths;
  }

  /** Removes what was written for an example. */
  clear(): void {
    for (const path of this.#written) rmSync(path, { force: true });
    this.#written = [];
  }

  remove(): void {
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }
}
