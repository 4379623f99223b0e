/** Decoding images before they are needed: sharp's threads work while a model call or another image takes its time. */

import type { ImageSource, RgbImage } from '../images/decode.ts';

/** Images that are being decoded at a time: until they have the model's size, each may take 300 MB. */
const AT_ONCE = 8;
/** Decoded ones that wait: together at most so many bytes, beside those that are being decoded. */
const WAITING_BYTES = 64 * 2 ** 20;

export class ImagesAhead {
  readonly #decode: (source: ImageSource) => Promise<RgbImage>;
  /** Those begun and not taken. */
  readonly #begun = new Map<ImageSource, Promise<RgbImage>>();
  #expected: ImageSource[] = [];
  #decoding = 0;
  /** Bytes of each that is decoded and not taken, and of all. */
  readonly #bytes = new Map<ImageSource, number>();
  #waiting = 0;

  /** @param decode gives an image as the model sees it. */
  constructor(decode: (source: ImageSource) => Promise<RgbImage>) {
    this.#decode = decode;
  }

  /** Announces images in the order in which they will be taken; the first few are begun at once. */
  expect(sources: Iterable<ImageSource>): void {
    for (const source of sources) {
      if (!this.#begun.has(source) && !this.#expected.includes(source)) this.#expected.push(source);
    }
    this.#begin();
  }

  /** The image, and the next ones are begun. @throws InputError where it cannot be read. */
  take(source: ImageSource): Promise<RgbImage> {
    const image = this.#begun.get(source) ?? this.#decode(source);
    this.#expected = this.#expected.filter((other) => other !== source);
    this.#drop(source);
    this.#begin();
    return image;
  }

  /** Drops what was announced and never taken: of examples that failed or were left. */
  clear(): void {
    this.#expected = [];
    for (const source of this.#begun.keys()) this.#drop(source);
  }

  #begin(): void {
    while (this.#decoding < AT_ONCE && this.#waiting < WAITING_BYTES && this.#expected.length > 0) {
      const source = this.#expected.shift()!;
      const image = this.#decode(source);
      this.#begun.set(source, image);
      this.#decoding += 1;
      image
        .then(
          ({ data }) => {
            if (this.#begun.get(source) !== image) return;
            this.#bytes.set(source, data.byteLength);
            this.#waiting += data.byteLength;
          },
          () => {}, // whoever takes it is told
        )
        .finally(() => {
          this.#decoding -= 1;
          this.#begin();
        });
    }
  }

  #drop(source: ImageSource): void {
    this.#begun.delete(source);
    this.#waiting -= this.#bytes.get(source) ?? 0;
    this.#bytes.delete(source);
  }
}
