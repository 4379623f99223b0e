import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Columns,
  decodeBatches,
  encodeFile,
  type MapColumns,
  readMetadata,
  StreamEncoder,
  type TrialColumns,
} from '../../src/results/arrow.ts';

const TORN = { torn: true };
const WHOLE = { torn: false };
const METADATA = { format: '1', identity: 'abc', scorer: 'sd' };

/** `count` rows that all differ, numbered from `from`. */
function trials(count: number, from = 0): TrialColumns {
  const rows = Array.from({ length: count }, (_, k) => from + k);
  return {
    example: rows.map((n) => (n % 3 === 0 ? '' : `Beispiel ${n} 猫`)),
    image: Int16Array.from(rows, (n) => n % 2),
    caption: Int16Array.from(rows, (n) => (n % 3) - 1),
    timestep: Float32Array.from(rows, (n) => n + 0.5),
    noise: Int32Array.from(rows, (n) => n * 1000),
    mse: Float64Array.from(rows, (n) => n / 3),
    mae: Float64Array.from(rows, (n) => (n === 1 ? Number.NaN : -n / 7)),
    huber: Float64Array.from(rows, (n) => n * 1e-300),
    numerics: Int16Array.from(rows, (n) => n % 5),
  };
}

function maps(lengths: number[]): MapColumns {
  return {
    example: lengths.map((_, k) => `e${k}`),
    image: Int16Array.from(lengths, (_, k) => k),
    caption: Int16Array.from(lengths, (_, k) => k - 1),
    trials: Int32Array.from(lengths, (_, k) => k * 4),
    numerics: new Int16Array(lengths.length),
    sums: lengths.map((length, k) => Uint8Array.from({ length }, (_, b) => (b + k) % 256)),
  };
}

/** Columns as plain arrays, whatever views they came as. */
function plain(columns: Columns<'trials'> | Columns<'maps'>): Record<string, unknown[]> {
  return Object.fromEntries(
    Object.entries(columns).map(([name, values]) => [
      name,
      [...(values as Iterable<unknown>)].map((value) => (value instanceof Uint8Array ? [...value] : value)),
    ]),
  );
}

/** The batches that have rows; where a stream ends behind its schema, apache-arrow adds one that has none. */
function batchesOf(bytes: Uint8Array): Record<string, unknown[]>[] {
  return [...decodeBatches('trials', bytes, TORN)].filter(({ example }) => example.length > 0).map(plain);
}

/** A stream of the given batches, and where each batch ends. */
function streamOf(batches: readonly TrialColumns[]): { bytes: Buffer; ends: number[] } {
  const encoder = new StreamEncoder('trials', METADATA);
  const parts = [encoder.header];
  const ends: number[] = [];
  for (const batch of batches) {
    parts.push(encoder.batch(batch).slice());
    ends.push(parts.reduce((sum, { length }) => sum + length, 0));
  }
  return { bytes: Buffer.concat([...parts, encoder.end]), ends };
}

describe('streams', () => {
  test('come back batch by batch', () => {
    const batches = [trials(3), trials(1, 3), trials(40, 4)];
    expect([...decodeBatches('trials', streamOf(batches).bytes, TORN)].map(plain)).toEqual(
      batches.map(plain),
    );
  });

  test('are what apache-arrow itself reads, types included', () => {
    const table = tableFromIPC(streamOf([trials(3), trials(2, 3)]).bytes);
    expect(table.numRows).toBe(5);
    expect(
      table.schema.fields.map(({ name, type, nullable }) => `${name} ${type}${nullable ? '?' : ''}`),
    ).toEqual([
      'example Utf8',
      'image Int16',
      'caption Int16',
      'timestep Float32',
      'noise Int32',
      'mse Float64',
      'mae Float64',
      'huber Float64',
      'numerics Int16',
    ]);
    expect([...table.getChild('example')!]).toEqual(trials(5).example);
    expect([...table.getChild('mse')!]).toEqual([...trials(5).mse]);
    expect(Object.fromEntries(table.schema.metadata)).toMatchObject(METADATA);
  });

  test('carry maps of any size', () => {
    const encoder = new StreamEncoder('maps', METADATA);
    const rows = maps([256, 0, 1000]);
    const bytes = Buffer.concat([encoder.header, encoder.batch(rows), encoder.end]);
    expect([...decodeBatches('maps', bytes, TORN)].map(plain)).toEqual([plain(rows)]);
    expect(tableFromIPC(bytes).getChild('sums')!.get(2)).toEqual(rows.sums[2]);
  });

  test('a batch can be a view into something larger', () => {
    const large = trials(10);
    const view = Object.fromEntries(
      Object.entries(large).map(([name, values]) => [
        name,
        Array.isArray(values) ? values.slice(3, 6) : values.subarray(3, 6),
      ]),
    ) as unknown as TrialColumns;
    expect([...decodeBatches('trials', streamOf([view]).bytes, TORN)].map(plain)).toEqual([
      plain(trials(3, 3)),
    ]);
  });

  test('bytes may begin at any address', () => {
    const { bytes } = streamOf([trials(5)]);
    for (let shift = 0; shift < 9; shift++) {
      const shifted = new Uint8Array(bytes.length + shift).subarray(shift);
      shifted.set(bytes);
      expect([...decodeBatches('trials', shifted, TORN)].map(plain)).toEqual([plain(trials(5))]);
    }
  });

  test('cut at any byte, they give their whole batches and nothing else', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(sizes, fc.double({ min: 0, max: 1, noNaN: true }), (counts, part) => {
        const batches = counts.map((count, k) => trials(count, 100 * k));
        const { bytes, ends } = streamOf(batches);
        const cut = Math.round(part * bytes.length);
        const whole = ends.filter((end) => end <= cut).length;
        expect(batchesOf(bytes.subarray(0, cut))).toEqual(batches.slice(0, whole).map(plain));
      }),
      { numRuns: 300 },
    );
  });

  test('cut at every single byte of a short one', () => {
    const { bytes, ends } = streamOf([trials(2), trials(1, 2)]);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const whole = ends.filter((end) => end <= cut).length;
      expect(batchesOf(bytes.subarray(0, cut)).length, `cut at ${cut}`).toBe(whole);
    }
  });
});

