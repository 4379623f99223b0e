/** What a scheduler's configuration says of sampling, beside the forward process that `scheduleSchema` reads. */

import { z } from 'zod';
import { isFlow } from './flow-schedule.ts';

const REFUSED = [
  'stochastic_sampling',
  'use_karras_sigmas',
  'use_exponential_sigmas',
  'use_beta_sigmas',
] as const;

/**
 * The fields of `scheduler_config.json` that decide how it is sampled from. Defaults are those of diffusers'
 * DDIMScheduler, LCMScheduler and FlowMatchEulerDiscreteScheduler.
 */
export const samplingSchema = z
  .object({
    _class_name: z.string().default('DDIMScheduler'),
    timestep_spacing: z.enum(['leading', 'linspace', 'trailing']).default('leading'),
    steps_offset: z.number().int().min(0).default(0),
    /** Whether ᾱ before the first timestep is 1, or ᾱ_0. */
    set_alpha_to_one: z.boolean().default(true),
    clip_sample: z.boolean().optional(),
    clip_sample_range: z.number().positive().default(1),
    thresholding: z.literal(false, 'dynamic thresholding is not supported').default(false),
    /** Of LCM: timesteps that it was distilled on. */
    original_inference_steps: z.number().int().min(1).default(50),
    timestep_scaling: z.number().default(10),
    /** Of a flow: σ of its last step, to which the others are stretched. */
    shift_terminal: z.number().nullish(),
    stochastic_sampling: z.boolean().nullish(),
    use_karras_sigmas: z.boolean().nullish(),
    use_exponential_sigmas: z.boolean().nullish(),
    use_beta_sigmas: z.boolean().nullish(),
  })
  .superRefine((config, context) => {
    // Of the other schedulers, in whose place DDIM is used, they mean nothing.
    for (const field of isFlow(config) ? REFUSED : [])
      if (config[field])
        context.addIssue({ code: 'custom', path: [field], message: 'true is not supported' });
  });

/** What `samplingSchema` reads. */
export type SamplingConfig = z.infer<typeof samplingSchema>;

/** Ways to sample. */
export const SAMPLERS = ['ddim', 'lcm', 'flow-euler'] as const;
/** One of `SAMPLERS`. */
export type SamplerName = (typeof SAMPLERS)[number];

/** The sampler of a configuration: LCM's and a flow's own, and DDIM in place of every other. */
export function samplerOf(config: SamplingConfig): SamplerName {
  if (isFlow(config)) return 'flow-euler';
  return config._class_name === 'LCMScheduler' ? 'lcm' : 'ddim';
}

/**
 * Whether x̂0 is clipped. Only DDIM's and DDPM's configurations speak of it; those of other schedulers are sampled as
 * those schedulers do, without.
 */
export function clips({ _class_name, clip_sample }: SamplingConfig): boolean {
  return clip_sample ?? /^DD[IP]M/.test(_class_name);
}
