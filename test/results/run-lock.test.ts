/** The lock of a run folder: among processes of one machine, and among machines that share a disk. */

import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ResultsError } from '../../src/errors.ts';
import { RunFolder } from '../../src/results/run-folder.ts';
import { seenHolder } from '../../src/results/run-lock.ts';
import { temporaryFolder } from '../temporary.ts';

function newFolder(): RunFolder {
  const folder = new RunFolder(join(temporaryFolder(), 'run'));
  folder.create();
  return folder;
}

const writeLock = (folder: RunFolder, holder: unknown) =>
  writeFileSync(folder.lockFile, typeof holder === 'string' ? holder : JSON.stringify(holder));

/** Lets the last sign of life be that old. */
function age(file: string, seconds: number): void {
  const then = Date.now() / 1000 - seconds;
  utimesSync(file, then, then);
}

describe('on one machine', () => {
  test('keeps others out until it is given back', async () => {
    const folder = newFolder();
    const lock = await folder.lock();
    await expect(folder.lock()).rejects.toThrow(ResultsError);
    await expect(folder.lock()).rejects.toThrow(`process ${process.pid} on ${hostname()}`);
    lock.release();
    expect(readdirSync(folder.path).filter((name) => name.includes('lock'))).toEqual([]);
    (await folder.lock()).release();
  });

  test('is held by another living process, however long it gave no sign', async () => {
    const folder = newFolder();
    writeLock(folder, { host: hostname(), pid: process.ppid });
    age(folder.lockFile, 3600);
    await expect(folder.lock()).rejects.toThrow(new RegExp(`in use: .*run .*process ${process.ppid} on`));
    expect(existsSync(folder.lockFile)).toBe(true);
  });

  test('of a process that ended is taken over at once', async () => {
    const folder = newFolder();
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeLock(folder, { host: hostname(), pid });
    const lock = await folder.lock({ onWait: () => expect.unreachable('there is nothing to wait for') });
    expect(JSON.parse(readFileSync(folder.lockFile, 'utf8'))).toMatchObject({
      host: hostname(),
      pid: process.pid,
    });
    lock.release();
  });

  test('a claim that a killed process left half written goes with the next lock, whoever it was to be', async () => {
    const folder = newFolder();
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const claims = [`${pid}.0011`, `${process.ppid}.2233`].map((name) => `${folder.lockFile}.${name}`);
    for (const claim of claims) writeFileSync(claim, '{"host":');
    const lock = await folder.lock();
    expect(claims.map((claim) => existsSync(claim))).toEqual([false, true]);
    lock.release();
  });

  test('of a process whose number another one has by now is taken over at once', async (context) => {
    if (process.platform !== 'linux') context.skip('only Linux tells when a process began');
    const folder = newFolder();
    const mine = await folder.lock();
    const holder = JSON.parse(readFileSync(folder.lockFile, 'utf8'));
    mine.release();
    writeLock(folder, { ...holder, since: '1', token: 'other' });
    (await folder.lock()).release();
  });

  test.each(['', '{"host":', 'null'])('that holds %j is nobody’s', async (text) => {
    const folder = newFolder();
    writeLock(folder, text);
    (await folder.lock()).release();
    expect(existsSync(folder.lockFile)).toBe(false);
  });

  test('goes to one of many processes that ask at the same time', async () => {
    const folder = newFolder();
    writeLock(folder, { host: hostname(), pid: spawnSync(process.execPath, ['-e', '']).pid });
    const code = `
      import { RunFolder } from ${JSON.stringify(new URL('../../src/results/run-folder.ts', import.meta.url).href)};
      try {
        await new RunFolder(process.argv[1]).lock();
        process.stdout.write('mine');
      } catch (error) {
        process.stdout.write(/in use/.test(error.message) ? 'refused' : error.message);
      }
      process.stdin.resume();
    `;
    const claimants = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', code, folder.path], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    const said = await Promise.all(
      claimants.map(
        ({ stdout }) => new Promise((resolve) => stdout.once('data', (text) => resolve(`${text}`))),
      ),
    );
    for (const { stdin } of claimants) stdin.end();
    expect(said.sort()).toEqual(['mine', ...Array(5).fill('refused')]);
  });

  test('in a folder that is not there is a failure to write', async () => {
    const folder = new RunFolder(join(temporaryFolder(), 'none'));
    await expect(folder.lock()).rejects.toThrow(ResultsError);
    await expect(folder.lock()).rejects.toThrow(/cannot write results/);
  });
});

