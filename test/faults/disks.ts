/** Faults of disks: full, read-only, with a limit on file sizes, and files that were torn or had bits flipped. */

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { auditNumbers } from '../../src/run/audit-numbers.ts';
import { openForAudit } from '../../src/run/audit-open.ts';
import { openRun } from '../../src/run/open-run.ts';
import type { Random } from '../../src/stats/random.ts';
import { BIN, runCli, startProgram } from '../support/run-cli.ts';
import { demand, demandSentence, type Fault, type Lab, untilPart } from './lab.ts';

/** Runs a program; true where it succeeds. */
const run = (program: string, ...args: string[]) =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0;

/** Does something on a file system in memory; undefined where none may be mounted. */
async function onTmpfs<T>(
  folder: string,
  size: string,
  use: (mount: string) => Promise<T>,
): Promise<T | undefined> {
  const mount = join(folder, 'mount');
  mkdirSync(mount, { recursive: true });
  if (!run('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', mount)) return undefined;
  try {
    return await use(mount);
  } finally {
    run('umount', '-l', mount);
  }
}

const NO_MOUNT = { notRun: 'no file system may be mounted here (needs root)' };

export const diskFaults: Fault[] = [
  {
    name: 'full-disk',
    what: 'a disk of 40 to 400 KB (tmpfs), then a larger one',
    rounds: { short: 1, long: 20 },
    async round(lab, folder, random) {
      const size = `${40 + Math.floor(random.uniform() * 360)}k`;
      const outcome = await onTmpfs(folder, size, async (mount) => {
        const path = join(mount, 'run');
        const result = await runCli(lab.args(path));
        if (result.code !== 0) demandSentence(result, /cannot write.*(no space left|ENOSPC)/i);
        if (existsSync(join(path, 'run.json'))) lab.read(path);
        demand(run('mount', '-o', 'remount,size=64m', mount), 'the disk grows');
        await lab.finish(path);
        return 'survived' as const;
      });
      return outcome ?? NO_MOUNT;
    },
  },
  {
    name: 'file-limit',
    what: 'a limit on the size of files (ulimit −f)',
    rounds: { short: 1, long: 10 },
    async round(lab, folder, random) {
      const path = join(folder, 'run');
      const blocks = `${4 + Math.floor(random.uniform() * 60)}`; // of 512 bytes
      const args = [process.execPath, BIN, ...lab.args(path)];
      const result = await startProgram('sh', ['-c', `ulimit -f ${blocks} && exec "$@"`, 'sh', ...args])
        .result;
      if (result.code !== 0) demandSentence(result, /cannot write/);
      if (existsSync(join(path, 'run.json'))) lab.read(path);
      await lab.finish(path);
      return 'survived';
    },
  },
  {
    name: 'read-only',
    what: 'a folder that turns read-only between two sessions',
    rounds: { short: 1, long: 5 },
    async round(lab, folder, random) {
      const use = async (path: string, setReadOnly: (on: boolean) => boolean) => {
        const cli = lab.start(path);
        if (await untilPart(lab, path, random.uniform(), cli.result)) cli.child.kill('SIGKILL');
        await cli.result;
        demand(setReadOnly(true), 'the folder is read-only');
        try {
          const refused = await runCli(lab.args(path));
          demandSentence(refused, /cannot write/);
          demand(lab.read(path) === undefined, 'it can still be read');
        } finally {
          setReadOnly(false);
        }
        await lab.finish(path);
        return 'survived' as const;
      };
      if (process.getuid?.() !== 0) {
        const path = join(folder, 'run');
        const setMode = (on: boolean) => {
          for (const part of ['', 'segments', 'trials', 'maps', 'scores'])
            chmodSync(join(path, part), on ? 0o555 : 0o755);
          return true;
        };
        return use(path, setMode);
      }
      const remount = (mount: string) => (on: boolean) =>
        run('mount', '-o', `remount,${on ? 'ro' : 'rw'}`, mount);
      return (await onTmpfs(folder, '64m', (mount) => use(join(mount, 'run'), remount(mount)))) ?? NO_MOUNT;
    },
  },
  {
    name: 'damage-final',
    what: 'one file of a finished run torn, or one bit of it flipped',
    rounds: { short: 1, long: 60 },
    async round(lab, folder, random) {
      const path = join(folder, 'run');
      for (let k = 0; k < 20; k++) {
        cpSync(lab.reference, path, { recursive: true });
        const file = damage(path, random);
        demand(findsDamage(lab, path, file), `damage in ${file} is found and named`);
        rmSync(path, { recursive: true });
      }
      cpSync(lab.reference, path, { recursive: true });
      const file = damage(path, random);
      const result = await runCli(lab.args(path));
      if (result.code !== 0) {
        demandSentence(result, /damaged|changed|of another run/);
        demand(result.stderr.includes(file), `the file is named: ${result.stderr}`);
        // What the sentence says: put back what cannot be computed, move away what can.
        if (file === 'run.json') cpSync(join(lab.reference, file), join(path, file));
        else rmSync(join(path, file));
      }
      await lab.finish(path);
      return 'survived';
    },
  },
  {
    name: 'missing-final',
    what: 'any one file of a finished run deleted',
    rounds: { short: 1, long: 20 },
    async round(lab, folder, random) {
      const path = join(folder, 'run');
      const files = filesOf(lab.reference);
      for (const file of files) {
        cpSync(lab.reference, path, { recursive: true });
        rmSync(join(path, file));
        demand(findsMissing(path, file), `that ${file} is missing is found`);
        rmSync(path, { recursive: true });
      }
      cpSync(lab.reference, path, { recursive: true });
      const file = files[Math.floor(random.uniform() * files.length)]!;
      rmSync(join(path, file));
      if (file === 'run.json') {
        demandSentence(await runCli(lab.args(path)), /results but no run.json .* Put its run.json back/);
        cpSync(join(lab.reference, file), join(path, file));
      }
      await lab.finish(path);
      return 'survived';
    },
  },
  {
    name: 'damage-segments',
    what: 'segments of a killed run torn, or one bit of one flipped',
    rounds: { short: 1, long: 40 },
    async round(lab, folder, random) {
      const path = join(folder, 'run');
      const cli = lab.start(path);
      if (await untilPart(lab, path, 0.3 + random.uniform() * 0.7, cli.result)) cli.child.kill('SIGKILL');
      await cli.result;
      const names = readdirSync(join(path, 'segments'));
      if (names.length > 0) {
        for (let k = 0; k < 20; k++) {
          const copy = join(folder, 'copy');
          cpSync(path, copy, { recursive: true });
          damage(
            copy,
            random,
            names.map((name) => join('segments', name)),
          );
          demand(lab.read(copy) === undefined, 'what is whole can be read');
          rmSync(copy, { recursive: true });
        }
        damage(
          path,
          random,
          names.map((name) => join('segments', name)),
        );
      }
      await lab.finish(path);
      return 'survived';
    },
  },
];

