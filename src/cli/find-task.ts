/** The task that a command names; the data of one that comes without is found first. */

import { loadTask } from '../../tasks/registry.ts';
import type { Task } from '../../tasks/task.ts';
import { checkDataOptions, dataSource } from '../../tasks/with-data.ts';
import { findData } from './find-data.ts';

export interface FindTaskFlags {
  data?: string;
  /** Folders of a benchmark's pictures. */
  images?: string[];
  /** File of class names, and captions of a class: of zero-shot classification. */
  classes?: string;
  template?: string[];
  offline?: boolean;
  quiet?: boolean;
  /** What to do with records that cannot be used. @default 'stop' */
  onError?: 'stop' | 'skip';
}

/** @throws UsageError, InputError as `loadTask`; HubError where its data cannot be fetched. */
export async function findTask(
  name: string,
  { data, images, classes, template, onError, offline = false, quiet = false }: FindTaskFlags,
): Promise<Task> {
  const options = {
    skipBad: onError === 'skip',
    ...(data !== undefined && { data }),
    ...(images && { images }),
    ...(classes !== undefined && { classes }),
    ...(template && { templates: template }),
  };
  const source = dataSource(name);
  const wanted = data ?? source?.repo;
  if (!source || wanted === undefined) return loadTask(name, options);
  checkDataOptions(name, options);
  const found = await findData(wanted, source.choices, { offline, quiet });
  return { ...(await loadTask(name, { ...options, data: found.folder })), source: found.source };
}
