import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { summaryJsonSchema } from '../../src/run/summary-schema.ts';

test('the published JSON Schema is that of the code', () => {
  const published = new URL('../../docs/summary.schema.json', import.meta.url);
  // After a change: write `JSON.stringify(summaryJsonSchema(), null, 2)` there.
  expect(JSON.parse(readFileSync(published, 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(summaryJsonSchema())),
  );
});
