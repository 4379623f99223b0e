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

export type ModelKind = 'diffusion' | 'clip' | 'classifier';

/** The models inside this package by kind and name, with their folders in `fixtures/tiny-world`. */
export const EMBEDDED_MODELS: Readonly<Record<ModelKind, Readonly<Record<string, string>>>> = {
  diffusion: { [EMBEDDED]: 'diffusion', [`${EMBEDDED}-dit`]: 'dit' },
  clip: { [EMBEDDED]: 'clip' },
  classifier: {
    [`${EMBEDDED}-synthetic`]: 'classifiers/synthetic',
    [`${EMBEDDED}-features`]: 'classifiers/features',
    [`${EMBEDDED}-linear`]: 'classifiers/linear',
    [`${EMBEDDED}-resnet`]: 'classifiers/resnet',
    [`${EMBEDDED}-resnet-small`]: 'classifiers/resnet-small',
  },
};

/** The names of the embedded models of a kind, for a sentence. */
export function embeddedNames(kind: ModelKind): string {
  return Object.keys(EMBEDDED_MODELS[kind])
    .map((name) => `"${name}"`)
    .join(', ');
}

/** Folder of an embedded model, or undefined where the name means none of that kind. */
function embeddedFolder(ref: string, kind: ModelKind): string | undefined {
  const folders = EMBEDDED_MODELS[kind];
  if (!Object.hasOwn(folders, ref)) return undefined;
  return join(packageRoot(), 'fixtures', 'tiny-world', ...folders[ref]!.split('/'));
}

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

/** Whether a reference is the name of a model inside this package, of whatever kind. */
export function isEmbedded(ref: string): boolean {
  return Object.values(EMBEDDED_MODELS).some((folders) => Object.hasOwn(folders, ref));
}

/** Whether a reference is found without the Hub, or nowhere. */
export function isLocal(ref: string): boolean {
  return isEmbedded(ref) || isPath(ref) || isFolder(folderPath(ref));
}

/** Whether there is such a folder. */
export function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/**
 * Resolves `[NAME=]REF`, where REF is a folder or the name of a model that ships with this package. A bare name always
 * means that one; a folder of the same name is `./tiny-world`. `resolveModel` also takes names on the Hub.
 * @param kind which of the embedded models is meant, and the scorer's name where none is given.
 * @throws UsageError where the folder does not exist, or the name has characters that a file name cannot have.
 */
export function resolveRef(text: string, kind: ModelKind): ModelRef {
  const { name, ref } = splitRef(text, kind);
  const inside = embeddedFolder(ref, kind);
  if (inside !== undefined) return { name, ref, folder: inside };
  const folder = folderPath(ref);
  if (ref !== '' && isFolder(folder)) return { name, ref, folder };
  throw new UsageError({
    what: 'no such model folder',
    where: `--${kind} ${text}`,
    expected: `a folder with ONNX files, ORG/NAME or ORG/NAME@REVISION on the Hub, or for one inside this package ${embeddedNames(kind)}`,
    got:
      ref === ''
        ? 'nothing'
        : `no folder ${folder}${isPath(ref) ? '' : ', and no name that the Hub can have'}`,
  });
}
