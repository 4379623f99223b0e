/** The folder of a gated dataset: one on disk, or the Hub's cache, filled where it has to be. */

import { UsageError } from '../errors.ts';
import { parseHubRef } from '../hub/hub-ref.ts';
import { hubSettings } from '../hub/hub-settings.ts';
import { pull } from '../hub/pull.ts';
import { folderPath, isFolder, isPath } from '../hub/resolve-ref.ts';
import type { FindOptions } from './find-models.ts';
import { whileDownloading } from './while-downloading.ts';

export interface FoundData {
  folder: string;
  /** As results show it: the folder as named, or `org/name@COMMIT`. */
  source: string;
}

/**
 * Finds the dataset of `--data`: a folder that exists, else `org/name[@revision]` on the Hub.
 * @param choices sets of glob patterns; the first set that the repository has in full is fetched, nothing else.
 * @throws UsageError where it is neither; HubError where the Hub or the cache do not have it.
 */
export async function findData(
  text: string,
  choices: readonly (readonly string[])[],
  { offline, quiet }: FindOptions,
): Promise<FoundData> {
  const folder = folderPath(text);
  const settings = hubSettings({ offline });
  const ref = isPath(text) || isFolder(folder) ? undefined : parseHubRef(text, 'dataset', settings.endpoint);
  if (!ref) {
    if (isFolder(folder)) return { folder, source: text };
    throw new UsageError({
      what: 'no such data',
      where: `--data ${text}`,
      expected: 'a folder, or ORG/NAME of a dataset on the Hub',
      got: `no folder ${folder}`,
    });
  }
  return whileDownloading(quiet, async (lines, signal) => {
    const request = { ref, wanted: { what: 'first', choices } as const, signal };
    for await (const event of pull(request, settings)) {
      lines.show(event, ref);
      if (event.type !== 'end') continue;
      const { commit, folder: snapshot } = event.result;
      return { folder: snapshot, source: `${ref.repo}@${commit}` };
    }
    throw new Error('a pull ended without a result');
  });
}
