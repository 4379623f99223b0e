/**
 * `npm run packed`: packs the package, installs it as a user would into an empty folder whose name has spaces and letters of
 * other scripts, and uses it through npx. Prints what was done and how large everything is.
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pack, unwanted } from './contents.ts';

const root = mkdtempSync(join(tmpdir(), 'winoscope packed größe 試験 '));
let failures = 0;

/** An environment like a user's: nothing of npm's settings for this repository, no token, no switch. */
const env: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^npm_|^ONNXRUNTIME_NODE|^NODE_OPTIONS$|^HF_|^CI$/i.test(name),
  ),
);
// The Node that runs this comes first, so that npx and npm's scripts use it.
env.PATH = [
  dirname(process.execPath),
  ...(env.PATH ?? '').split(delimiter).filter((path) => !path.includes('node_modules')),
].join(delimiter);

function say(text: string): void {
  console.log(text);
}

/** Runs a command and says how it ended. @returns what it printed, undefined where it failed. */
function run(cwd: string, command: string, ...args: string[]): string | undefined {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    timeout: 600_000,
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const short = [command, ...args].join(' ').replaceAll(root, '…');
  say(`${status === 0 ? 'ok    ' : 'failed'} ${short} (${seconds} s)`);
  if (status === 0) return stdout;
  const why = stderr
    .split('\n')
    .filter((line) => /error/i.test(line))
    .slice(0, 6);
  for (const line of why) say(`         ${line.slice(0, 160)}`);
  return undefined;
}

function demand(holds: boolean, what: string): void {
  say(`${holds ? 'ok    ' : 'failed'} ${what}`);
  if (!holds) failures++;
}

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

try {
  const contents = await pack(root);
  const tarball = join(root, readdirSync(root).find((name) => name.endsWith('.tgz'))!);
  say(
    `       tarball ${megabytes(contents.size)}, ${contents.files.length} files, ${megabytes(contents.unpackedSize)} unpacked`,
  );
  demand(unwanted(contents).length === 0, 'holds nothing but what users need');

  const plain = join(root, 'default settings');
  mkdirSync(plain);
  const byDefault = run(plain, 'npm', 'install', tarball) !== undefined;
  say(
    byDefault
      ? '       the default install went through: where it has a network, onnxruntime-node fetches its CUDA libraries too'
      : '       the default install fails where onnxruntime-node cannot fetch its CUDA libraries (Linux x64); --ignore-scripts is needed',
  );
  if (byDefault) say(`       installed ${megabytes(bytesBelow(join(plain, 'node_modules')))}`);

  const app = join(root, 'ohne Skripte');
  mkdirSync(app);
  demand(
    run(app, 'npm', 'install', '--ignore-scripts', tarball) !== undefined,
    'installs with --ignore-scripts',
  );
  say(
    `       installed ${megabytes(bytesBelow(join(app, 'node_modules')))} in ${readdirSync(join(app, 'node_modules')).length} entries`,
  );
  demand(/^\d+\.\d+\.\d+/.test(run(app, 'npx', 'winoscope', '--version') ?? ''), 'runs through npx');
  const json = run(app, 'npx', 'winoscope', 'score', '--limit', '4', '--timesteps', '4', '--json', '--quiet');
  demand(json !== undefined && JSON.parse(json).examples.done === 4, 'scores the embedded probe');
  demand(run(app, 'npx', 'winoscope', 'task', 'new', 'meine Probe') !== undefined, 'makes a probe');
  demand(run(app, 'npx', 'winoscope', 'task', 'check', 'meine Probe') !== undefined, 'checks it');
  const library = run(
    app,
    process.execPath,
    '--input-type=module',
    '-e',
    "const { runTask } = await import('winoscope'); if (typeof runTask !== 'function') process.exit(1)",
  );
  demand(library !== undefined, 'is imported as a library');
  const empty = join(root, 'npx alone');
  mkdirSync(empty);
  demand(
    run(empty, 'npx', '--yes', '--ignore-scripts', `--package=${tarball}`, 'winoscope', '--version') !==
      undefined,
    'runs through npx without an install',
  );
} finally {
  rmSync(root, { recursive: true, force: true });
}
process.exitCode = failures > 0 ? 1 : 0;
