/**
 * From a file or bytes to 8-bit RGB, with the pixel values that `PIL.Image.open(f).convert('RGB')` gives.
 * sharp only decodes here; every later pixel operation is our own, because sharp's differ from Pillow's.
 */
import { readFile } from 'node:fs/promises';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { InputError, messageOf } from '../errors.ts';
import { type ArchivedImage, readArchived } from './archive.ts';

// Workers decode side by side and every image once: threads and a cache of sharp's own would only cost.
sharp.concurrency(1);
sharp.cache(false);

/** An image on disk, in a zip archive, or already in memory under a `name` that errors can show. */
export type ImageSource = { path: string } | ArchivedImage | { bytes: Uint8Array; name: string };

/** What errors call an image. */
export function sourceName(source: ImageSource): string {
  if ('path' in source) return source.path;
  return 'archive' in source ? `${source.archive}: ${source.entry}` : source.name;
}

/** 8-bit RGB pixels: `data` is `[height, width, 3]` row-major (HWC), values 0-255 as stored in the file. */
export interface RgbImage {
  width: number;
  height: number;
  data: Uint8Array;
}

/** Most pixels an image may have; Pillow warns of a decompression bomb from about 89.5 megapixels on. */
export const MAX_MEGAPIXELS = 100;

const FORMATS = 'PNG, JPEG, WebP, GIF or TIFF';
const CONVERT = 'Convert it to PNG or JPEG.';
const SUPPORTED = new Set<string>(['png', 'jpeg', 'webp', 'gif', 'tiff']);
// Position of the colour type in a PNG's IHDR chunk, and its value for plain grey.
const PNG_COLOUR_TYPE_AT = 25;
const PNG_GREY = 0;

/**
 * The raw bytes of a source, as they are stored.
 * @throws {InputError} when the path is missing, is a folder or cannot be read, or its archive is damaged.
 */
export async function readSource(source: ImageSource): Promise<Uint8Array> {
  if ('bytes' in source) return source.bytes;
  if ('archive' in source) return readArchived(source);
  try {
    return await readFile(source.path);
  } catch (cause) {
    throw new InputError({
      what: 'cannot read the image',
      where: source.path,
      expected: 'a readable file',
      got: readFailure(cause),
      fix: 'Check the path.',
      cause,
    });
  }
}

/**
 * Decodes a PNG, JPEG, WebP, GIF or TIFF (its first frame) to `[height, width, 3]` uint8, equal bit for bit to
 * `np.asarray(PIL.Image.open(f).convert('RGB'))` for 8-bit RGB, RGBA and LA (alpha dropped, not blended), palette
 * with and without transparency, grey of 1-16 bits, 16-bit colour PNG, and CMYK. Embedded ICC profiles are
 * ignored; EXIF rotation is applied for TIFF only. All of that is what Pillow does, including the clipping of
 * 16-bit plain grey at 255 (its high byte is not taken), so such files come out mostly white.
 *
 * Not equal to Pillow: transparent pixels of a single-colour-transparent GIF are black here, the palette colour
 * there. Not read, though Pillow does: BMP, AVIF, 32-bit and float TIFF, CIELAB TIFF, images of more than
 * 100 megapixels, and some files whose last bytes are missing. transformers 5 is not Pillow here: its
 * `convert_to_rgb` lays transparent images on white instead of dropping the alpha.
 *
 * @throws {InputError} when the source cannot be read, is empty, damaged, too large or of another format.
 */
export async function decodeImage(source: ImageSource): Promise<RgbImage> {
  const where = sourceName(source);
  const bytes = await readSource(source);
  const meta = await readHeader(bytes, where);

  // 'error' lets pass what libjpeg and libpng only warn about, as Pillow does; truncation still fails.
  const options = { ignoreIcc: true, failOn: 'error', limitInputPixels: MAX_MEGAPIXELS * 1e6 } as const;
  const input = sharp(bytes, options);
  // Pillow's TIFF reader rotates by the orientation tag, its other readers do not.
  const pipeline = meta.format === 'tiff' ? input.autoOrient() : input;
  try {
    return { ...sizeOf(meta), data: await readPixels(pipeline, meta, bytes) };
  } catch (cause) {
    throw damaged(where, meta.format.toUpperCase(), cause);
  }
}

/**
 * Width and height in pixels from the header alone, equal to those of `decodeImage` and to `Image.open(f).size`.
 * `where` names the image in errors.
 * @throws {InputError} when the header is damaged, or states a size or format that `decodeImage` refuses.
 */
export async function imageSize(
  bytes: Uint8Array,
  where: string,
): Promise<{ width: number; height: number }> {
  return sizeOf(await readHeader(bytes, where));
}

/** How a picture is stored where `decodeImage` shows it otherwise than most viewers do. */
export interface ImageTraits {
  /** Plain grey of 16 bits, which is clipped at 255. */
  clipped: boolean;
  /** Turned by viewers, read as it is stored. */
  turned: boolean;
  /** Of which the first is read. */
  frames: number;
}

