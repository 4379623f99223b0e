/** The flags of `winoscope generate`. What it does is loaded when it is called. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { EMBEDDED } from '../hub/resolve-ref.ts';
import { atLeast, repeatable, scale } from './options.ts';

export interface GenerateFlags {
  diffusion: string;
  caption?: string[];
  captions?: string;
  task?: string;
  data?: string;
  images?: string[];
  classes?: string;
  template?: string[];
  limit?: number;
  imagesPerCaption: number;
  layout: 'probe' | 'classes';
  examples: 'choice' | 'pairs';
  steps?: number;
  guidance?: number;
  negative: string;
  eta: number;
  seed: number;
  latents?: string;
  resolution?: number;
  out: string;
  device: string;
  batch?: number;
  threads?: number;
  workers?: number;
  strict?: boolean;
  force?: boolean;
  offline?: boolean;
  json?: boolean;
  quiet?: boolean;
}

/** A share, 0 to 1. */
function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('Expected a number from 0 to 1.');
  return value;
}

/** Adds `generate` to the program. */
export function addGenerateCommand(program: Command): void {
  program
    .command('generate')
    .description(
      'draw images for captions with a diffusion model: a probe that can be scored, or class folders',
    )
    .option(
      '--diffusion <[name=]ref>',
      `diffusion model: a diffusers ONNX folder, ORG/NAME[@REVISION] on the Hub, or "${EMBEDDED}"`,
      EMBEDDED,
    )
    .option(
      '--caption <text>',
      'a caption to draw; several are alternatives to each other (repeatable)',
      repeatable,
    )
    .option(
      '--captions <file>',
      'captions: a line each, those of a paragraph are alternatives; or JSON lines (docs/generate.md)',
    )
    .option('--task <name>', "the captions of a task, each with its example's others as counterparts")
    .option('--data <dir|ref>', 'data of a task that comes without')
    .option('--images <dir>', "folder of a benchmark's pictures (repeatable)", repeatable)
    .option('--classes <file>', 'names of the classes, of a classification task')
    .option(
      '--template <text>',
      'sentence with {} for the caption; several take turns (repeatable)',
      repeatable,
    )
    .option('--limit <n>', 'the first n examples of the task, or sets of captions', atLeast(1))
    .option('--images-per-caption <k>', 'images of each caption', atLeast(1), 1)
    .addOption(
      new Option(
        '--layout <name>',
        'a probe, or a folder of pictures per caption, as `score imagefolder` reads',
      )
        .choices(['probe', 'classes'])
        .default('probe'),
    )
    .addOption(
      new Option(
        '--examples <form>',
        "of a probe: a picture with its caption and the counterparts, or all pictures of one noise with their captions, in Winoground's form",
      )
        .choices(['choice', 'pairs'])
        .default('choice'),
    )
    .option('--steps <n>', "sampling steps (default: the model's, or diffusers')", atLeast(1))
    .option(
      '--guidance <scale>',
      "guidance scale; 1 draws by the caption alone (default: the model's, or diffusers')",
      scale,
    )
    .option('--negative <text>', 'caption to draw away from (default: the empty one)', '')
    .option('--eta <share>', 'DDIM: share of noise drawn anew at each step, 0 to 1', share, 0)
    .option('--seed <n>', 'image k of a caption begins with the noise of seed n + k', atLeast(0), 0)
    .option('--latents <file.npy>', "first noises [n, C, H, W] instead of the seed's")
    .option('--resolution <pixels>', "side of the images (default: the model's own)", atLeast(8))
    .requiredOption('--out <dir>', 'folder to make, or to go on with')
    .option('--device <name[:id]>', 'cpu, cuda, coreml, dml or webgpu', 'cpu')
    .option('--batch <rows>', 'rows of every model call (default: by the size of the latent)', atLeast(2))
    .option('--threads <n>', 'threads within a model call', atLeast(1))
    .option('--workers <n>', 'workers beside each other', atLeast(1))
    .option('--strict', 'refuse captions that are longer than the model can read')
    .option('--force', 'draw words that a model of a small world cannot know')
    .option('--offline', 'no connection: what lies on the Hub must be in its cache')
    .option('--json', 'print what was done as JSON on stdout and nothing else there')
    .option('--quiet', 'no progress')
    .action(async (flags: GenerateFlags) => (await import('./generate.ts')).generate(flags));
}
