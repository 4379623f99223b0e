/** What is wrong with the pictures of a probe: damaged, twice the same, forgotten. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../src/errors.ts';
import { isFolder } from '../../src/hub/resolve-ref.ts';
import { decodeImage, type ImageSource, sourceName } from '../../src/images/decode.ts';
import type { FoundExample } from '../probe-folder.ts';
import { type Fingerprint, fingerprintOf, lookalikes } from './fingerprint.ts';
import type { Problem } from './report.ts';
import { OddPictures } from './traits.ts';

interface Picture {
  source: ImageSource;
  /** Of the first example that has it. */
  id: string;
  where: string;
}

/** Collects pictures record by record; `finish` compares all of them. */
export class PictureCheck {
  readonly #folder: string;
  readonly #byHash = new Map<string, Picture>();
  readonly #names = new Set<string>();
  readonly problems: Problem[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  get count(): number {
    return this.#byHash.size;
  }

  add({ example, facts }: FoundExample, where: string): void {
    const own = new Map<string, number>();
    for (const [k, source] of example.images.entries()) {
      const { sha256 } = facts[k]!;
      const name = sourceName(source);
      this.#names.add(name);
      const known = this.#byHash.get(sha256);
      const twin = own.get(sha256);
      if (twin !== undefined)
        this.#warn(
          'duplicate-image',
          { where, id: example.id },
          `images ${twin} and ${k} of "${example.id}" are the same picture: a choice between them can never be right`,
        );
      else if (known && sourceName(known.source) !== name)
        this.#warn(
          'duplicate-image',
          { where, id: example.id },
          `${this.#short(name)} holds the same bytes as ${this.#short(sourceName(known.source))}`,
        );
      own.set(sha256, k);
      if (!known) this.#byHash.set(sha256, { source, id: example.id, where });
    }
  }

  /**
   * Decodes every picture whole, and looks for those that look alike and those that nobody uses: the latter only where all
   * records were read, since one that was refused may use any picture.
   */
  async finish({ complete }: { complete: boolean }): Promise<Problem[]> {
    const pictures: Picture[] = [];
    const prints: Fingerprint[] = [];
    const odd = new OddPictures();
    for (const picture of this.#byHash.values()) {
      try {
        prints.push(fingerprintOf(await decodeImage(picture.source)));
        pictures.push(picture);
        await odd.add(picture.source, this.#short(sourceName(picture.source)));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        const { where, id } = picture;
        this.problems.push({
          level: 'error',
          kind: 'image',
          where,
          id,
          message: error.message.replace(/\.$/, ''),
        });
      }
    }
    for (const [a, b] of lookalikes(prints)) {
      const [first, second] = [pictures[a]!, pictures[b]!];
      const names = [first, second].map(({ source }) => this.#short(sourceName(source)));
      this.#warn(
        'near-duplicate-image',
        second,
        `${names[1]} looks the same as ${names[0]}${first.id === second.id ? ', in the same example' : ` of "${first.id}"`}`,
      );
    }
    for (const message of odd.warnings()) this.#warn('odd-image', { where: this.#folder }, message);
    if (complete) this.#findUnused();
    return this.problems;
  }

  #findUnused(): void {
    const folder = join(this.#folder, 'images');
    if (!isFolder(folder)) return;
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const isPicture = entry.isFile() && /\.(png|jpe?g|webp|gif|tiff?)$/i.test(entry.name);
      if (isPicture && !this.#names.has(path))
        this.#warn('unused-image', { where: path }, 'no example uses this picture');
    }
  }

  #warn(kind: Problem['kind'], { where, id }: { where: string; id?: string }, message: string): void {
    this.problems.push({ level: 'warning', kind, where, ...(id !== undefined && { id }), message });
  }

  /** A path within the probe. */
  #short(name: string): string {
    return name.startsWith(this.#folder) ? name.slice(this.#folder.length + 1) : name;
  }
}
