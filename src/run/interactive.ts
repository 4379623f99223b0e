/** Scores and reconstructs with a stored run's own models, for screens: in worker processes, under the run's settings. */

import { ModelFileError, messageOf, WinoscopeError } from '../errors.ts';
import type { Manifest } from '../results/manifest.ts';
import { RunFolder } from '../results/run-folder.ts';
import type { Example } from '../scoring/example.ts';
import type { DrawingProgress, Interactive, RescoreEvent, RescoreRequest } from './interactive-events.ts';
import { InteractiveProcess } from './interactive-process.ts';
import type { InteractiveReply } from './interactive-worker.ts';
import { rerunSettings } from './rerun-settings.ts';
import { followRescoring, type Rescoring } from './rescoring.ts';
import type { PreparedScorer } from './settings.ts';
import type { Analysis } from './summary-schema.ts';

/** A scorer with its worker, or the sentence that says why there is none. */
type Member = { prepared: PreparedScorer; worker: InteractiveProcess } | { missing: string };

/**
 * The models of the run in a folder. Nothing is read or loaded before it is asked for.
 * @param analysis how errors become scores, as on the screen.
 */
export function openInteractive(run: string, analysis: Analysis): Interactive {
  const members = new Map<string, Member>();
  let manifest: Manifest | undefined;
  const readManifest = (): Manifest => {
    manifest ??= new RunFolder(run).readManifest();
    if (!manifest)
      throw new ModelFileError({ what: 'the run is gone, so its models are not known', where: run });
    return manifest;
  };
  const member = (scorer: string): Member => {
    let found = members.get(scorer);
    if (!found) {
      found = openMember(readManifest(), scorer);
      // What is missing today may be put back.
      if ('worker' in found) members.set(scorer, found);
    }
    return found;
  };
  return {
    score: (request, signal) =>
      score({ names: () => Object.keys(readManifest().identity.scorers), member, analysis }, request, signal),
    async reconstruct(scorer, request, signal) {
      signal?.throwIfAborted();
      const found = member(scorer);
      if ('missing' in found) return fail(found.missing);
      const { reconstruction } = await askOnce(found.worker, { type: 'reconstruct', request }, { signal });
      return reconstruction ?? fail('the models were closed');
    },
    async draw(scorer, request, { signal, onProgress } = {}) {
      signal?.throwIfAborted();
      const found = member(scorer);
      if ('missing' in found) return fail(found.missing);
      const asked = { type: 'draw', request, force: false } as const;
      const { pictures } = await askOnce(found.worker, asked, { signal, onProgress });
      return pictures ?? fail('the models were closed');
    },
    async close() {
      const workers = [...members.values()].flatMap((found) => ('worker' in found ? [found.worker] : []));
      members.clear();
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

/** One question with one answer. @throws the signal's reason when aborted; ModelFileError where there is no answer. */
function askOnce(
  worker: InteractiveProcess,
  request: Parameters<InteractiveProcess['ask']>[0],
  {
    signal,
    onProgress,
  }: { signal: AbortSignal | undefined; onProgress?: ((progress: DrawingProgress) => void) | undefined },
): Promise<Extract<InteractiveReply, { type: 'done' }>> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      worker.cancel(id);
      reject(signal!.reason);
    };
    const id = worker.ask(request, (reply) => {
      if (reply.type === 'steps') onProgress?.(reply.progress);
      if (reply.type !== 'done' && reply.type !== 'refused' && reply.type !== 'failed') return;
      signal?.removeEventListener('abort', onAbort);
      if (reply.type === 'failed') reject(failure(reply.error.message));
      else if (reply.type === 'refused') reject(failure(reply.message));
      else resolve(reply);
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function failure(message: string): ModelFileError {
  return new ModelFileError({ what: message.replace(/\.$/, '') });
}

function fail(message: string): never {
  throw failure(message);
}

function openMember(manifest: Manifest, scorer: string): Member {
  try {
    const prepared = rerunSettings(manifest, scorer);
    const identity = manifest.identity.scorers[scorer]!;
    const worker = new InteractiveProcess({
      prepared,
      files: 'files' in identity ? identity.files : {},
      ...(identity.kind === 'diffusion' && { noise: identity.noise }),
    });
    return { prepared, worker };
  } catch (error) {
    if (!(error instanceof WinoscopeError)) throw error;
    return { missing: sentence(error.message) };
  }
}

interface Session {
  names: () => string[];
  member: (scorer: string) => Member;
  analysis: Analysis;
}

/** One scorer's part in a request that is going on. */
interface Part {
  scorer: string;
  rescoring: Rescoring;
  worker: InteractiveProcess;
  id: number;
  /** Trials came in that no event has told of yet. */
  isFresh: boolean;
  isOver: boolean;
}

async function* score(
  { names, member, analysis }: Session,
  { images, captions, truth, force }: RescoreRequest,
  signal?: AbortSignal,
): AsyncGenerator<RescoreEvent> {
  signal?.throwIfAborted();
  const example: Example = { id: 'edited', images, captions, truth, tags: [] };
  const told: RescoreEvent[] = [];
  const parts: Part[] = [];
  let wake = () => {};
  for (const scorer of names()) {
    const found = member(scorer);
    if ('missing' in found) {
      told.push({ type: 'unavailable', scorer, message: found.missing });
      continue;
    }
    const rescoring = followRescoring(found.prepared.settings, example, analysis);
    const part: Part = { scorer, rescoring, worker: found.worker, id: 0, isFresh: false, isOver: false };
    parts.push(part);
    part.id = found.worker.ask({ type: 'score', example, force }, (reply) => {
      told.push(...take(part, reply));
      wake();
    });
  }
  const onAbort = () => wake();
  signal?.addEventListener('abort', onAbort);
  try {
    while (told.length > 0 || parts.some(({ isOver, isFresh }) => !isOver || isFresh)) {
      signal?.throwIfAborted();
      while (told.length > 0) yield told.shift()!;
      for (const part of parts) {
        if (!part.isFresh) continue;
        part.isFresh = false;
        const { done, total } = part.rescoring.progress();
        // Read only now: where events are taken slowly, most trials are never turned into scores.
        if (!part.isOver)
          yield { type: 'trials', scorer: part.scorer, done, total, result: part.rescoring.result()! };
      }
      if (told.length > 0 || parts.every(({ isOver }) => isOver)) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (signal?.aborted || told.length > 0 || parts.some(({ isFresh }) => isFresh)) resolve();
      });
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    for (const { worker, id, isOver } of parts) if (!isOver) worker.cancel(id);
  }
}

/** What a worker's reply means for its scorer. */
function take(part: Part, reply: InteractiveReply): RescoreEvent[] {
  const { scorer, rescoring } = part;
  switch (reply.type) {
    case 'loading':
      return [{ type: 'loading', scorer }];
    case 'note':
      return [{ type: 'note', scorer, message: sentence(reply.message) }];
    case 'output':
      if (reply.output.type === 'failed') {
        part.isOver = true;
        return [{ type: 'unavailable', scorer, message: sentence(reply.output.message) }];
      }
      if (rescoring.accept(reply.output)) part.isFresh = true;
      return [];
    case 'refused':
      part.isOver = true;
      return [{ type: 'refused', scorer, message: sentence(reply.message) }];
    case 'failed':
      part.isOver = true;
      return [{ type: 'unavailable', scorer, message: sentence(reply.error.message) }];
    case 'steps':
      return []; // of drawing
    case 'done': {
      if (part.isOver) return [];
      part.isOver = true;
      part.isFresh = false;
      const result = rescoring.result();
      return result ? [{ type: 'scored', scorer, result }] : [];
    }
  }
}

/** One line that begins with a capital and ends with a full stop. */
function sentence(message: string): string {
  const text = messageOf(message);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
