/** That the pages name commands, flags, files and sections that there are, and that the command line is all in them. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SCORE_LOSSES } from '../../src/diffusion/denoising-error.ts';
import { packageRoot } from '../../src/hub/package-root.ts';
import {
  callsIn,
  commandsOf,
  faultOf,
  faultOfNpm,
  knownFlags,
  nameOf,
  program,
  words,
} from './command-line.ts';
import { allPages, anchors, blocks, links, pages, spans } from './markdown.ts';

const all = pages();
/** All code of the pages, a line each. */
const code = all.flatMap((page) => [
  ...blocks(page).flatMap(({ file, line, lines }) =>
    joined(lines).map(([index, text]) => ({ file, line: line + index, code: text })),
  ),
  ...spans(page),
]);
const commandNames = new Set(program.commands.map((command) => command.name()));
/** Flags of other programs, and those of other people's scripts that pages speak of. */
const FOREIGN = new Set(
  '--ignore-scripts --silent --seed --model --task --no-python --nproc-per-node --for --timeout --randomize_noise --use_normed_classifier --reinit_noise --save_vb --kind --look --count --requeue --array'.split(
    ' ',
  ),
);

/** Lines of a block; one that ends in a backslash goes on in the next. */
function joined(lines: readonly string[]): [index: number, text: string][] {
  const found: [number, string][] = [];
  let goesOn = false;
  for (const [index, line] of lines.entries()) {
    const text = line.replace(/\s*\\$/, '');
    if (goesOn) found.at(-1)![1] += ` ${text.trim()}`;
    else found.push([index, text]);
    goesOn = line.endsWith('\\');
  }
  return found;
}

test('every call of winoscope in the pages has commands, flags and values that there are', () => {
  const faults = code.flatMap(({ file, line, code }) => {
    const [first = '', second] = words(code);
    // In sentences the program's name is often left out: `task new FOLDER`, `score --dry-run`.
    const calls = second !== undefined && commandNames.has(first) ? [words(code)] : callsIn(code);
    return calls
      .map(faultOf)
      .flatMap((fault) => (fault === undefined ? [] : `${file}:${line}: ${fault} in \`${code}\``));
  });
  expect(faults).toEqual([]);
});

test('every script and flag of a script in the pages is there', () => {
  const faults = code.flatMap(({ file, line, code }) => {
    const fault = faultOfNpm(code);
    return fault === undefined ? [] : `${file}:${line}: ${fault}`;
  });
  expect(faults).toEqual([]);
});

test('every flag that stands alone in a sentence is one of some command', () => {
  const known = knownFlags();
  const unknown = all
    .flatMap(spans)
    .filter(({ code }) => !/^(?:optimum-cli|npm|npx|sbatch|kubectl|ssh|torchrun|rsync)\b/.test(code))
    .flatMap(({ file, line, code }) =>
      [...code.matchAll(/(?<![\w-])--[a-z][\w-]*/g)].map(([flag]) => ({
        flag,
        at: `${file}:${line}: ${flag}`,
      })),
    )
    .filter(({ flag }) => !known.has(flag) && !FOREIGN.has(flag));
  expect(unknown.map(({ at }) => at)).toEqual([]);
});

