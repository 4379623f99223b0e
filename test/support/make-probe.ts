/** Probe folders of any form, written file by file. */

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { worldImage } from './small-probe.ts';

export interface ProbeFiles {
  /** Text of `task.yaml`. @default a name and a licence */
  task?: string;
  /** Contents by path within the folder. */
  files: Readonly<Record<string, string | Uint8Array>>;
}

/** Writes the files, and pictures `a.png` to `f.png` of the embedded world into `images/`. Returns the folder. */
export function makeProbe(
  folder: string,
  { task = 'name: made\nlicense: MIT\n', files }: ProbeFiles,
): string {
  mkdirSync(join(folder, 'images'), { recursive: true });
  writeFileSync(join(folder, 'task.yaml'), task);
  for (const [k, letter] of [...'abcdef'].entries())
    copyFileSync(worldImage(k >> 1, (k % 2) as 0 | 1), join(folder, 'images', `${letter}.png`));
  for (const [path, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), contents);
  }
  return folder;
}

/** Records as JSON lines. */
export function lines(...records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}
