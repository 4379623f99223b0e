/** What `npm pack` puts into the package. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/hub/package-root.ts';

/** npm's own limit is none; what everybody downloads should stay small. */
export const MOST_BYTES = 40e6;

export interface Contents {
  filename: string;
  /** Bytes of the tarball, and of what it unpacks to. */
  size: number;
  unpackedSize: number;
  files: { path: string; size: number }[];
}

/** Lists what would be packed of the built package; into `destination` it is packed. */
export async function pack(destination?: string): Promise<Contents> {
  const where = destination === undefined ? ['--dry-run'] : ['--pack-destination', destination];
  const options = { cwd: packageRoot(), maxBuffer: 2 ** 26, shell: process.platform === 'win32' };
  const { stdout } = await promisify(execFile)(
    'npm',
    ['pack', '--json', '--ignore-scripts', ...where],
    options,
  );
  const answer = JSON.parse(stdout) as Contents[] | Record<string, Contents>;
  // A list in npm 10, by name in later ones.
  return Object.values(answer)[0]!;
}

/** What belongs into the package, by the beginning of its path; everything else is a mistake. */
const WANTED = [
  /^(?:README|CHANGELOG|SECURITY)\.md$/,
  /^LICENSE$/,
  /^package\.json$/,
  /^bin\/winoscope\.js$/,
  /^dist\/(?:src|tasks|tui)\/.+(?:\.js|\.d\.ts)$/,
  /^docs\/.+\.(?:md|json|svg|png)$/,
  // Which the documents tell to run.
  /^docs\/(?:export_transformer|read_run)\.py$/,
  /^docs\/kubernetes\/(?:score|merge)\.yaml$/,
  /^fixtures\/tiny-world\/(?!recipe\/)/,
  /^tasks\/data\//,
];

/** Paths that do not belong into the package. */
export function unwanted({ files }: Contents): string[] {
  return files.map(({ path }) => path).filter((path) => !WANTED.some((pattern) => pattern.test(path)));
}
