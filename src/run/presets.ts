/**
 * Published scoring rules as settings. Each names what its source says and nothing else: where it is silent, the defaults
 * stand. What differs from the published runs is in `docs/reproduce.md`.
 */

import type { ScoreLoss } from '../diffusion/denoising-error.ts';
import type { Interpolation } from '../images/resize.ts';
import type { UncondMode } from '../scoring/conditions.ts';
import type { ErrorSpace } from '../scoring/error-space.ts';
import type { LatentMode } from '../scoring/latent-draw.ts';
import type { WEIGHTINGS } from '../scoring/weighting.ts';

/** Settings of a rule, under the names of their flags. */
export interface PresetSettings {
  /** As `--timesteps` takes them. */
  timesteps: string;
  repeats: number;
  /** One noise bank each. */
  seed?: readonly number[];
  uncond: UncondMode;
  resize?: 'crop' | 'squash';
  interpolation?: Interpolation;
  latent?: LatentMode;
  loss: ScoreLoss;
  errorSpace: ErrorSpace;
  weighting: (typeof WEIGHTINGS)[number];
  /** A stopping rule with what goes with it; whoever names another rule gets none of these. */
  stop?: { stop: 'ttest'; alpha: number; least: number };
}

export interface Preset {
  /** Whose rule it is, in a few words. */
  about: string;
  settings: PresetSettings;
}

/** All presets by name: first author and year. */
export const PRESETS = {
  li2023: {
    about: 'Li et al., Winoground script: 1000 timesteps, squared error of ε',
    settings: {
      // run_winoground.py, the README's command: --t_interval 1, so t = 0 … 999. (The script's own default is 5.)
      timesteps: '1000',
      // One noise per timestep (n_trials 1).
      repeats: 1,
      // scripts/save_noise.py: torch.manual_seed(42), then one randn on the CPU; --randomize_noise: noise i is of timestep i.
      seed: [42],
      // Scores are minus the mean error under the caption: no unconditional pass.
      uncond: 'never',
      // get_transform: shorter side to 512, then the middle square.
      resize: 'crop',
      // The README's command; the script's own default is bilinear.
      interpolation: 'bicubic',
      // vae.encode(…).latent_dist.mean × 0.18215.
      latent: 'mean',
      // F.mse_loss(noise, prediction) over C, H, W; all its checkpoints predict ε.
      loss: 'mse',
      errorSpace: 'epsilon',
      weighting: 'uniform',
    },
  },
  krojer2023: {
    about: 'Krojer et al., DiffusionITM: un-squared norm of ε, images by what the caption adds',
    settings: {
      // range(10, 990, 1000 // 250), the setting of its main table: 245 timesteps. (The script's default 10 is 10:990:100.)
      timesteps: '10:990:4',
      // Noise i of a cached bank belongs to timestep i.
      repeats: 1,
      // --img_retrieval subtracts the error under the empty caption; a text score is of the caption alone.
      uncond: 'auto',
      // image.resize((512, 512)), whose filter in Pillow is bicubic.
      resize: 'squash',
      interpolation: 'bicubic',
      // latent_dist.sample(), in the pipeline's prepare_latents.
      latent: 'sample',
      // torch.norm(noise − prediction, p=2) over C, H, W, averaged over the timesteps.
      loss: 'l2norm',
      errorSpace: 'epsilon',
      weighting: 'uniform',
    },
  },
  clark2023: {
    about: 'Clark & Jaini: exp(−7t) on errors of x0, t-tests from 20 to 2000 trials',
    settings: {
      // t ~ U[0, 1], at most 2000 scores of a class: every one of 1000 timesteps, twice.
      timesteps: '1000',
      repeats: 2,
      // A class's score is of its prompt alone.
      uncond: 'never',
      // w_t · ‖x − x̂(x_t, t, c)‖² with w_t = exp(−7t), section 3.
      loss: 'mse',
      errorSpace: 'x0',
      weighting: 'clark2023',
      // Algorithm 1 with min_scores 20 and cutoff_pval 2e-3.
      stop: { stop: 'ttest', alpha: 0.002, least: 20 },
    },
  },
  jeong2025: {
    about: 'Jeong et al., Self-Bench: 30 timesteps, un-squared norm of the model’s own target',
    settings: {
      // 30 steps of 1000 // 30 = 33: t = 32, 65, …, 989; of a flow the timesteps of its own, shifted schedule.
      timesteps: '32:990:33',
      // One cached noise per timestep for all pairs.
      repeats: 1,
      // Only image-to-text accuracy is asked.
      uncond: 'never',
      // Images are squashed, as in DiffusionITM, from which the code comes.
      resize: 'squash',
      interpolation: 'bicubic',
      // One posterior draw per image, cached.
      latent: 'sample',
      // The code without flags takes torch.norm (--use_normed_classifier is store_false and turns it off).
      loss: 'l2norm',
      // ε for SD 1.5 and 2.0, u = ε − z for SD 3: what the model predicts.
      errorSpace: 'native',
      weighting: 'uniform',
    },
  },
} as const satisfies Record<string, Preset>;

/** A key of `PRESETS`. */
export type PresetName = keyof typeof PRESETS;

/** Names in the order of publication. */
export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];