/** Traits of a picture from its header. @throws {InputError} as `imageSize`. */
export async function imageTraits(source: ImageSource): Promise<ImageTraits> {
  const bytes = await readSource(source);
  const meta = await readHeader(bytes, sourceName(source));
  return {
    clipped: isGrey16(meta, bytes),
    turned: meta.format !== 'tiff' && (meta.orientation ?? 1) > 1,
    frames: meta.pages ?? 1,
  };
}

/** Size as decoded: orientations 5 to 8 turn a TIFF on its side. */
function sizeOf({ format, orientation = 1, width, height }: Metadata): { width: number; height: number } {
  const turned = format === 'tiff' && orientation >= 5;
  return turned ? { width: height, height: width } : { width, height };
}

/** Format, size and sample type, checked against what `decodeImage` can reproduce. */
async function readHeader(bytes: Uint8Array, where: string): Promise<Metadata> {
  if (bytes.length === 0) {
    throw new InputError({
      what: 'the image is empty',
      where,
      expected: FORMATS,
      got: '0 bytes',
      fix: 'Replace the file.',
    });
  }
  let meta: Metadata;
  try {
    // No limit on the header: the size has a sentence of its own below.
    meta = await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (cause) {
    if (!/unsupported image format/.test(messageOf(cause))) throw damaged(where, 'image', cause);
    throw notSupported(where, 'an unknown format', cause);
  }
  if (!SUPPORTED.has(meta.format)) throw notSupported(where, meta.format.toUpperCase());
  if (meta.depth !== 'uchar' && meta.depth !== 'ushort') {
    throw new InputError({
      what: 'the image has samples that cannot be read',
      where,
      expected: 'at most 16 bits per channel',
      got: `type ${meta.depth}`,
      fix: 'Convert it to 8-bit PNG.',
    });
  }
  const megapixels = (meta.width * meta.height) / 1e6;
  if (megapixels > MAX_MEGAPIXELS) {
    throw new InputError({
      what: 'the image is too large',
      where,
      expected: `at most ${MAX_MEGAPIXELS} megapixels`,
      got: `${meta.width}x${meta.height}, ${Math.ceil(megapixels)} megapixels`,
      fix: 'Scale it down first.',
    });
  }
  return meta;
}

/** Pixels as RGB; the two layouts that libvips converts differently from Pillow are read raw. */
async function readPixels(pipeline: Sharp, meta: Metadata, bytes: Uint8Array): Promise<Uint8Array> {
  if (meta.space === 'cmyk') {
    return fromCmyk(await pipeline.pipelineColourspace('cmyk').toColourspace('cmyk').raw().toBuffer());
  }
  if (isGrey16(meta, bytes)) {
    const raw = await pipeline.toColourspace('grey16').removeAlpha().raw({ depth: 'ushort' }).toBuffer();
    return fromGrey16(new Uint16Array(raw.buffer, raw.byteOffset, raw.byteLength / 2));
  }
  const raw = await pipeline.toColourspace('srgb').removeAlpha().raw().toBuffer();
  return new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength);
}

/** Pillow mode `I;16`. A PNG with a transparent grey has 2 channels here, so its header decides. */
function isGrey16(meta: Metadata, bytes: Uint8Array): boolean {
  if (meta.depth !== 'ushort') return false;
  return meta.format === 'png' ? bytes[PNG_COLOUR_TYPE_AT] === PNG_GREY : meta.channels === 1;
}

/** Pillow's `I;16` to `RGB`: values above 255 become 255. */
function fromGrey16(grey: Uint16Array): Uint8Array {
  const rgb = new Uint8Array(grey.length * 3);
  for (let i = 0; i < grey.length; i++) rgb.fill(Math.min(grey[i]!, 255), i * 3, i * 3 + 3);
  return rgb;
}

/** Pillow's `CMYK` to `RGB`: `(255 - K) - C (255 - K) / 255`, the quotient rounded by shifts. */
function fromCmyk(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let from = 0, to = 0; from < cmyk.length; from += 4, to += 3) {
    const light = 255 - cmyk[from + 3]!;
    for (let channel = 0; channel < 3; channel++) {
      const product = cmyk[from + channel]! * light + 128;
      rgb[to + channel] = light - (((product >> 8) + product) >> 8);
    }
  }
  return rgb;
}

function notSupported(where: string, got: string, cause?: unknown): InputError {
  return new InputError({
    what: 'not an image that can be read',
    where,
    expected: FORMATS,
    got,
    fix: CONVERT,
    cause,
  });
}

function damaged(where: string, kind: string, cause: unknown): InputError {
  return new InputError({
    what: 'the image is damaged',
    where,
    expected: `a complete ${kind} file`,
    got: `decoder error "${messageOf(cause).replace(/:$/, '')}"`,
    fix: 'Replace the file.',
    cause,
  });
}

function readFailure(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'no such file';
  if (code === 'EISDIR') return 'a folder';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission';
  return messageOf(cause);
}
