/** Pictures: damaged ones of every format, and files that are none. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { packageRoot } from '../../../src/hub/package-root.ts';
import { decodeImage, imageSize } from '../../../src/images/decode.ts';
import type { Target } from '../target.ts';

const FOLDER = join(packageRoot(), 'fixtures', 'golden', 'images');
const SMALL = 60_000;

/** A PNG that claims a size, with as many bytes of pixels as are given. */
function png(width: number, height: number, pixels: Uint8Array): Buffer {
  const chunk = (type: string, data: Uint8Array) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(data.length);
    // libpng passes over a wrong checksum of what is not critical, and refuses one of what is: both are wanted.
    return Buffer.concat([size, Buffer.from(type), data, Buffer.alloc(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  head[9] = 2;
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const OTHERS = [
  '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"><image xlink:href="file:///etc/passwd" width="9" height="9"/><script>1</script></svg>',
  '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>',
  '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n',
  'push graphic-context\nviewbox 0 0 9 9\nimage over 0,0 0,0 "|touch canary"\npop graphic-context\n',
  'P6\n99999 99999\n255\n',
  'BM\u0000\u0000\u0000\u0000',
  '\u0000\u0000\u0000\u0020ftypavif',
  'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 17\n',
].map((text) => Buffer.from(text, 'latin1'));

export const pictureTargets: Target[] = [
  {
    name: 'pictures',
    share: 16,
    open: () => {
      const corpus = readdirSync(FOLDER)
        .filter((name) => /\.(png|jpe?g|webp|gif|tiff)$/.test(name))
        .map((name) => readFileSync(join(FOLDER, name)))
        .filter(({ length }) => length < SMALL);
      corpus.push(
        png(60_000, 60_000, Buffer.alloc(100)),
        png(2 ** 31 - 1, 1, Buffer.alloc(9)),
        png(9000, 9000, Buffer.alloc(1000)),
        ...OTHERS,
      );
      return {
        async once(mutator) {
          const whole = mutator.pick(corpus);
          const bytes = mutator.below(20) === 0 ? whole : mutator.bytes(whole, corpus);
          await imageSize(bytes, 'picture');
          const { width, height, data } = await decodeImage({ bytes, name: 'picture' });
          if (data.length !== 3 * width * height)
            throw new Error(`${data.length} values for ${width}x${height} pixels`);
        },
      };
    },
  },
];