describe('docs/cli.md', () => {
  const text = readFileSync(join(packageRoot(), 'docs', 'cli.md'), 'utf8');
  const titles = [...text.matchAll(/^## `winoscope ([^`]+)`/gm)].map(([, title]) => title!);

  test('has a section or a row for every command', () => {
    const missing = commandsOf()
      .map(nameOf)
      .filter(
        (name) =>
          !titles.some((title) => title === name || title.startsWith(`${name} `)) &&
          !new RegExp(`^\\| \`${name}[ \`]`, 'm').test(text),
      );
    expect(missing).toEqual([]);
  });

  test('names every flag of every command', () => {
    const named = (flag: string) => new RegExp(`${flag}(?![\\w-])`).test(text);
    const missing = [program, ...commandsOf()].flatMap((command) =>
      command.options
        .filter(({ long, hidden }) => long !== undefined && !hidden && !named(long!))
        .map(({ long }) => `${nameOf(command)} ${long}`),
    );
    expect(missing).toEqual([]);
  });
});

test('docs/analysis.md says what every loss is', () => {
  const page = readFileSync(join(packageRoot(), 'docs', 'analysis.md'), 'utf8');
  for (const loss of SCORE_LOSSES) expect(page).toContain(`\n- \`${loss}\`: `);
});

test('README names the Node that the package needs', () => {
  const { engines } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  const needed = /^>=(.+)$/.exec(engines.node)?.[1];
  const readme = readFileSync(join(packageRoot(), 'README.md'), 'utf8');
  expect(readme).toMatch(new RegExp(`npx winoscope score\`, with\\s+Node\\s+${needed} or\\s+newer`));
});

test('docs/README.md lists every page of docs, and README links to each', () => {
  const listOf = (file: string) => {
    const page = allPages().find((one) => one.file === file)!;
    return new Set(links(page).map(({ target }) => normalize(join(dirname(file), target.split('#')[0]!))));
  };
  const inDocs = all
    .map(({ file }) => file)
    .filter((file) => file.startsWith('docs/') && file !== 'docs/README.md');
  expect(inDocs.filter((file) => !listOf('docs/README.md').has(file))).toEqual([]);
  expect(inDocs.filter((file) => !listOf('README.md').has(file))).toEqual([]);
});

describe('links', () => {
  const inRepository = new Map(allPages().map((page) => [page.file, page]));
  const local = allPages()
    .flatMap(links)
    .filter(({ target }) => !/^[a-z]+:/.test(target));

  test('lead to files that are there', () => {
    expect(local.length).toBeGreaterThan(200);
    const dead = local.filter(({ file, target }) => {
      const [path] = target.split('#');
      return path !== '' && !existsSync(join(packageRoot(), dirname(file), path!));
    });
    expect(dead.map(({ file, line, target }) => `${file}:${line}: ${target}`)).toEqual([]);
  });

  test('name sections that are there', () => {
    const dead = local.filter(({ file, target }) => {
      const [path = '', anchor] = target.split('#');
      const page = inRepository.get(path === '' ? file : normalize(join(dirname(file), path)));
      return anchor !== undefined && page !== undefined && !anchors(page).has(anchor);
    });
    expect(dead.map(({ file, line, target }) => `${file}:${line}: ${target}`)).toEqual([]);
  });
});

test('files and folders of the repository that the pages name are there', () => {
  const named = all
    .flatMap(spans)
    .filter(
      ({ code }) => !/NAME/.test(code) && /^(?:src|test|tui|tasks|fixtures|docs)\/[\w./-]+$/.test(code),
    );
  expect(named.length).toBeGreaterThan(50);
  const missing = named.filter(({ code }) => !existsSync(join(packageRoot(), code)));
  expect(missing.map(({ file, line, code }) => `${file}:${line}: ${code}`)).toEqual([]);
});

describe('the check itself', () => {
  test.each([
    ['winoscope scre', 'winoscope has no command "scre"'],
    ['winoscope score --limits 3', 'score has no flag --limits'],
    ['winoscope report RUN --format md|docx', '--format does not take "docx"'],
    ['winoscope score --workers none', '--workers does not take "none"'],
    ['winoscope submit slurm -- tiny-world --nothing', 'score has no flag --nothing'],
    ['for i in 1 2; do ssh n$i "winoscope score --shards $i/2"; done', 'score has no flag --shards'],
  ])('finds what is wrong with `%s`', (line, fault) => {
    expect(callsIn(line).map(faultOf).join().replace(/^ ?/, '')).toContain(fault.replace(/^winoscope /, ''));
  });

  test('finds scripts and their flags that are not there', () => {
    expect(faultOfNpm('npm run lint')).toMatch(/no script "lint"/);
    expect(faultOfNpm('npm run faults -- --round 5')).toMatch(/no flag --round/);
    expect(faultOfNpm('npm run faults -- --rounds 5')).toBeUndefined();
  });
});
