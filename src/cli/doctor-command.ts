/** The flags of `winoscope doctor`. What it does is loaded when it is called. */

import { type Command, Option } from 'commander';
import { atLeast, scale } from './options.ts';

export interface DoctorFlags {
  device: string;
  resize: 'crop' | 'squash';
  resolution?: number;
  guidance?: number;
  offline?: boolean;
  json?: boolean;
}

/** Adds `doctor` to the program. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('what this machine can run; with a model, the recipe that it will be scored with')
    .argument('[ref...]', 'a model: a folder, ORG/NAME on the Hub, or "tiny-world"')
    .option('--device <name[:id]>', 'cpu, cuda, coreml, dml or webgpu', 'cpu')
    .addOption(
      new Option('--resize <rule>', 'images that are not square').choices(['crop', 'squash']).default('crop'),
    )
    .option(
      '--resolution <pixels>',
      "side of the image that is encoded (default: the model's own)",
      atLeast(8),
    )
    .option('--guidance <scale>', 'scale told to models that were distilled with guidance', scale)
    .option('--offline', 'no connection: what is not in the cache is an error')
    .option('--json', 'print it as JSON on stdout')
    .action(async (refs: string[], flags: DoctorFlags) => (await import('./doctor.ts')).doctor(refs, flags));
}
