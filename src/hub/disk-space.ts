import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HubError } from '../errors.ts';

/** Left free, so that the machine goes on working. */
const MARGIN = 64 * 2 ** 20;

/**
 * Demands room for so many more bytes below `folder`, which need not exist yet.
 * @throws HubError saying how much is missing.
 */
export async function checkDiskSpace(folder: string, bytes: number): Promise<void> {
  if (bytes === 0) return;
  let there = folder;
  while (!existsSync(there)) there = dirname(there);
  const free = await statfs(there).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Number.POSITIVE_INFINITY, // some network folders do not say
  );
  if (bytes + MARGIN <= free) return;
  throw new HubError('disk', {
    what: 'not enough room on the disk',
    where: folder,
    expected: `${gigabytes(bytes)} for the download and ${gigabytes(MARGIN)} to spare`,
    got: `${gigabytes(free)} free`,
    fix: 'Make room, or set HF_HUB_CACHE to a folder on another disk.',
  });
}

function gigabytes(bytes: number): string {
  return bytes >= 1e8 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
