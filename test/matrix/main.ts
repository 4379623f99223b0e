/**
 * `npm run matrix [-- 22 26]`: the built package and a core of its tests under several versions of Node, which npx fetches.
 * Prints a table; ends with 1 where a version fails, or gives other scores than the others.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/hub/package-root.ts';

const VERSIONS = ['22', '24', '26'];
/** The oldest that is told what it lacks. */
const TOO_OLD = '20';
/** Tests that touch what differs between versions: float16, threads and processes, files, HTTP, zlib. */
const CORE = [
  'test/onnx',
  'test/images/decode.test.ts',
  'test/images/archive.test.ts',
  'test/results',
  'test/run/worker-pool.test.ts',
  'test/run/determinism.test.ts',
  'test/models/families.test.ts',
  'test/hub/pull.test.ts',
  'test/tasks/probe-forms.test.ts',
  'test/cli/pair.test.ts',
  'test/cli/crashing-graph.test.ts',
];

const root = packageRoot();
const folder = mkdtempSync(join(tmpdir(), 'winoscope-matrix-'));

interface Row {
  version: string;
  scores: string;
  passed: number;
  failed: number;
}

/** The path of a version's Node, which npx fetches and keeps. */
function nodeOf(version: string): string | undefined {
  const { stdout } = spawnSync('npx', ['-y', `node@${version}`, '-p', 'process.execPath'], {
    encoding: 'utf8',
  });
  return stdout.trim() || undefined;
}

function check(version: string, node: string): Row {
  const out = join(folder, version);
  const args = ['score', '--limit', '12', '--timesteps', '8', '--quiet', '--json', '--out', out];
  const run = spawnSync(node, [join(root, 'bin', 'winoscope.js'), ...args], { encoding: 'utf8' });
  const hash = createHash('sha256');
  if (run.status === 0)
    for (const name of ['diffusion', 'clip']) hash.update(readFileSync(join(out, 'scores', `${name}.jsonl`)));
  const report = join(folder, `${version}.json`);
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  spawnSync(node, [vitest, 'run', ...CORE, '--reporter=json', `--outputFile=${report}`], {
    cwd: root,
    stdio: 'ignore',
  });
  const counts = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
    testResults: { assertionResults: { status: string; fullName: string }[] }[];
  };
  for (const { status, fullName } of counts.testResults.flatMap(({ assertionResults }) => assertionResults))
    if (status === 'failed') console.log(`  Node ${version} fails: ${fullName}`);
  return {
    version: spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim(),
    scores: run.status === 0 ? hash.digest('hex').slice(0, 12) : 'failed',
    passed: counts.numPassedTests,
    failed: counts.numFailedTests,
  };
}

const wanted = process.argv.slice(2);
const rows: Row[] = [];
try {
  for (const version of wanted.length > 0 ? wanted : VERSIONS) {
    const node = nodeOf(version);
    if (node === undefined) {
      console.error(`npx could not fetch node@${version}.`);
      process.exitCode = 1;
      continue;
    }
    rows.push(check(version, node));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${'Node'.padEnd(12)}${'scores'.padEnd(16)}${'passed'.padStart(8)}${'failed'.padStart(8)}`);
for (const { version, scores, passed, failed } of rows)
  console.log(
    `${version.padEnd(12)}${scores.padEnd(16)}${`${passed}`.padStart(8)}${`${failed}`.padStart(8)}`,
  );
const old = spawnSync('npx', ['-y', `node@${TOO_OLD}`, join(root, 'bin', 'winoscope.js')], {
  encoding: 'utf8',
});
const isTold =
  old.status === 2 && /^winoscope needs Node 22\.12 or newer; this is Node 20\./.test(old.stderr);
console.log(
  `Node ${TOO_OLD} ${isTold ? 'is told what it lacks' : `is not told what it lacks: ${old.stderr}`}`,
);
const agree =
  new Set(rows.map(({ scores }) => scores)).size <= 1 && rows.every(({ scores }) => scores !== 'failed');
if (!agree) console.log('The versions give different scores.');
if (!agree || !isTold || rows.some(({ passed, failed }) => failed > 0 || passed === 0)) process.exitCode = 1;
