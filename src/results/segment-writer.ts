/** Appends results to one session's segment while a run goes on. */

import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { type Columns, StreamEncoder, type TableKind } from './arrow.ts';
import { writeFailure } from './run-folder.ts';

/** A file that only grows; each append is one write call, so that a kill tears at most the last one. */
export class AppendFile {
  readonly path: string;
  #handle: number | undefined;
  #length = 0;

  /** The file must not exist when the first append comes: a segment has one writer. */
  constructor(path: string) {
    this.path = path;
  }

  /** @throws ResultsError where the disk refuses. */
  append(bytes: Uint8Array): void {
    try {
      this.#handle ??= openSync(this.path, 'ax');
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#handle, bytes, at);
      this.#length += bytes.length;
    } catch (error) {
      // Nothing must follow a half-written piece: it would be read as torn there.
      if (this.#handle !== undefined) ftruncateSync(this.#handle, this.#length);
      throw writeFailure(this.path, error);
    }
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }
}

/** An Arrow stream segment; nothing is on disk until the first batch, so that an idle session leaves no file. */
export class SegmentWriter<K extends TableKind> {
  readonly #file: AppendFile;
  /** Made for the columns of the first batch, which all batches have. */
  #encoder: StreamEncoder<K> | undefined;

  readonly #open: (columns: Columns<K>) => StreamEncoder<K>;

  constructor(path: string, kind: K, metadata: Record<string, string>) {
    this.#file = new AppendFile(path);
    this.#open = (columns) => new StreamEncoder(kind, metadata, Object.keys(columns));
  }

  /** Appends one record batch. @throws ResultsError where the disk refuses. */
  write(columns: Columns<K>): void {
    if (columns.example.length === 0) return;
    const begun = this.#encoder !== undefined;
    this.#encoder ??= this.#open(columns);
    const batch = this.#encoder.batch(columns);
    this.#file.append(begun ? batch : Buffer.concat([this.#encoder.header, batch]));
  }

  /** Ends the stream with the mark that proves it complete. */
  close(): void {
    try {
      if (this.#encoder) this.#file.append(this.#encoder.end);
    } finally {
      this.#file.close();
      this.#encoder = undefined;
    }
  }
}
