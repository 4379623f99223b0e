import zlib from 'node:zlib';
import type { Compressors } from 'hyparquet';

/** How compressed pages of Parquet are unpacked, beside Snappy, which hyparquet does itself. */
export const inflaters: Compressors = {
  GZIP: (bytes) => zlib.gunzipSync(bytes),
  BROTLI: (bytes) => zlib.brotliDecompressSync(bytes),
  ...(typeof zlib.zstdDecompressSync === 'function' && { ZSTD: (bytes) => zlib.zstdDecompressSync(bytes) }),
};
