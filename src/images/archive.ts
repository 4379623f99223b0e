/** Images within a zip archive: found once, read one by one, never unpacked to disk. */

import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import yauzl from 'yauzl';
import { InputError, messageOf } from '../errors.ts';

/** Where an image's bytes lie in a zip file. Plain data: workers read the bytes themselves. */
export interface ArchivedImage {
  archive: string;
  /** The entry's name; errors show it. */
  entry: string;
  /** Offset of its data in the archive, and their length there. */
  start: number;
  packed: number;
  /** Bytes of the image. */
  size: number;
  deflated: boolean;
  crc: number;
}

/** The largest image file that is read; 100 megapixels, the most that are decoded, fit in less. */
const MOST_BYTES = 512 * 2 ** 20;

const inflate = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflateRaw);

/**
 * Lists the files in a zip archive by name, in its order; opens none.
 * @throws InputError where it is no zip archive, or holds what no honest one does: entries that lead out of it, that are
 *   encrypted, packed by an unknown method, or larger than any image.
 */
export async function listArchive(path: string): Promise<Map<string, ArchivedImage>> {
  const found = new Map<string, ArchivedImage>();
  try {
    const zip = await yauzl.openPromise(path, { autoClose: false, lazyEntries: true });
    try {
      for await (const entry of zip.eachEntry()) {
        if (entry.fileName.endsWith('/')) continue;
        const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
        found.set(entry.fileName, toSource(path, entry, fileDataStart));
      }
    } finally {
      zip.close();
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError({
      what: 'cannot read the zip archive',
      where: path,
      got: messageOf(error),
      fix: 'Download it again.',
      cause: error,
    });
  }
  return found;
}

function toSource(archive: string, entry: yauzl.Entry, start: number): ArchivedImage {
  const { fileName, compressedSize, uncompressedSize, compressionMethod, crc32: crc } = entry;
  const refuse = (got: string): never => {
    throw new InputError({ what: 'the zip archive holds an entry that is not read', where: archive, got });
  };
  if (entry.isEncrypted()) refuse(`"${fileName}" is encrypted`);
  if (compressionMethod !== 0 && compressionMethod !== 8)
    refuse(`"${fileName}" is packed by method ${compressionMethod}, not stored or deflated`);
  if (uncompressedSize > MOST_BYTES)
    refuse(`"${fileName}" unpacks to ${uncompressedSize} bytes, more than any image`);
  return {
    archive,
    entry: fileName,
    start,
    packed: compressedSize,
    size: uncompressedSize,
    deflated: compressionMethod === 8,
    crc,
  };
}

/**
 * The bytes of one image, checked against the archive's checksum. Never more than the archive says are made in memory.
 * @throws InputError where the archive is gone, damaged or changed.
 */
export async function readArchived(image: ArchivedImage): Promise<Uint8Array> {
  try {
    const packed = Buffer.alloc(image.packed);
    const handle = await open(image.archive);
    try {
      const { bytesRead } = await handle.read(packed, 0, image.packed, image.start);
      if (bytesRead < image.packed) throw new Error('the archive ends before the image does');
    } finally {
      await handle.close();
    }
    const bytes = image.deflated
      ? await inflate(packed, { maxOutputLength: Math.max(1, image.size) })
      : packed;
    if (bytes.length !== image.size || crc32(bytes) !== image.crc)
      throw new Error('the image is not what the archive says it is');
    return bytes;
  } catch (error) {
    throw new InputError({
      what: 'cannot read the image from its archive',
      where: `${image.archive}: ${image.entry}`,
      got: messageOf(error),
      fix: 'Download the archive again.',
      cause: error,
    });
  }
}