/** Whether an audit misses a file; without a manifest there is no run to audit. */
function findsMissing(path: string, file: string): boolean {
  if (file === 'run.json') return !existsSync(join(path, file));
  const { found, damage } = openForAudit(path);
  const failed = found?.whole ? auditNumbers(found.whole).filter(({ state }) => state === 'failed') : [];
  const told = [...damage, ...failed.map(({ message }) => message)];
  return told.length === 1 && told[0]!.includes(join(path, file));
}

/** Cuts a file of the run short, or flips a bit of it. Returns its name. */
function damage(path: string, random: Random, names = filesOf(path)): string {
  const name = names[Math.floor(random.uniform() * names.length)]!;
  const bytes = readFileSync(join(path, name));
  const at = Math.floor(random.uniform() * bytes.length);
  if (random.uniform() < 0.4) writeFileSync(join(path, name), bytes.subarray(0, at));
  else {
    bytes[at]! ^= 1 << Math.floor(random.uniform() * 8);
    writeFileSync(join(path, name), bytes);
  }
  return name;
}

function filesOf(path: string): string[] {
  const names = readdirSync(path, { recursive: true }) as string[];
  return names.filter((name) => statSync(join(path, name)).isFile());
}

/** Whether reading or auditing the run names the file, or nothing in it changed that is read (white space). */
function findsDamage(lab: Lab, path: string, file: string): boolean {
  const refused = lab.read(path);
  if (refused !== undefined) return refused.includes(file);
  const found = auditNumbers(openRun(path)).filter(({ state }) => state === 'failed');
  if (found.length > 0) return found.every(({ message }) => message.includes(file));
  return isSame(readFileSync(join(path, file), 'utf8'), readFileSync(join(lab.reference, file), 'utf8'));
}

/** Whether two JSON texts, or files of JSON lines, say the same. */
function isSame(a: string, b: string): boolean {
  const parsed = (text: string) => {
    try {
      return JSON.stringify(JSON.parse(text));
    } catch {
      return JSON.stringify(
        text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
      );
    }
  };
  try {
    return parsed(a) === parsed(b);
  } catch {
    return false;
  }
}
