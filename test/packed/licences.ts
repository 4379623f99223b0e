/** Licences of everything that is installed with the package, read from the lock file: `npm run licences` writes the list. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/hub/package-root.ts';

/** Licences that the package may depend on: all allow use and redistribution beside Apache-2.0. */
export const ACCEPTED = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  // libvips, a shared library that sharp loads and that anybody can replace.
  'LGPL-3.0-or-later',
  'MIT',
  'Unlicense',
];

/** The document, relative to the package. */
export const LIST = join('docs', 'licences.md');

export interface Licensed {
  name: string;
  version: string;
  licence: string;
  /** Installed on some systems alone. */
  optional: boolean;
}

interface Locked {
  version?: string;
  license?: string;
  dev?: boolean;
  optional?: boolean;
}

/** What is installed with the package: not what it is developed with. By name, then version. */
export function licensedPackages(root = packageRoot()): Licensed[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  const found = new Map<string, Licensed>();
  for (const [path, { version = '', license = 'none', dev, optional = false }] of Object.entries(
    lock.packages,
  )) {
    if (path === '' || dev) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    found.set(`${name}@${version}`, { name, version, licence: license, optional });
  }
  return [...found.values()].sort(
    (a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en'),
  );
}

/** Single licences of an expression such as `(MIT OR CC0-1.0)`. */
export function licencesIn(expression: string): string[] {
  return expression.split(/\s+(?:AND|OR)\s+|[()]/).filter((word) => word !== '');
}

/** The text of the document. */
export function licenceList(packages: readonly Licensed[]): string {
  const counts = new Map<string, number>();
  for (const { licence } of packages) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  const summary = [...counts].sort(([, a], [, b]) => b - a).map(([licence, count]) => `${count} ${licence}`);
  const rows = packages.map(
    ({ name, version, licence, optional }) =>
      `| ${name} | ${version} | ${licence} | ${optional ? 'some systems' : ''} |`,
  );
  return `# Licences

Winoscope itself is under [Apache-2.0](../LICENSE). With it npm installs these packages, each under its own licence, whose text
lies in its folder. Written by \`npm run licences\` from \`package-lock.json\`; a test compares the two, and what is installed
with both.

${packages.length} packages: ${summary.join(', ')}. Those under LGPL-3.0 are builds of libvips, a shared library that sharp
loads.

| package | version | licence | installed on |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

if (import.meta.main) writeFileSync(join(packageRoot(), LIST), licenceList(licensedPackages()));
