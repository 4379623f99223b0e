/** That docs/statistics.md says what the code computes, and names what there is. */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { figures } from './figures.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const text = readFileSync(join(ROOT, 'docs/statistics.md'), 'utf8');
const blocks = [
  ...text.matchAll(/^```console\n\$ node test\/stats\/figures\.ts (\w+)\n([\s\S]*?)^```$/gm),
].map(([, name, output]) => ({ name: name!, output: output!.trimEnd().split('\n') }));
const withoutBlocks = (part: string) => part.replace(/^```[\s\S]*?^```$/gm, '');
/** Words of digits: `28.5`, `154`, `0.0001`. */
const numbers = (part: string) => part.match(/\d+(?:\.\d+)?/g) ?? [];

describe('docs/statistics.md', () => {
  test('shows every block of figures, once', () => {
    expect(blocks.map(({ name }) => name).sort()).toEqual(Object.keys(figures).sort());
  });

  test.each(blocks)('prints what `figures.ts $name` prints', ({ name, output }) => {
    expect(output).toEqual(figures[name]!());
  });

  test('states a command that works', () => {
    const command = [join(ROOT, 'test/stats/figures.ts'), 'pairing'];
    const printed = execFileSync(process.execPath, command, { encoding: 'utf8' });
    expect(printed.trimEnd().split('\n')).toEqual(figures.pairing!());
  });

  test('uses no number in the words of an example that its block does not show', () => {
    const examples = text.split(/^(?=##)/m).filter((part) => part.startsWith('### Example'));
    expect(examples.length).toBe(blocks.length);
    for (const part of examples) {
      const title = part.split('\n', 1)[0]!;
      const shown = new Set(numbers(part.match(/^```[\s\S]*?^```$/m)![0]));
      // The level, and what the example's title or the lines above the block declare.
      const given = new Set(['0', '0.05', ...numbers(title), ...numbers(part.split('```', 1)[0]!)]);
      const words = withoutBlocks(part).split('\n').slice(1).join('\n');
      const unknown = numbers(words).filter((number) => !shown.has(number) && !given.has(number));
      expect(unknown, title).toEqual([]);
    }
  });

  test('names functions that exist where it says', () => {
    // `name` (`file`), also with a line break between, or `name` and `other` (`file`).
    const named = [...text.matchAll(/`(\w+)`(?: and `(\w+)`)?\s+\(`(src\/stats\/[\w-]+\.ts)`[:;)]?/g)];
    expect(named.length).toBeGreaterThan(15);
    for (const [, first, second, file] of named) {
      const code = readFileSync(join(ROOT, file!), 'utf8');
      for (const name of [first, second].filter((name) => name !== undefined)) {
        expect(code, `${name} in ${file}`).toMatch(new RegExp(`^export (?:function|class) ${name}\\b`, 'm'));
      }
    }
  });

  test('names every statistic that there is, distributions apart', () => {
    const tools = ['acceleration', 'quantile', 'temperatureLoss', 'curveAt', 'pairwiseLoss'];
    const exported = globSync('src/stats/*.ts', { cwd: ROOT })
      .filter((file) => !/\b(?:binomial|normal|student-t|polygamma)\.ts$/.test(file))
      .flatMap((file) => [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^export function (\w+)/gm)])
      .map(([, name]) => name!);
    expect(exported.filter((name) => !text.includes(`\`${name}\``) && !tools.includes(name))).toEqual([]);
  });

  test('links to sections that exist', () => {
    const slug = (title: string) =>
      title
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .trim()
        .replace(/\s/g, '-');
    const sections = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) => slug(title!));
    const links = [...text.matchAll(/\]\((?:([\w.]+))?#([\w-]+)\)/g)];
    expect(links.length).toBeGreaterThan(5);
    for (const [, file, anchor] of links) {
      if (file) expect(existsSync(join(ROOT, 'docs', file))).toBe(true);
      else expect(sections).toContain(anchor);
    }
  });
});
