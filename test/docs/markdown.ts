/** The repository's pages as text, code and links: as much of Markdown as these pages use. */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/hub/package-root.ts';

export interface Page {
  /** Relative to the repository. */
  file: string;
  text: string;
}

/** A block of code, fenced or indented. */
export interface Block {
  file: string;
  /** Counted from 1, of its first line of code. */
  line: number;
  /** What stands behind the fence, as in `ts`; empty for an indented block. */
  language: string;
  lines: string[];
}

/** A piece of `code` within a sentence, a heading or a table; a line break in it is a blank. */
export interface Span {
  file: string;
  line: number;
  code: string;
}

export interface Link {
  file: string;
  line: number;
  target: string;
}

/** The pages that people read to use or to change the program. */
export function pages(root = packageRoot()): Page[] {
  const files = [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    ...globSync('docs/*.md', { cwd: root }).sort(),
  ];
  return files.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));
}

/** Every page that git has, also beside models and data. */
export function allPages(root = packageRoot()): Page[] {
  const files = globSync(['*.md', '{docs,fixtures,tasks,src,test}/**/*.md'], { cwd: root }).sort();
  return files.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));
}

/** Blocks of a page, in its order. */
export function blocks({ file, text }: Page): Block[] {
  const found: Block[] = [];
  const lines = text.split('\n');
  let fence: Block | undefined;
  let indented: Block | undefined;
  for (const [index, line] of lines.entries()) {
    const [, mark] = /^\s*```(\w*)/.exec(line) ?? [];
    if (mark !== undefined) {
      if (fence !== undefined) found.push(fence);
      fence = fence === undefined ? { file, line: index + 2, language: mark, lines: [] } : undefined;
    } else if (fence !== undefined) fence.lines.push(line);
    else if (/^ {4}/.test(line) && (indented !== undefined || lines[index - 1]?.trim() === '')) {
      indented ??= { file, line: index + 1, language: '', lines: [] };
      indented.lines.push(line.slice(4));
    } else if (indented !== undefined && line.trim() === '') indented.lines.push('');
    else if (indented !== undefined) {
      found.push(indented);
      indented = undefined;
    }
  }
  if (indented !== undefined) found.push(indented);
  for (const block of found) while (block.lines.at(-1) === '') block.lines.pop();
  return found;
}

/** A page's text with its blocks blanked out, line for line. */
export function prose(page: Page): string {
  const lines = page.text.split('\n');
  for (const { line, lines: code } of blocks(page)) {
    for (let index = 0; index < code.length; index++) lines[line - 1 + index] = '';
  }
  return lines.join('\n').replaceAll(/^\s*```.*$/gm, '');
}

/** Spans of code of a page. */
export function spans(page: Page): Span[] {
  const text = prose(page);
  return [...text.matchAll(/(`+)((?:(?!\n\s*\n)[^`])+)\1/g)].map(({ index, 2: code }) => ({
    file: page.file,
    line: lineAt(text, index),
    code: code!
      .replaceAll(/\s*\n\s*/g, ' ')
      .replaceAll('\\|', '|')
      .trim(),
  }));
}

/** Links and pictures of a page. */
export function links(page: Page): Link[] {
  const text = prose(page).replaceAll(/`[^`\n]*`/g, (code) => '.'.repeat(code.length));
  return [...text.matchAll(/\]\(([^()\s]+)\)/g)].map(({ index, 1: target }) => ({
    file: page.file,
    line: lineAt(text, index),
    target: target!,
  }));
}

/** What `#…` may name in a page, as GitHub makes it of headings; repeated ones are numbered. */
export function anchors(page: Page): Set<string> {
  const seen = new Map<string, number>();
  const found = new Set<string>();
  for (const [, title] of prose(page).matchAll(/^#+ (.+)$/gm)) {
    const slug = title!
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    found.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return found;
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
