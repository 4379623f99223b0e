/** The task that a command names; the data of one that comes without is found first. */

import { loadTask } from '../../tasks/registry.ts';
import type { Task } from '../../tasks/task.ts';
import { WINOGROUND, WINOGROUND_FILES, WINOGROUND_REPO } from '../../tasks/winoground/load-winoground.ts';
import { findData } from './find-data.ts';

export interface FindTaskFlags {
  data?: string;
  offline?: boolean;
  quiet?: boolean;
  /** What to do with records that cannot be used. @default 'stop' */
  onError?: 'stop' | 'skip';
}

/** @throws UsageError, InputError as `loadTask`; HubError where its data cannot be fetched. */
export async function findTask(
  name: string,
  { data, onError, offline = false, quiet = false }: FindTaskFlags,
): Promise<Task> {
  const skipBad = onError === 'skip';
  if (name !== WINOGROUND) return loadTask(name, { skipBad, ...(data !== undefined && { data }) });
  const found = await findData(data ?? WINOGROUND_REPO, WINOGROUND_FILES, { offline, quiet });
  return { ...(await loadTask(name, { skipBad, data: found.folder })), source: found.source };
}
