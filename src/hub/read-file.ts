/** Reading a model folder's small files, each failure with its own sentence. */

import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { issueOf, ModelFileError, messageOf } from '../errors.ts';

/** The file as text. @throws ModelFileError where it is missing or unreadable. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ModelFileError({
      what: missing ? 'a model file is missing' : 'cannot read a model file',
      where: path,
      ...(missing ? {} : { got: messageOf(error) }),
      fix: 'Export or copy the model again.',
      cause: error,
    });
  }
}

/**
 * Python writes numbers that JSON lacks (PixArt's schedulers have `"lambda_min_clipped": -Infinity`): they become null,
 * within strings nothing changes.
 */
function withoutPythonNumbers(text: string): string {
  if (!/NaN|Infinity/.test(text)) return text;
  return text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (found) => (found[0] === '"' ? found : 'null'));
}

/** The JSON file, checked against `schema`. @throws ModelFileError naming the first field that does not fit. */
export function readJson<T extends z.ZodType>(path: string, schema: T): z.infer<T> {
  const text = readText(path);
  let value: unknown;
  try {
    value = JSON.parse(withoutPythonNumbers(text));
  } catch (error) {
    throw new ModelFileError({
      what: 'a model file is not JSON',
      where: path,
      got: messageOf(error),
      fix: 'Export or copy the model again.',
      cause: error,
    });
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw new ModelFileError({
      what: `field "${issue.path.join('.') || '(root)'}" of a model file is missing or wrong`,
      where: path,
      got: issueOf(issue),
    });
  }
  return result.data;
}
