import { HubError, UsageError } from '../errors.ts';
import { type HubRef, parseHubRef } from './hub-ref.ts';
import type { HubSettings } from './hub-settings.ts';
import { type PullEvent, pull } from './pull.ts';
import { folderPath, isLocal, type ModelKind, type ModelRef, resolveRef, splitRef } from './resolve-ref.ts';

export interface ResolveOptions {
  settings: HubSettings;
  signal?: AbortSignal;
  /** Of diffusion models: the VAE's decoder too, which draws. @default false */
  decoder?: boolean;
  /** Told what happens on the way. */
  onEvent?: (event: PullEvent, ref: HubRef) => void;
}

/**
 * Resolves `[NAME=]REF` as `resolveRef` does, where REF may also be `org/name[@revision]` on the Hub: its files are
 * then fetched into the cache and verified. A folder that exists comes before a name on the Hub.
 * @throws UsageError where it is neither; HubError where the Hub or the cache do not have it.
 */
export async function resolveModel(
  text: string,
  kind: ModelKind,
  options: ResolveOptions,
): Promise<ModelRef> {
  const { name, ref } = splitRef(text, kind);
  const folder = folderPath(ref);
  if (isLocal(ref)) return resolveRef(text, kind);
  const { settings, signal, decoder = false, onEvent = () => {} } = options;
  const hub = parseHubRef(ref, 'model', settings.endpoint);
  if (!hub) return resolveRef(text, kind);
  if (hub.type !== 'model') {
    throw new UsageError({
      what: 'a dataset cannot score',
      where: `--${kind} ${text}`,
      expected: 'a model, ORG/NAME or ORG/NAME@REVISION',
    });
  }
  try {
    const wanted = kind === 'diffusion' ? { what: kind, decoder } : { what: kind };
    const request = { ref: hub, wanted, ...(signal && { signal }) };
    for await (const event of pull(request, settings)) {
      onEvent(event, hub);
      if (event.type !== 'end') continue;
      const { commit, folder: snapshot } = event.result;
      return { name, ref: `${hub.repo}@${commit}`, folder: snapshot, commit };
    }
  } catch (error) {
    throw error instanceof HubError ? orFolder(error, folder) : error;
  }
  throw new Error('a pull ended without a result');
}

/** A mistyped path looks like a name on the Hub, so the sentence says that both were looked for. */
function orFolder(error: HubError, folder: string): HubError {
  const { failure, parts } = error;
  if (!['not-found', 'offline', 'network'].includes(failure)) return error;
  return new HubError(failure, { ...parts, got: `${parts.got}; there is no folder ${folder} either` });
}
