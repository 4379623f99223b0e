import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { packageRoot } from './package-root.ts';

/** The name under which the models inside this package are referred to. */
export const EMBEDDED = 'tiny-world';

/** What a scorer may be called: its name becomes file names. */
export const SCORER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** A model that a user named: an optional name for the scorer, and the folder that holds the files. */
export interface ModelRef {
  name: string;
  /** As the user wrote it; shown in results. */
  ref: string;
  folder: string;
}

/**
 * Resolves `[NAME=]REF`, where REF is a folder or `tiny-world` for the model that ships with this package. The bare
 * name always means that one; a folder of the same name is `./tiny-world`.
 * @param kind which of the embedded models is meant, and the scorer's name where none is given.
 * @throws UsageError where the folder does not exist, or the name has characters that a file name cannot have.
 */
export function resolveRef(text: string, kind: 'diffusion' | 'clip'): ModelRef {
  const [, name = kind, ref = ''] = /^(?:([^=/\\]+)=)?(.*)$/s.exec(text) ?? [];
  if (!SCORER_NAME.test(name)) {
    throw new UsageError({
      what: `"${name}" cannot name a scorer`,
      where: `--${kind} ${text}`,
      expected: 'letters, digits, ".", "_" and "-", 64 at most',
    });
  }
  if (ref === EMBEDDED) {
    return { name, ref, folder: join(packageRoot(), 'fixtures', 'tiny-world', kind) };
  }
  const folder = resolve(ref);
  if (ref === '' || !existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new UsageError({
      what: 'no such model folder',
      where: `--${kind} ${text}`,
      expected: `a folder with ONNX files, or "${EMBEDDED}" for the model inside this package`,
      got: ref === '' ? 'nothing' : folder,
      fix: 'For a checkpoint on a model hub, download or export its ONNX folder first and pass that folder.',
    });
  }
  return { name, ref, folder };
}
