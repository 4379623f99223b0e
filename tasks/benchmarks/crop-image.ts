import { InputError } from '../../src/errors.ts';
import { decodeImage, type ImageSource, sourceName } from '../../src/images/decode.ts';
import { encodePng } from '../../src/images/encode-png.ts';
import { cacheImage } from '../image-cache.ts';
import type { CropBox } from './benchmark.ts';

/**
 * The part of a picture, kept in the cache as PNG. Pixels equal `Image.open(f).convert('RGB').crop(box)`: what lies
 * outside the picture is black.
 * @throws InputError where the picture cannot be read or the box is empty.
 */
export async function cropImage(source: ImageSource, box: CropBox): Promise<ImageSource> {
  const { left, top, width, height } = box;
  if (!(width >= 1 && height >= 1 && width * height <= 1e8)) {
    throw new InputError({
      what: 'a picture is to be cropped to nothing or to too much',
      where: sourceName(source),
      got: `${width} × ${height} pixels`,
    });
  }
  const image = await decodeImage(source);
  const data = new Uint8Array(width * height * 3);
  const [fromX, toX] = [Math.max(left, 0), Math.min(left + width, image.width)];
  for (let y = Math.max(top, 0); y < Math.min(top + height, image.height) && fromX < toX; y++) {
    const pixels = image.data.subarray((y * image.width + fromX) * 3, (y * image.width + toX) * 3);
    data.set(pixels, ((y - top) * width + fromX - left) * 3);
  }
  return { path: cacheImage(encodePng({ width, height, data })) };
}
