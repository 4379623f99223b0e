/** Small probes and altered models, made of the embedded ones. */

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../src/hub/package-root.ts';

const WORLD = join(packageRoot(), 'fixtures', 'tiny-world');

/** A line of the embedded probe's `examples.jsonl`. */
export interface WorldRecord {
  id: number;
  image_0: string;
  image_1: string;
  caption_0: string;
  caption_1: string;
  tag: string;
  collapsed_tag: string;
}

/** A record of any shape, images by their name within the embedded probe. */
export interface SmallRecord {
  id: string | number;
  images: string[];
  captions: string[];
  truth?: [image: number, caption: number][];
  tags?: string[];
}

/** The first `count` records of the embedded probe. */
export function worldRecords(count: number): WorldRecord[] {
  const lines = readFileSync(join(WORLD, 'probe', 'examples.jsonl'), 'utf8').split('\n');
  return lines.slice(0, count).map((line) => JSON.parse(line) as WorldRecord);
}

/** Path of an image of the embedded probe: of example `id`, its first (0) or second (1). */
export function worldImage(id: number, which: 0 | 1): string {
  return join(WORLD, 'probe', 'images', `ex_${id}_img_${which}.png`);
}

/** Writes a probe into `folder`, with all images of the embedded one that its records name. Returns the folder. */
export function writeProbe(folder: string, records: readonly (SmallRecord | WorldRecord)[]): string {
  mkdirSync(join(folder, 'images'), { recursive: true });
  writeFileSync(
    join(folder, 'task.yaml'),
    'name: small\nredistribution: free\ntags: [collapsed_tag, tag, tags]\n',
  );
  writeFileSync(
    join(folder, 'examples.jsonl'),
    records.map((record) => `${JSON.stringify(record)}\n`).join(''),
  );
  for (const record of records) {
    for (const image of 'images' in record ? record.images : [record.image_0, record.image_1]) {
      const name = `${image}.png`;
      cpSync(join(WORLD, 'probe', 'images', name), join(folder, 'images', name));
    }
  }
  return folder;
}

/** A probe with one 2 x 2 example; `captions` replaces the embedded ones. Returns the folder. */
export function writeOnePairProbe(folder: string, captions?: string[]): string {
  const { image_0, image_1, caption_0, caption_1 } = worldRecords(1)[0]!;
  return writeProbe(folder, [
    { id: 'one', images: [image_0, image_1], captions: captions ?? [caption_0, caption_1] },
  ]);
}

/**
 * A copy of an embedded model in which some files are other ones: links to the originals but for those.
 * @param changes new contents by path within the model; null removes the file. A path may be a folder then.
 */
export function alteredModel(
  kind: 'diffusion' | 'clip',
  folder: string,
  changes: Readonly<Record<string, string | Uint8Array | null>>,
): string {
  const original = join(WORLD, kind);
  for (const entry of readdirSync(original, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const copy = join(folder, path.slice(original.length + 1));
    if (entry.isDirectory()) mkdirSync(copy, { recursive: true });
    else {
      mkdirSync(dirname(copy), { recursive: true });
      symlinkSync(path, copy);
    }
  }
  for (const [path, contents] of Object.entries(changes)) {
    rmSync(join(folder, path), { recursive: true, force: true });
    if (contents !== null) writeFileSync(join(folder, path), contents);
  }
  return folder;
}

/** The bytes of a file of an embedded model. */
export function modelFile(kind: 'diffusion' | 'clip', path: string): Buffer {
  return readFileSync(join(WORLD, kind, path));
}
