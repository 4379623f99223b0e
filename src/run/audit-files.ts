/** Whether the files that a run's scores came from are still those: models, noises, scripts, imported scores, pictures. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '../../tasks/task.ts';
import { hashExamples } from '../../tasks/task.ts';
import { messageOf, WinoscopeError } from '../errors.ts';
import type { Manifest, ScorerIdentity } from '../results/manifest.ts';
import type { Example } from '../scoring/example.ts';
import { noisesOf } from '../scoring/noises.ts';
import { type AuditCheck, checksOf } from './audit-check.ts';
import { type RerunScorer, rerunSettings } from './rerun-settings.ts';
import { readHash } from './settings.ts';

/** What of a scorer is here. */
export interface FoundScorer {
  checks: AuditCheck[];
  /** Where its model is here and every file is the one that was used. */
  rerun?: RerunScorer;
}

/** Reads again every file that a scorer's identity names. */
export async function auditScorerFiles(manifest: Manifest, scorer: string): Promise<FoundScorer> {
  const identity = manifest.identity.scorers[scorer]!;
  const about = { check: 'files', scorer } as const;
  if (identity.kind === 'external') return { checks: await auditList(about, Object.entries(identity.files)) };
  if (identity.kind === 'imported') {
    const ref = manifest.about.scorers[scorer]?.ref ?? '';
    return { checks: await auditList(about, [[ref, identity.file]]) };
  }
  let rerun: RerunScorer;
  try {
    rerun = rerunSettings(manifest, scorer);
  } catch (error) {
    if (!(error instanceof WinoscopeError)) throw error;
    return { checks: [{ ...about, state: 'not checked', message: `${messageOf(error)}.` }] };
  }
  const wrong = await modelDifferences(rerun, identity);
  const checks = checksOf(
    about,
    wrong,
    `All ${Object.keys(identity.files).length} files of "${scorer}" are those that were used.`,
  );
  return wrong.length > 0 ? { checks } : { checks, rerun };
}

async function modelDifferences(
  { name, settings }: RerunScorer,
  identity: Extract<ScorerIdentity, { kind: 'diffusion' | 'clip' | 'classifier' }>,
): Promise<string[]> {
  const { description } = settings;
  const wrong: string[] = [];
  for (const file of [...new Set([...Object.keys(identity.files), ...description.files])].sort()) {
    const path = join(description.folder, file);
    const expected = identity.files[file];
    if (expected === undefined) wrong.push(`${path} is a file that "${name}" did not have.`);
    else if (!existsSync(path)) wrong.push(`${path} is missing.`);
    else if ((await readHash(path)) !== expected) wrong.push(`${path} is not the file that was used.`);
  }
  if (settings.kind === 'diffusion' && identity.kind === 'diffusion') {
    const noise = noisesOf(settings.plan, settings.description.latent).sha256();
    if (noise !== identity.noise) wrong.push(`The noises of "${name}" are not those of its seed.`);
  }
  return wrong;
}

/** Files that may be elsewhere by now. */
async function auditList(
  about: Pick<AuditCheck, 'check' | 'scorer'>,
  files: readonly (readonly [path: string, sha256: string])[],
): Promise<AuditCheck[]> {
  const checks: AuditCheck[] = [];
  for (const [path, expected] of files) {
    const [state, message] = !existsSync(path)
      ? (['not checked', `${path} is not here.`] as const)
      : (await readHash(path)) === expected
        ? (['passed', `${path} is the file that was used.`] as const)
        : (['failed', `${path} is not the file that was used.`] as const);
    checks.push({ ...about, state, message });
  }
  if (checks.length > 0) return checks;
  return [{ ...about, state: 'not checked', message: 'An external scorer without files of its own.' }];
}

/** Whether examples, captions and pictures are those that were scored. @param task as it is today, or why it is not here */
export function auditTask(
  { identity, about: { task: told } }: Manifest,
  stored: readonly Example[],
  task: Task | string,
): AuditCheck[] {
  const about = { check: 'task' } as const;
  const hashes = stored.map(({ images }) => images.map((image) => ('name' in image ? image.name : '')));
  const kept = hashExamples(
    stored,
    hashes.map((images) => images.map((sha256) => ({ sha256, width: 0, height: 0 }))),
  );
  const checks: AuditCheck[] = [];
  if (kept === identity.task.hash)
    checks.push({ ...about, state: 'passed', message: 'The stored examples are those that were scored.' });
  else if (told.redistribution === 'free')
    checks.push({
      ...about,
      state: 'failed',
      message: 'The stored examples are not those that were scored.',
    });
  if (typeof task === 'string') {
    checks.push({ ...about, state: 'not checked', message: `The pictures are not here: ${task}` });
    return checks;
  }
  const wrong = pictureDifferences(stored, hashes, task);
  if (wrong.length === 0 && task.hash !== identity.task.hash)
    wrong.push('The captions or truths of the task are not those that were scored.');
  return [...checks, ...checksOf(about, wrong, 'The task and all its pictures are those that were scored.')];
}

function pictureDifferences(
  stored: readonly Example[],
  hashes: readonly (readonly string[])[],
  task: Task,
): string[] {
  const today = new Map(task.examples.map(({ id }, k) => [id, task.images[k]!]));
  return stored.flatMap(({ id }, index) => {
    const images = today.get(id);
    if (!images) return [`Example "${id}" is not in the task any more, or its pictures cannot be read.`];
    return hashes[index]!.flatMap((hash, image) =>
      images[image]?.sha256 === hash
        ? []
        : [`Picture ${image} of example "${id}" is not the one that was scored.`],
    );
  });
}
