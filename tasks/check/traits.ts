/** Pictures that a model sees otherwise than their maker does, because they are read as Pillow reads them. */

import { counted } from '../../src/errors.ts';
import { type ImageSource, type ImageTraits, imageTraits } from '../../src/images/decode.ts';

interface Oddity {
  has(traits: ImageTraits): boolean;
  /** Goes on after `1 picture` or `2 pictures`. */
  phrase: string;
}

const ODDITIES: readonly Oddity[] = [
  {
    has: ({ clipped }) => clipped,
    phrase:
      'of 16-bit grey: all above 255 is read as white, as by Pillow, so nearly all of it; convert to 8 bit',
  },
  {
    has: ({ turned }) => turned,
    phrase:
      'with an EXIF rotation: read as stored, without turning, as by Pillow; turn the pixels themselves',
  },
  { has: ({ frames }) => frames > 1, phrase: 'of several frames: the first alone is read' },
];

/** One sentence per kind of odd picture, with how many there are and the first of them. */
export class OddPictures {
  readonly #found = ODDITIES.map(({ phrase }) => ({ phrase, names: [] as string[] }));

  /** Notes a picture under the name that the sentence shows. @throws InputError where its header cannot be read. */
  async add(source: ImageSource, name: string): Promise<void> {
    const traits = await imageTraits(source);
    for (const [k, { has }] of ODDITIES.entries()) if (has(traits)) this.#found[k]!.names.push(name);
  }

  /** Sentences without a full stop, none where every picture is plain. */
  warnings(): string[] {
    return this.#found
      .filter(({ names }) => names.length > 0)
      .map(({ phrase, names }) => {
        const first = names.length > 1 ? `${names[0]} and others` : names[0];
        return `${counted(names.length, 'picture')} (${first}) ${phrase}`;
      });
  }
}
