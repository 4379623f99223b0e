/** A file of captions to draw. */

import { z } from 'zod';
import { InputError, issueOf, messageOf } from '../../src/errors.ts';
import { readUtf8 } from '../read-text.ts';
import { type CaptionSet, setOf } from './caption-sets.ts';

const caption = z.string().trim().min(1);
const lineSchema = z
  .strictObject({
    captions: z.array(caption).min(1),
    draw: z.array(z.number().int().min(0)).min(1).optional(),
    tags: z.array(z.string()).default([]),
  })
  .refine(({ captions, draw = [] }) => draw.every((place) => place < captions.length), {
    path: ['draw'],
    message: 'names a place where there is no caption',
  });

/**
 * Reads captions. Of a text file a line is a caption, and the lines of a paragraph are alternatives to each other; a line
 * with tabs is a set of its own, of which the first caption is drawn. Of a `.jsonl` file a line is a set:
 * `{"captions": [...], "draw": [0], "tags": [...]}`, all drawn where it does not say. Lines that begin with # are passed
 * over.
 * @throws InputError where it cannot be read, a line is wrong, or there is no caption in it.
 */
export function readCaptionsFile(path: string): CaptionSet[] {
  let text: string;
  try {
    text = readUtf8(path, 'cannot read the captions');
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError({ what: 'cannot read the captions', where: path, got: messageOf(error) });
  }
  const lines = text.split(/\r?\n/).filter((line) => !line.startsWith('#'));
  const sets = path.endsWith('.jsonl') ? fromJson(lines, path) : fromText(lines);
  if (sets.length > 0) return sets;
  throw new InputError({
    what: 'the file has no captions',
    where: path,
    expected: 'a caption on every line',
  });
}

function fromText(lines: readonly string[]): CaptionSet[] {
  const sets: CaptionSet[] = [];
  let paragraph: string[] = [];
  const close = () => {
    if (paragraph.length > 0) sets.push(setOf(paragraph));
    paragraph = [];
  };
  for (const line of lines) {
    const captions = line.split('\t').flatMap((part) => part.trim() || []);
    if (captions.length === 0) close();
    else if (captions.length > 1) sets.push(setOf(captions, { drawn: [0] }));
    else paragraph.push(captions[0]!);
  }
  close();
  return sets;
}

function fromJson(lines: readonly string[], path: string): CaptionSet[] {
  return lines.flatMap((line, k) => {
    if (line.trim() === '') return [];
    const refuse = (what: string, got: string) => {
      throw new InputError({ what, where: `${path}, line ${k + 1}`, got });
    };
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      refuse('the line is not JSON', messageOf(error));
    }
    const result = lineSchema.safeParse(value);
    if (!result.success) {
      const issue = result.error.issues[0]!;
      return refuse(`field "${issue.path.join('.') || '(root)'}" is wrong`, issueOf(issue)) as never;
    }
    const { captions, draw, tags } = result.data;
    return [setOf(captions, { tags, ...(draw && { drawn: [...new Set(draw)] }) })];
  });
}