describe('files', () => {
  test('come back as they were, however many batches they take', () => {
    const rows = trials(70_000);
    const batches = [...decodeBatches('trials', encodeFile('trials', METADATA, rows), WHOLE)];
    expect(batches.length).toBeGreaterThan(1);
    expect(batches.flatMap(({ example }) => example)).toEqual(rows.example);
    expect(Float64Array.from(batches.flatMap(({ huber }) => [...huber]))).toEqual(rows.huber);
  });

  test('are what apache-arrow itself reads', () => {
    const table = tableFromIPC(encodeFile('maps', METADATA, maps([8, 8])));
    expect(table.numRows).toBe(2);
    expect([...table.getChild('trials')!]).toEqual([0, 4]);
  });

  test('without rows are files all the same', () => {
    const bytes = encodeFile('trials', METADATA, trials(0));
    expect([...decodeBatches('trials', bytes, TORN)].flatMap(({ example }) => example)).toEqual([]);
    expect(tableFromIPC(bytes).numRows).toBe(0);
    expect(readMetadata(bytes)?.get('identity')).toBe('abc');
  });

  test('equal rows give equal bytes', () => {
    expect(encodeFile('trials', METADATA, trials(9))).toEqual(encodeFile('trials', METADATA, trials(9)));
  });
});

describe('readMetadata', () => {
  test('reads streams and files, even where the batches are torn', () => {
    const { bytes, ends } = streamOf([trials(4)]);
    for (const whole of [bytes, bytes.subarray(0, ends[0]! - 1), encodeFile('trials', METADATA, trials(4))]) {
      expect(Object.fromEntries(readMetadata(whole)!)).toMatchObject(METADATA);
    }
  });

  test('finds none in what is no Arrow', () => {
    for (const bytes of [new Uint8Array(0), Buffer.from('hello'), new Uint8Array(64)]) {
      expect(readMetadata(bytes)?.get('identity')).toBeUndefined();
      expect(batchesOf(bytes)).toEqual([]);
    }
  });
});

test('a table of another kind is refused, torn or not', () => {
  const encoder = new StreamEncoder('maps', METADATA);
  const stream = Buffer.concat([encoder.header, encoder.batch(maps([4])), encoder.end]);
  const file = encodeFile('maps', METADATA, maps([4]));
  for (const [bytes, how] of [[stream, TORN] as const, [file, WHOLE] as const]) {
    expect(() => [...decodeBatches('trials', bytes, how)]).toThrow('column "timestep" is missing');
  }
});

test('a file that was written at once must be whole', () => {
  const bytes = encodeFile('trials', METADATA, trials(40));
  expect([...decodeBatches('trials', bytes, WHOLE)].map(plain)).toEqual([plain(trials(40))]);
  for (const length of [bytes.length - 1, bytes.length - 40, 100, 8]) {
    expect(() => [...decodeBatches('trials', bytes.slice(0, length), WHOLE)], `${length} bytes`).toThrow();
  }
});

describe('one flipped bit', () => {
  test('anywhere in a file is found', () => {
    const bytes = encodeFile('trials', METADATA, trials(5));
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => [...decodeBatches('trials', flipped, WHOLE)], `bit ${bit}`).toThrow(
        'its checksum does not fit',
      );
    }
  });

  test('anywhere in a stream costs what follows, is told, and changes nothing before', () => {
    const batches = [trials(3), trials(2, 3), trials(4, 5)];
    const { bytes, ends } = streamOf(batches);
    for (let byte = 0; byte < ends.at(-1)!; byte++) {
      const flipped = Buffer.from(bytes);
      flipped[byte]! ^= 1 << (byte % 8);
      const end = { cut: false };
      const read = [...decodeBatches('trials', flipped, { torn: true, end })].filter(
        ({ example }) => example.length > 0,
      );
      const whole = ends.filter((at) => at <= byte).length;
      expect({ byte, read: read.map(plain), ...end }).toEqual({
        byte,
        read: batches.slice(0, whole).map(plain),
        cut: true,
      });
    }
  });
});
