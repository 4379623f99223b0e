/** The import rules of the code base, checked on the text of its files. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A file may import from its own layer and from those before it. */
const LAYERS = [
  'src/errors.ts',
  'src/stats/',
  'src/hub/',
  'src/onnx/',
  'src/images/',
  'src/tokenizers/',
  'src/diffusion/',
  'src/models/',
  'src/metrics/',
  'src/scoring/',
  'tasks/',
  'src/results/',
  'src/run/',
  'src/report/',
  'tui/',
  'src/cli/',
];
/** The library's face: it may import everything, nothing imports it. */
const FACE = 'src/index.ts';
const MAX_LINES = 300;

interface Import {
  /** As written: `./x.ts`, `node:fs`, `zod`. */
  specifier: string;
  typeOnly: boolean;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** Static and dynamic imports, re-exports, and files named by `new URL('./x', import.meta.url)`. */
function importsOf(text: string): Import[] {
  const code = withoutComments(text);
  const statics = code.matchAll(
    /\b(?:import|export)\s+(type\s+)?(?:[\w$*{}\s,]+?\sfrom\s+)?['"]([^'"]+)['"]/g,
  );
  const dynamics = code.matchAll(/\bimport\(\s*['"`]([^'"`]+)['"`]/g);
  const files = code.matchAll(/\bnew URL\(\s*['"`](\.{1,2}\/[^'"`$]+)/g);
  return [
    ...[...statics].map(([, type, specifier]) => ({ specifier: specifier!, typeOnly: type !== undefined })),
    ...[...dynamics, ...files].map(([, specifier]) => ({ specifier: specifier!, typeOnly: false })),
  ];
}

/** The file that a relative specifier means, relative to the root; a compiled ending stands for the source. */
function target(from: string, specifier: string): string | undefined {
  const base = resolve(ROOT, dirname(from), specifier);
  const candidates = [
    base,
    `${base}.ts`,
    `${base}.tsx`,
    base.replace(/\.js$/, '.ts'),
    base.replace(/\.js$/, '.tsx'),
  ];
  const found = candidates.find((path) => /\.\w+$/.test(path) && existsSync(path));
  return found && relative(ROOT, found).replaceAll('\\', '/');
}

const files = globSync(['src/**/*.{ts,tsx,js}', 'tasks/**/*.{ts,tsx}', 'tui/**/*.{ts,tsx}'], { cwd: ROOT })
  .map((file) => file.replaceAll('\\', '/'))
  .sort();
const texts = new Map(files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));
const edges = files.flatMap((from) =>
  importsOf(texts.get(from)!).map((found) => ({
    from,
    ...found,
    to: found.specifier.startsWith('.') ? target(from, found.specifier) : undefined,
  })),
);
const layerOf = (file: string) => LAYERS.findIndex((layer) => file === layer || file.startsWith(layer));
const chain = ({ from, to, specifier }: { from: string; to: string | undefined; specifier: string }) =>
  `${from} -> ${to ?? specifier}`;

describe('reading imports', () => {
  test('finds every form', () => {
    const text = [
      `import type { A } from './a.ts';`,
      `import {\n  b,\n  type C,\n} from './b.ts';`,
      `import './c.ts';`,
      `export * from './d.ts';`,
      `export { e } from "./e.ts";`,
      `const f = await import('./f.ts');`,
      `new Worker(new URL('./g.ts', import.meta.url));`,
      ['new URL(`./h$', '{ending}`, import.meta.url);'].join(''),
      `// import './no.ts'`,
      `/** import('./never.ts') */`,
      `import i, * as j from 'package';`,
    ].join('\n');
    expect(
      importsOf(text).map(({ specifier, typeOnly }) => (typeOnly ? `type ${specifier}` : specifier)),
    ).toEqual(['type ./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', 'package', './f.ts', './g.ts', './h']);
  });

  test('sees the code base', () => {
    expect(files.length).toBeGreaterThan(50);
    const known = edges.map(chain);
    expect(known).toContain('src/run/worker-pool.ts -> src/run/worker.ts');
    expect(known).toContain('src/onnx/session.ts -> onnxruntime-node');
    expect(known).toContain('src/onnx/session.ts -> src/errors.ts');
  });
});

describe('layers', () => {
  test('every file belongs to one', () => {
    expect(files.filter((file) => file !== FACE && layerOf(file) < 0)).toEqual([]);
  });

  test('every relative import leads to a file of one', () => {
    const lost = edges.filter(({ specifier, to }) => specifier.startsWith('.') && !texts.has(to ?? ''));
    expect(lost.map(chain)).toEqual([]);
  });

  test('imports go to the same or an earlier one', () => {
    const upward = edges.filter(
      ({ from, to }) => from !== FACE && to && (to === FACE || layerOf(to) > layerOf(from)),
    );
    expect(upward.map(chain)).toEqual([]);
  });

  test('metrics import nothing but metrics', () => {
    const outward = edges.filter(
      ({ from, to }) => from.startsWith('src/metrics/') && !to?.startsWith('src/metrics/'),
    );
    expect(outward.map(chain)).toEqual([]);
  });

  test.each([
    ['onnxruntime-node', 'src/onnx/'],
    ['apache-arrow', 'src/results/'],
  ])('%s is imported in %s only', (library, home) => {
    const users = edges.filter(
      ({ specifier }) => specifier === library || specifier.startsWith(`${library}/`),
    );
    expect(users.length).toBeGreaterThan(0);
    expect(users.filter(({ from }) => !from.startsWith(home)).map(chain)).toEqual([]);
  });

  test('only the command line prints', () => {
    const printing = files.filter((file) => /\bconsole\s*\./.test(withoutComments(texts.get(file)!)));
    expect(printing.filter((file) => !file.startsWith('src/cli/'))).toEqual([]);
  });
});

test(`no file has more than ${MAX_LINES} lines`, () => {
  const lines = (file: string) => texts.get(file)!.trimEnd().split('\n').length;
  expect(files.filter((file) => lines(file) > MAX_LINES).map((file) => `${file}: ${lines(file)}`)).toEqual(
    [],
  );
});

test('no file imports itself through others', () => {
  const next = new Map<string, string[]>();
  for (const { from, to, typeOnly } of edges)
    if (to && !typeOnly) next.set(from, [...(next.get(from) ?? []), to]);
  expect(findCycle(next)).toBeUndefined();
  expect(
    findCycle(
      new Map([
        ['a', ['b']],
        ['b', ['c', 'd']],
        ['d', ['b']],
      ]),
    ),
  ).toBe('b -> d -> b');
});

/** The first cycle as a chain, or undefined. */
function findCycle(next: ReadonlyMap<string, readonly string[]>): string | undefined {
  const finished = new Set<string>();
  const visit = (file: string, path: readonly string[]): string | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file].join(' -> ');
    if (finished.has(file)) return undefined;
    for (const to of next.get(file) ?? []) {
      const cycle = visit(to, [...path, file]);
      if (cycle) return cycle;
    }
    finished.add(file);
    return undefined;
  };
  for (const file of next.keys()) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return undefined;
}
