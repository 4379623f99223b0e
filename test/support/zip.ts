/** Writes zip archives byte by byte, honest ones and others: no packing program would make some of these. */

import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipFile {
  name: string;
  data: Uint8Array;
  deflate?: boolean;
  /** What the archive says instead of the truth. */
  claim?: { size?: number; method?: number; crc?: number; flags?: number };
}

/** An archive with these files, in order. */
export function makeZip(files: readonly ZipFile[]): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const { name, data, deflate = false, claim = {} } of files) {
    const packed = deflate ? deflateRawSync(data) : data;
    const title = Buffer.from(name, 'utf8');
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(claim.flags ?? 0x800, 2); // names in UTF-8
    fields.writeUInt16LE(claim.method ?? (deflate ? 8 : 0), 4);
    fields.writeUInt32LE(0x21_0000, 6); // 1980-01-01
    fields.writeUInt32LE(claim.crc ?? crc32(data), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(claim.size ?? data.length, 18);
    fields.writeUInt16LE(title.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), fields, title, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    entries.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0000'), fields, tail, title]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\u0005\u0006'), end]);
}
