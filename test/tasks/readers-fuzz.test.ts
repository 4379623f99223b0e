/** Garbage of every kind in front of the readers of a probe: a sentence, never a crash, and nothing made up. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { readCsv } from '../../tasks/probe/csv.ts';
import { imagePath } from '../../tasks/probe/images.ts';
import { readRows } from '../../tasks/probe/rows.ts';
import { readTruth } from '../../tasks/probe/truth.ts';
import { loadProbeFolder } from '../../tasks/probe-folder.ts';
import { PLAIN_RULES, readRecord } from '../../tasks/probe-records.ts';
import { taskFileSchema } from '../../tasks/task-file.ts';
import { makeProbe } from '../support/make-probe.ts';

const folder = mkdtempSync(join(tmpdir(), 'winoscope-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const probe = makeProbe(join(folder, 'probe'), { files: { 'examples.jsonl': '' } });

/** Passes where the promise gives a value or an InputError of one line. */
async function expectSentence(work: Promise<unknown>): Promise<void> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return;
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).not.toMatch(/\n|undefined|\[object/);
}

describe('tables', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ' ', ',', '"', '\n', '\r\n', '[', 'é', '\t') });

  test('every table that a spreadsheet would write is read back', () => {
    const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell), { maxLength: 6 }),
        fc.constantFrom('\n', '\r\n'),
        (rows, newline) => {
          const text = [['x', 'y', 'z'], ...rows].map((row) => row.map(quote).join(',')).join(newline);
          const wanted = rows
            .map(([x, y, z]) => Object.entries({ x, y, z }).filter(([, value]) => value !== ''))
            .filter((entries) => entries.length > 0)
            .map((entries) => Object.fromEntries(entries));
          expect(readCsv(text, 'table.csv').map(({ value }) => value)).toEqual(wanted);
        },
      ),
    );
  });

  test('any text gives rows or a phrase, and rows of known columns', () => {
    const noise = fc.string({
      unit: fc.constantFrom('a', 'b', ',', '"', '\n', '\r', '\t', ' '),
      maxLength: 60,
    });
    fc.assert(
      fc.property(noise, (text) => {
        let rows: ReturnType<typeof readCsv>;
        try {
          rows = readCsv(`id,image\n${text}`, 'table.csv');
        } catch (error) {
          expect((error as Error).message).toMatch(/never closed|goes on after its quote/);
          return;
        }
        for (const { value, fault } of rows) {
          expect(fault === undefined).toBe(value !== undefined);
          for (const key of Object.keys(value ?? {})) expect(['id', 'image']).toContain(key);
        }
      }),
    );
  });
});

describe('records', () => {
  const named = fc.dictionary(
    fc.constantFrom(
      'id',
      'image',
      'images',
      'image_0',
      'image_1',
      'caption',
      'captions',
      'caption_0',
      'caption_1',
      'truth',
      'tags',
      'box',
      '__proto__',
    ),
    fc.anything({ withBigInt: true, withTypedArray: true }),
  );
  const rules = fc.constantFrom(
    PLAIN_RULES,
    { ...PLAIN_RULES, crop: 'box', separator: '|' },
    { ...PLAIN_RULES, truth: 0, truthFrom: 1 as const, fields: { images: ['image_0', 'image_1'] } },
  );

  test('anything at all is a phrase or a record whose truth lies inside', () => {
    fc.assert(
      fc.property(fc.oneof(named, fc.anything()), rules, (value, rule) => {
        const record = readRecord(value, rule);
        if (typeof record === 'string') {
          expect(record).not.toBe('');
          return;
        }
        expect(record.id).not.toBe('');
        expect(Math.min(record.images.length, record.captions.length)).toBeGreaterThan(0);
        for (const [image, caption] of record.truth) {
          expect(record.images[image]).toBeDefined();
          expect(record.captions[caption]).toBeDefined();
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('any truth is a phrase or pairs inside', () => {
    const stated = fc.oneof(
      fc.integer({ min: -2, max: 5 }),
      fc.array(
        fc.oneof(
          fc.integer({ min: -1, max: 4 }),
          fc.array(fc.integer({ min: -1, max: 4 }), { maxLength: 3 }),
        ),
        { maxLength: 4 },
      ),
      fc.string(),
      fc.json(),
      fc.anything(),
    );
    const size = fc.integer({ min: 1, max: 3 });
    fc.assert(
      fc.property(
        stated,
        size,
        size,
        fc.constantFrom(0 as const, 1 as const),
        (value, images, count, from) => {
          const captions = Array.from({ length: count }, (_, c) => `caption ${c}`);
          const truth = readTruth(value, { images, captions, from, field: 'truth' });
          if (typeof truth === 'string') return;
          for (const [image, caption] of truth) {
            expect(image).toBeGreaterThanOrEqual(0);
            expect(image).toBeLessThan(images);
            expect(captions[caption]).toBeDefined();
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('no image name leads out of the folder', () => {
    const part = fc.constantFrom('..', '.', '', 'images', 'a.png', 'a', '/', '\\', '\0', 'C:', 'probe', '~');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        let path: string;
        try {
          path = imagePath(probe, parts.join('/'), 'here');
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          return;
        }
        expect(path.startsWith(join(probe, '/'))).toBe(true);
      }),
    );
  });
});

test('any task file is accepted or refused, never half', () => {
  const keys = Object.keys(taskFileSchema.shape);
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...keys), fc.anything()), (value) => {
      const result = taskFileSchema.safeParse(value);
      if (result.success) expect(result.data.name).toMatch(/^[A-Za-z0-9]/);
      else expect(result.error.issues.length).toBeGreaterThan(0);
    }),
  );
});

describe('whole folders', () => {
  test('any text in examples.jsonl or a CSV', async () => {
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.json(), { maxLength: 4 }).map((list) => list.join('\n')),
    );
    let made = 0;
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom('jsonl', 'csv'), async (contents, ending) => {
        const path = join(folder, `text-${made++}`);
        makeProbe(path, { files: { [`examples.${ending}`]: contents } });
        await expectSentence(loadProbeFolder(path));
      }),
      { numRuns: 40 },
    );
  });

  test('Parquet files cut short, with bytes turned, or of noise', async () => {
    const whole = readFileSync(new URL('../../fixtures/probe-forms/snappy.parquet', import.meta.url));
    const path = join(folder, 'broken.parquet');
    const damaged = fc.oneof(
      fc.nat(whole.length - 1).map((length) => whole.subarray(0, length)),
      fc
        .array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
        .map((changes) => {
          const bytes = Buffer.from(whole);
          for (const [at, value] of changes) bytes[at] = value;
          return bytes;
        }),
      fc.uint8Array({ maxLength: 200 }),
    );
    await fc.assert(
      fc.asyncProperty(damaged, async (bytes) => {
        writeFileSync(path, bytes);
        await expectSentence(readRows(path));
      }),
      { numRuns: 300 },
    );
  });
});
