/** Decoding images before they are needed: sharp's threads work while a model call or another image takes its time. */

import type { ImageSource, RgbImage } from '../images/decode.ts';

/** Decoded images that wait at most: they are of the model's own size. */
const AHEAD = 8;

export class ImagesAhead {
  readonly #decode: (source: ImageSource) => Promise<RgbImage>;
  readonly #decoding = new Map<ImageSource, Promise<RgbImage>>();
  #expected: ImageSource[] = [];

  /** @param decode gives an image as the model sees it. */
  constructor(decode: (source: ImageSource) => Promise<RgbImage>) {
    this.#decode = decode;
  }

  /** Announces images in the order in which they will be taken; the first few are begun at once. */
  expect(sources: Iterable<ImageSource>): void {
    for (const source of sources) {
      if (!this.#decoding.has(source) && !this.#expected.includes(source)) this.#expected.push(source);
    }
    this.#begin();
  }

  /** The image, and the next ones are begun. @throws InputError where it cannot be read. */
  take(source: ImageSource): Promise<RgbImage> {
    const image = this.#decoding.get(source) ?? this.#decode(source);
    this.#decoding.delete(source);
    this.#begin();
    return image;
  }

  /** Drops what was announced and never taken: of examples that failed or were left. */
  clear(): void {
    this.#expected = [];
    this.#decoding.clear();
  }

  #begin(): void {
    while (this.#decoding.size < AHEAD && this.#expected.length > 0) {
      const source = this.#expected.shift()!;
      const image = this.#decode(source);
      image.catch(() => {}); // whoever takes it is told
      this.#decoding.set(source, image);
    }
  }
}
