/** A stored run's scorer made ready to score again: the model its manifest names, under the settings it names. */

import { ModelFileError } from '../errors.ts';
import { resolveRef } from '../hub/resolve-ref.ts';
import { DEVICES, type Device, supportedDevices } from '../onnx/session.ts';
import type { Manifest, ScorerIdentity } from '../results/manifest.ts';
import { type PreparedScorer, prepareScorer, type ScorerRequest, type ScoringOptions } from './settings.ts';

/**
 * Prepares a scorer of a stored run with the run's plan, noises, calls and stopping rule, so that what was scored comes
 * out again to the bit where the model and the machine are the same.
 * @throws ModelFileError in one sentence where its model is not here; UsageError as the parts do.
 */
export function rerunSettings(manifest: Manifest, scorer: string): PreparedScorer {
  const identity = manifest.identity.scorers[scorer];
  const ref = manifest.about.scorers[scorer]?.ref;
  if (!identity || ref === undefined) {
    throw new ModelFileError({ what: `"${scorer}" has no model in this run, so it cannot score again` });
  }
  const request = locate(scorer, ref, identity.kind);
  const numerics = manifest.numerics.at(-1);
  const calls = numerics?.calls[scorer];
  const options = optionsOf(identity, deviceOf(numerics?.device));
  const prepared = prepareScorer(request, options, calls);
  if (identity.kind === 'clip' || prepared.settings.kind === 'clip') return prepared;
  const { description } = prepared.settings;
  const height = identity.latent.shape[1]!;
  const resized =
    description.latent[1] === height
      ? prepared
      : prepareScorer(request, { ...options, resolution: height * description.downscale }, calls);
  if (resized.settings.kind === 'clip') return resized;
  const { timesteps, repeats, seed } = identity.plan;
  return {
    ...resized,
    settings: {
      ...resized.settings,
      plan: { timesteps, repeats, seed },
      ...(identity.stop !== 'none' && { stop: identity.stop }),
    },
  };
}

function locate(scorer: string, ref: string, kind: 'diffusion' | 'clip'): ScorerRequest {
  try {
    return { ...resolveRef(`${scorer}=${ref}`, kind), kind };
  } catch (cause) {
    throw new ModelFileError({
      what: `the model of "${scorer}" is not here, so it cannot score again`,
      where: ref,
      fix: 'Start from the folder where the run was made, or put the model back.',
      cause,
    });
  }
}

/** What `score` was told, as far as the identity keeps it. */
function optionsOf(identity: ScorerIdentity, device: Device): ScoringOptions {
  const shared = { timesteps: '1', repeats: 1, seed: 0, maps: true, device } as const;
  if (identity.kind === 'clip') return { ...shared, uncond: 'auto', resize: 'crop' };
  const { plan, uncond, resize } = identity;
  return { ...shared, seed: plan.seed, uncond, resize };
}

/** The run's device where this installation has it, else the CPU. */
function deviceOf(name = 'cpu'): Device {
  const known = DEVICES.find((device) => device === name && supportedDevices().includes(device));
  return { name: known ?? 'cpu', id: 0 };
}
