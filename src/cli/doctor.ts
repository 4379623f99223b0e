/** `winoscope doctor`: what this machine can run, and the recipe that a model will be scored with. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { counted, HubError, ModelFileError } from '../errors.ts';
import { EMBEDDED_MODELS, isEmbedded, type ModelKind } from '../hub/resolve-ref.ts';
import { looksLikeClassifier } from '../models/classifier-folder.ts';
import { visible } from '../report/format.ts';
import {
  examineMachine,
  examineModel,
  type MachineReport,
  type ModelReport,
  type NoModelReport,
} from '../run/doctor.ts';
import type { ModelRequest } from '../run/settings.ts';
import type { DoctorFlags } from './doctor-command.ts';
import { bytesText } from './download-lines.ts';
import { findModels } from './find-models.ts';
import { scoringOf } from './options.ts';
import { printJson } from './output.ts';

/**
 * Carries out `winoscope doctor`; see `docs/cli.md`. A model with a problem ends with exit code 3.
 * @throws WinoscopeError for what the user can mend.
 */
export async function doctor(refs: readonly string[], flags: DoctorFlags): Promise<void> {
  const machine = examineMachine();
  const options = scoringOf(
    {
      ...flags,
      // Decide nothing that is shown.
      timesteps: '1',
      repeats: 1,
      seed: [0],
      uncond: 'auto',
      loss: 'mse',
      errorSpace: 'native',
      weighting: 'uniform',
      interpolation: 'bicubic',
      latent: 'mean',
    },
    { maps: false },
  );
  const models: (ModelReport | NoModelReport)[] = [];
  for (const ref of refs)
    for (const request of await requestsOf(ref, flags)) models.push(await examineModel(request, options));
  if (flags.json) printJson({ format: 1, machine, models });
  else process.stdout.write([machineLines(machine), ...models.map(modelLines)].join('\n'));
  if (models.some(({ problems }) => problems.length > 0)) process.exitCode = 3;
}

/** The scorers that a reference names: one, or all embedded ones of the name. What the folder holds tells of which kind it is. */
async function requestsOf(ref: string, { offline = false }: DoctorFlags): Promise<ModelRequest[]> {
  const find = async (kind: ModelRequest['kind']): Promise<ModelRequest> => {
    const [model] = await findModels([{ text: ref, kind }], { offline, quiet: false });
    return { ...model!, kind };
  };
  if (isEmbedded(ref)) {
    const kinds = Object.keys(EMBEDDED_MODELS) as ModelKind[];
    return Promise.all(kinds.filter((kind) => Object.hasOwn(EMBEDDED_MODELS[kind], ref)).map(find));
  }
  try {
    const found = await find('diffusion');
    return [{ ...found, kind: kindOf(found.folder) }];
  } catch (error) {
    // A repository without a diffusion model may hold another; the first complaint stands where it does not.
    if (!(error instanceof HubError) || error.failure !== 'unusable') throw error;
    return find('clip').then(
      (found) => [{ ...found, kind: kindOf(found.folder) }],
      () => Promise.reject(error),
    );
  }
}

/** What a folder holds, as its files tell. */
function kindOf(folder: string): ModelKind {
  if (existsSync(join(folder, 'model_index.json')) || !looksLikeClip(folder)) return 'diffusion';
  try {
    return looksLikeClassifier(folder) ? 'classifier' : 'clip';
  } catch (error) {
    if (error instanceof ModelFileError) return 'clip'; // its configuration is damaged, which is told then
    throw error;
  }
}

function looksLikeClip(folder: string): boolean {
  return ['config.json', 'open_clip_config.json', 'visual', 'textual', 'onnx'].some((name) =>
    existsSync(join(folder, name)),
  );
}

function machineLines(machine: MachineReport): string {
  return lines({
    node: machine.node,
    platform: machine.platform,
    onnxruntime: machine.onnxruntime,
    devices: `${machine.devices.join(', ')} (built in; a driver may still be missing)`,
    cpu: `${machine.cpu}, ${counted(machine.cores, 'core')}`,
    memory: `${bytesText(machine.memoryBytes)}, ${bytesText(machine.freeMemoryBytes)} free`,
  });
}

/** Where a diffusion model's calls come from, in words. */
const CHOSEN: Record<ModelReport['calls']['chosen'], string> = {
  given: 'as given',
  stored: 'as stored',
  remembered: 'measured here before',
  measured: 'measured now',
  rule: 'by size, until `score` measures them here',
};

function modelLines(report: ModelReport | NoModelReport): string {
  const { ref, folder, problems } = report;
  const model = ref === folder ? ref : `${ref} in ${folder}`;
  if (report.recipe === undefined) return lines({ model, problems });
  const { kind, recipe, device, calls, files } = report;
  return lines({
    model,
    kind,
    ...recipe,
    device,
    calls: `${counted(calls.batch, 'row')}, ${counted(calls.threads, 'thread')}, ${counted(calls.workers, 'worker')}${kind === 'diffusion' ? `; ${CHOSEN[calls.chosen]}` : ''}`,
    files: `${files.count}, ${bytesText(files.bytes)}`,
    problems: problems.length > 0 ? problems : 'none found',
  });
}

/** A name and its values per line, names in one column. */
function lines(entries: Record<string, string | string[]>): string {
  const width = Math.max(...Object.keys(entries).map((name) => name.length)) + 2;
  return Object.entries(entries)
    .flatMap(([name, value]) =>
      [value].flat().map((text, k) => `${(k === 0 ? name : '').padEnd(width)}${visible(text)}\n`),
    )
    .join('');
}
