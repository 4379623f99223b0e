/** A stored run's scorer made ready to score again: the model its manifest names, under the settings it names. */

import { existsSync } from 'node:fs';
import { ModelFileError } from '../errors.ts';
import { parseHubRef } from '../hub/hub-ref.ts';
import { hubSettings } from '../hub/hub-settings.ts';
import { RepoCache } from '../hub/repo-cache.ts';
import { isLocal, type ModelKind, resolveRef } from '../hub/resolve-ref.ts';
import { DEVICES, type Device, supportedDevices } from '../onnx/session.ts';
import type { Manifest, ScorerIdentity } from '../results/manifest.ts';
import type { ClassifierSettings } from '../scoring/classifier-scorer.ts';
import type { ClipSettings } from '../scoring/clip-scorer.ts';
import type { DiffusionSettings } from '../scoring/diffusion-scorer.ts';
import type { PlanSpec } from '../scoring/plan.ts';
import { type PreparedScorer, prepareScorer, type ScorerRequest, type ScoringOptions } from './settings.ts';

/** A scorer of the run that can score again: one whose model we open ourselves. */
export interface RerunScorer extends PreparedScorer {
  settings: DiffusionSettings | ClipSettings | ClassifierSettings;
}

/**
 * Prepares a scorer of a stored run with the run's plan, noises, calls and stopping rule, so that what was scored comes
 * out again to the bit where the model and the machine are the same.
 * @param setting place of the numeric setting whose calls and device are used; by default the last one's.
 * @throws ModelFileError in one sentence where its model is not here; UsageError as the parts do.
 */
export function rerunSettings(
  manifest: Manifest,
  scorer: string,
  setting = manifest.numerics.length - 1,
): RerunScorer {
  const identity = manifest.identity.scorers[scorer];
  const ref = manifest.about.scorers[scorer]?.ref;
  if (!identity || ref === undefined || identity.kind === 'external' || identity.kind === 'imported') {
    throw new ModelFileError({ what: `"${scorer}" has no model in this run, so it cannot score again` });
  }
  const request = locate(scorer, ref, identity.kind);
  const numerics = manifest.numerics[setting];
  const calls = numerics?.calls[scorer];
  const options = optionsOf(identity, deviceOf(numerics?.device));
  const prepared = prepareScorer(request, options, calls);
  const { settings } = prepared;
  if (settings.kind === 'clip' || settings.kind === 'classifier') return { ...prepared, settings };
  if (settings.kind !== 'diffusion' || identity.kind !== 'diffusion')
    throw new ModelFileError({ what: `"${scorer}" is another kind of model now`, where: ref });
  const height = identity.latent.shape[1]!;
  const resized =
    settings.description.latent[1] === height
      ? prepared
      : prepareScorer(request, { ...options, resolution: height * settings.description.downscale }, calls);
  return {
    ...resized,
    settings: {
      ...(resized.settings as DiffusionSettings),
      plan: identity.plan as PlanSpec,
      ...(identity.stop !== 'none' && { stop: identity.stop }),
    },
  };
}

function locate(scorer: string, ref: string, kind: ModelKind): ScorerRequest {
  try {
    const folder = isLocal(ref) ? undefined : cachedFolder(ref);
    if (folder !== undefined) return { name: scorer, ref, folder, kind };
    return { ...resolveRef(`${scorer}=${ref}`, kind), kind };
  } catch (cause) {
    throw new ModelFileError({
      what: `the model of "${scorer}" is not here, so it cannot score again`,
      where: ref,
      fix: isLocal(ref)
        ? 'Start from the folder where the run was made, or put the model back.'
        : `Fetch it with \`winoscope pull ${ref}\`.`,
      cause,
    });
  }
}

/** Where the Hub's cache has the commit that a run names; undefined where it has not. Connects to nothing. */
function cachedFolder(ref: string): string | undefined {
  const settings = hubSettings({ offline: true });
  const hub = parseHubRef(ref, 'model', settings.endpoint);
  if (!hub) return undefined;
  const folder = new RepoCache(settings, hub).snapshot(hub.revision);
  return existsSync(folder) ? folder : undefined;
}

/** What `score` was told, as far as the identity keeps it. */
function optionsOf(identity: ScorerIdentity, device: Device): ScoringOptions {
  const shared = { timesteps: '1', repeats: 1, seed: 0, maps: true, device } as const;
  if (identity.kind !== 'diffusion') {
    const resize = identity.kind === 'classifier' ? identity.resize : undefined;
    return { ...shared, uncond: 'auto', resize: resize ?? 'crop' };
  }
  const { plan, uncond, resize, interpolation, latent } = identity;
  return {
    ...shared,
    seed: plan.seed,
    uncond,
    resize,
    ...(interpolation && { interpolation }),
    ...(latent.mode === 'sample' && { latent: latent.mode }),
    ...(identity.guidance !== undefined && { guidance: identity.guidance }),
  };
}

/** The run's device where this installation has it, else the CPU. */
function deviceOf(name = 'cpu'): Device {
  const known = DEVICES.find((device) => device === name && supportedDevices().includes(device));
  return { name: known ?? 'cpu', id: 0 };
}
