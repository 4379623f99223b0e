/** The models of `--diffusion` and `--clip`, fetched from the Hub where that is what they name. */

import { hubSettings } from '../hub/hub-settings.ts';
import { isLocal, type ModelKind, type ModelRef, resolveRef, splitRef } from '../hub/resolve-ref.ts';
import { whileDownloading } from './while-downloading.ts';

export interface FindOptions {
  /** No connection. */
  offline: boolean;
  quiet: boolean;
  /** With what draws; see `ResolveOptions`. */
  decoder?: boolean;
}

/**
 * Finds models, one after the other, and shows on stderr what is fetched. A signal ends the process: nothing but
 * downloads was begun, and those go on next time.
 * @throws UsageError, HubError as `resolveModel`.
 */
export async function findModels(
  asked: readonly { text: string; kind: ModelKind }[],
  { offline, quiet, decoder = false }: FindOptions,
): Promise<ModelRef[]> {
  // What the environment says of the Hub, right or wrong, is nothing to those who do not use it.
  if (asked.every(({ text, kind }) => isLocal(splitRef(text, kind).ref)))
    return asked.map(({ text, kind }) => resolveRef(text, kind));
  const { resolveModel } = await import('../hub/resolve-model.ts');
  const settings = hubSettings({ offline });
  return whileDownloading(quiet, async (lines, signal) => {
    const found: ModelRef[] = [];
    for (const { text, kind } of asked) {
      found.push(
        await resolveModel(text, kind, {
          settings,
          signal,
          decoder,
          onEvent: (event, ref) => lines.show(event, ref),
        }),
      );
    }
    return found;
  });
}