describe('of another machine', () => {
  const elsewhere = { host: 'elsewhere', pid: 1, token: 'theirs' };

  test('is believed when it gives a sign of life, and the wait ends there', async () => {
    const folder = newFolder();
    writeLock(folder, elsewhere);
    const beats = setInterval(() => writeLock(folder, elsewhere), 20);
    const waited: string[] = [];
    await expect(folder.lock({ onWait: ({ host }) => waited.push(host) })).rejects.toThrow(
      /on elsewhere.*delete .*run\.lock/,
    );
    clearInterval(beats);
    expect(waited).toEqual(['elsewhere']);
  });

  test('is taken over when it gave none for long', async () => {
    const folder = newFolder();
    writeLock(folder, elsewhere);
    age(folder.lockFile, 61);
    (await folder.lock({ onWait: () => expect.unreachable('it was waited for long enough') })).release();
  });

  test('is taken over after a wait where it gives none meanwhile', async () => {
    const folder = newFolder();
    writeLock(folder, elsewhere);
    (await folder.lock({ staleMs: 300 })).release();
  });

  test('of a container with the same name counts as another machine’s', async () => {
    const folder = newFolder();
    writeLock(folder, { ...elsewhere, host: hostname(), pid: process.pid, place: 'another boot' });
    (await folder.lock({ staleMs: 300 })).release();
  });

  test('need not be waited for to the end: a signal ends it', async () => {
    const folder = newFolder();
    writeLock(folder, elsewhere);
    const stop = new AbortController();
    await expect(folder.lock({ signal: stop.signal, onWait: () => stop.abort() })).rejects.toThrow(/abort/i);
    expect(JSON.parse(readFileSync(folder.lockFile, 'utf8'))).toEqual(elsewhere);
  });

  test('is shown in lists while it is fresh', () => {
    const folder = newFolder();
    writeLock(folder, elsewhere);
    expect(folder.holder()).toEqual(elsewhere);
    age(folder.lockFile, 61);
    expect(seenHolder(folder.lockFile)).toBeUndefined();
  });
});

describe('the heartbeat', () => {
  test('renews the lock and changes nothing in it', async () => {
    const folder = newFolder();
    const lock = await folder.lock({ beatMs: 10 });
    const text = readFileSync(folder.lockFile, 'utf8');
    age(folder.lockFile, 3600);
    const isOld = () => Date.now() - statSync(folder.lockFile).mtimeMs > 1_800_000;
    while (isOld()) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(readFileSync(folder.lockFile, 'utf8')).toBe(text);
    expect(lock.lost.aborted).toBe(false);
    lock.release();
  });

  test.each([
    [
      'taken over by another process',
      (file: string) => writeFileSync(file, '{"host":"elsewhere","pid":1}'),
      /another process took the run folder over: .*process 1 on elsewhere works on it; this one stood still/,
    ],
    [
      'deleted by hand',
      (file: string) => rmSync(file),
      /the lock of the run folder was taken away while the run went on: .*no lock/,
    ],
    [
      'moved away with its folder, where another run began',
      (file: string) => {
        renameSync(dirname(file), `${dirname(file)}-moved`);
        mkdirSync(dirname(file));
        writeFileSync(file, '{"host":"elsewhere","pid":1}');
      },
      /the run folder was moved or removed while the run went on: .*another folder in its place/,
    ],
    [
      'moved away with its folder',
      (file: string) => renameSync(dirname(file), `${dirname(file)}-moved`),
      /the run folder was moved or removed while the run went on: .*no such folder\)\. What was computed is kept/,
    ],
  ])('says so when the lock was %s, and leaves that alone', async (_, change, sentence) => {
    const folder = newFolder();
    const lock = await folder.lock({ beatMs: 10 });
    change(folder.lockFile);
    const after = existsSync(folder.lockFile);
    if (!lock.lost.aborted) await new Promise((resolve) => lock.lost.addEventListener('abort', resolve));
    expect(lock.lost.reason).toBeInstanceOf(ResultsError);
    expect((lock.lost.reason as Error).message).toMatch(sentence);
    expect(() => lock.check()).toThrow(sentence);
    lock.release();
    expect(existsSync(folder.lockFile)).toBe(after);
  });
});
