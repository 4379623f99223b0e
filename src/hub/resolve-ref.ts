/** From what a user names to a model folder. */

import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { packageRoot } from './package-root.ts';

/** The name under which the models inside this package are referred to. */
export const EMBEDDED = 'tiny-world';

/** What a scorer may be called: its name becomes file names, on Windows too, where some names are devices. */
export const SCORER_NAME = /^(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9][a-z0-9._-]{0,63}$/i;

/** `SCORER_NAME` in words. */
export const SCORER_NAME_FORM =
  'letters, digits, ".", "_" and "-", 64 at most, and no name of a device of Windows (con, aux, nul, …)';

/** A model that a user named: an optional name for the scorer, and the folder that holds the files. */
export interface ModelRef {
  name: string;
  /** As the user wrote it; of a model on the Hub `org/name@COMMIT`. Shown in results. */
  ref: string;
  folder: string;
  /** Of a model on the Hub. */
  commit?: string;
}

export type ModelKind = 'diffusion' | 'clip';

/**
 * Takes `[NAME=]REF` apart.
 * @param kind the scorer's name where none is given.
 * @throws UsageError where the name has characters that a file name cannot have.
 */
export function splitRef(text: string, kind: ModelKind): { name: string; ref: string } {
  const [, name = kind, ref = ''] = /^(?:([^=/\\]+)=)?(.*)$/s.exec(text) ?? [];
  if (SCORER_NAME.test(name)) return { name, ref };
  throw new UsageError({
    what: `"${name}" cannot name a scorer`,
    where: `--${kind} ${text}`,
    expected: SCORER_NAME_FORM,
  });
}

/** The path that a reference means as a folder; a shell leaves `~` alone after `NAME=`. */
export function folderPath(ref: string): string {
  return resolve(ref.replace(/^~(?=$|[/\\])/, homedir()));
}

/** Whether a reference can only be a path: nothing on the Hub begins like that. */
export function isPath(ref: string): boolean {
  return /^(?:[./~\\]|[A-Za-z]:[\\/])/.test(ref);
}

/** Whether a reference is found without the Hub, or nowhere. */
export function isLocal(ref: string): boolean {
  return ref === EMBEDDED || isPath(ref) || isFolder(folderPath(ref));
}

/** Whether there is such a folder. */
export function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/**
 * Resolves `[NAME=]REF`, where REF is a folder or `tiny-world` for the model that ships with this package. The bare
 * name always means that one; a folder of the same name is `./tiny-world`. `resolveModel` also takes names on the Hub.
 * @param kind which of the embedded models is meant, and the scorer's name where none is given.
 * @throws UsageError where the folder does not exist, or the name has characters that a file name cannot have.
 */
export function resolveRef(text: string, kind: ModelKind): ModelRef {
  const { name, ref } = splitRef(text, kind);
  if (ref === EMBEDDED) return { name, ref, folder: join(packageRoot(), 'fixtures', 'tiny-world', kind) };
  const folder = folderPath(ref);
  if (ref !== '' && isFolder(folder)) return { name, ref, folder };
  throw new UsageError({
    what: 'no such model folder',
    where: `--${kind} ${text}`,
    expected: `a folder with ONNX files, ORG/NAME or ORG/NAME@REVISION on the Hub, or "${EMBEDDED}" for the model inside this package`,
    got:
      ref === ''
        ? 'nothing'
        : `no folder ${folder}${isPath(ref) ? '' : ', and no name that the Hub can have'}`,
  });
}
