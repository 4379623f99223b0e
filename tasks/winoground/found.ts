import type { ImageSource } from '../../src/images/decode.ts';
import type { WinogroundRecord } from './record.ts';

/** An example as a layout gives it. */
export interface FoundRecord {
  record: WinogroundRecord;
  images: readonly [ImageSource, ImageSource];
  /** Where it stands, for errors: file and line or row. */
  where: string;
}

/** A record that cannot be used, when asked to go on without it. */
export interface BadRecord {
  id: string;
  message: string;
}

/** What a layout was read to. */
export interface FoundRecords {
  records: FoundRecord[];
  failures: BadRecord[];
}
