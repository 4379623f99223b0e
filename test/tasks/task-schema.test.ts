import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { taskJsonSchema } from '../../tasks/task-file.ts';

test('the published JSON Schema of task files is that of the code', () => {
  const published = new URL('../../docs/task.schema.json', import.meta.url);
  // After a change: write `JSON.stringify(taskJsonSchema(), null, 2)` there.
  expect(JSON.parse(readFileSync(published, 'utf8'))).toEqual(JSON.parse(JSON.stringify(taskJsonSchema())));
});
