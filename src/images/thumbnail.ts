/** Small copies of images for pages: looked at, never scored. */

import sharp from 'sharp';
import { MAX_MEGAPIXELS } from './decode.ts';

/** An image as a page can hold it, with its size in pixels. */
export interface Thumbnail {
  mime: 'image/png' | 'image/webp';
  bytes: Uint8Array;
  width: number;
  height: number;
}

const QUALITY = 82;

/**
 * The image at no more than `side` pixels along its longer side. A PNG that is small enough already is kept lossless, so
 * that drawings and pixels stay sharp; all else becomes WebP.
 * @throws Error of the decoder where the bytes are no image.
 */
export async function thumbnail(bytes: Uint8Array, side: number): Promise<Thumbnail> {
  const image = sharp(bytes, { limitInputPixels: MAX_MEGAPIXELS * 1e6 });
  const { format, width, height } = await image.metadata();
  const isSmall = Math.max(width, height) <= side;
  const resized = isSmall ? image : image.resize({ width: side, height: side, fit: 'inside' });
  const mime = isSmall && format === 'png' ? 'image/png' : 'image/webp';
  const encoded =
    mime === 'image/png'
      ? resized.png({ compressionLevel: 9, palette: false })
      : resized.webp({ quality: QUALITY });
  const { data, info } = await encoded.toBuffer({ resolveWithObject: true });
  return { mime, bytes: new Uint8Array(data), width: info.width, height: info.height };
}
