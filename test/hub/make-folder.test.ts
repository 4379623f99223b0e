/** Folders on real disks, and under /proc, where the system refuses in a way that `recursive` never returns from. */

import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../../src/hub/make-folder.ts';
import { temporaryFolder } from '../temporary.ts';

test('every missing level is made, and one that is there stays', () => {
  const path = join(temporaryFolder(), 'a', 'b', 'c');
  makeFolder(path);
  writeFileSync(join(path, 'file'), 'kept');
  makeFolder(path);
  expect(statSync(path).isDirectory()).toBe(true);
  expect(readFileSync(join(path, 'file'), 'utf8')).toBe('kept');
});

test('a link to a folder is a folder', () => {
  const root = temporaryFolder();
  makeFolder(join(root, 'real'));
  symlinkSync('real', join(root, 'link'));
  makeFolder(join(root, 'link', 'below'));
  expect(existsSync(join(root, 'real', 'below'))).toBe(true);
});

test('a file in its place or above it is the file system’s error, and is kept', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, 'mine');
  expect(() => makeFolder(file)).toThrow(/EEXIST/);
  expect(() => makeFolder(join(file, 'below', 'it'))).toThrow(/ENOTDIR/);
  expect(readFileSync(file, 'utf8')).toBe('mine');
});

test('a link that leads nowhere is refused', () => {
  const root = temporaryFolder();
  symlinkSync('nowhere', join(root, 'link'));
  expect(() => makeFolder(join(root, 'link'))).toThrow(/EEXIST/);
});

test.runIf(existsSync('/proc/self'))('a place where no folder can be made is refused at once', () => {
  expect(() => makeFolder('/proc/nope')).toThrow(/ENOENT|EACCES|EPERM/);
  expect(() => makeFolder('/proc/nope/below')).toThrow(/ENOENT|EACCES|EPERM/);
});
