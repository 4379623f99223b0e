/** The flags of `winoscope score`. What it does is loaded when it is called, so that `--help` is instant. */

import { type Command, Option } from 'commander';
import { BENCHMARK_LIST } from '../../tasks/benchmarks/list.ts';
import { builtInTasks } from '../../tasks/built-in.ts';
import { classSets, IMAGE_FOLDER } from '../../tasks/classification/class-sets.ts';
import { DEFAULT_TASK } from '../../tasks/task.ts';
import {
  addAnalysisFlags,
  addScoringFlags,
  atLeast,
  autoOr,
  repeatable,
  type SharedFlags,
} from './options.ts';
import { addExternalFlags, addScoresFlag, type OtherFlags } from './other-scorers.ts';
import { addPresetFlag, type PresetFlags, presetNote, presetsHelp, withPreset } from './preset-flags.ts';
import { addStopFlags, type StopFlags } from './stop-flags.ts';

export interface ScoreFlags extends SharedFlags, StopFlags, OtherFlags, PresetFlags {
  /** What a preset came to, in words. */
  note?: string;
  /** The command line without the shard, for whoever has to go on. */
  command?: string[];
  shard?: string;
  data?: string;
  images?: string[];
  classes?: string;
  template?: string[];
  out?: string;
  limit?: string;
  ids?: string;
  tag?: string;
  workers?: number;
  workerTimeout: number;
  maps: 'on' | 'off';
  onError: 'stop' | 'skip';
  strict?: boolean;
  allowMixed?: boolean;
  dryRun?: boolean;
  json?: boolean;
  quiet?: boolean;
  plain?: boolean;
  screenReader?: boolean;
}

/**
 * Adds `score` to the program.
 * @param carryOut what to do with the task and the flags; by default to score.
 */
export function addScoreCommand(
  program: Command,
  carryOut: (task: string, flags: ScoreFlags) => Promise<void> = async (task, flags) =>
    (await import('./score.ts')).score(task, flags),
): void {
  const command = program
    .command('score')
    .description('score a task: every image against every caption, by every scorer')
    .argument(
      '[task]',
      'name of a task, a probe folder, a task in code (.ts, .mjs), or an installed package',
      DEFAULT_TASK,
    );
  addScoresFlag(addExternalFlags(addScoringFlags(command)));
  addPresetFlag(addAnalysisFlags(command))
    .option(
      '--data <dir|ref>',
      'data of a task that comes without: a folder, or a dataset on the Hub (winoground: facebook/winoground)',
    )
    .option(
      '--images <dir>',
      "folder of a benchmark's pictures, where --data has none (repeatable)",
      repeatable,
    )
    .option(
      '--classes <file>',
      'classification: names of the classes, where folders or files do not say them',
    )
    .option(
      '--template <text>',
      'classification: the caption of a class, as in "a photo of a {}.", or "clip" for CLIP\'s prompts (several take turns)',
      repeatable,
    )
    .option('--out <dir>', 'run folder (default: runs/<task>-<identity>); an unfinished run in it goes on')
    .option('--limit <n|a-b>', 'only the first n examples, or the a-th to the b-th')
    .option('--ids <list>', 'only these examples, separated by commas')
    .option('--tag <tag>', 'only examples with this tag')
    .option(
      '--shard <i/n>',
      'only the i-th of n parts, to be merged; taken from Slurm, Kubernetes or torchrun where it is not given; "none": all',
    )
    .option(
      '--workers <n|auto>',
      'worker processes, each with its own model (default: auto, as for --batch; it changes no result)',
      autoOr(1),
    );
  addStopFlags(command)
    .option(
      '--worker-timeout <seconds>',
      'how long a worker may give no answer, or 20 times its longest answer so far, before the run is ended',
      atLeast(1),
      600,
    )
    .addOption(
      new Option('--maps <on|off>', 'store where in the image the error lies')
        .choices(['on', 'off'])
        .default('on'),
    )
    .addOption(
      new Option('--on-error <what>', 'an example that cannot be scored')
        .choices(['stop', 'skip'])
        .default('stop'),
    )
    .option('--strict', 'refuse captions that are longer than a model can read, instead of cutting them')
    .option('--force', 'score words and pictures that a model of a small world cannot know')
    .option('--allow-mixed', 'go on with a run that was begun on other hardware or with other call settings')
    .option('--dry-run', 'say what the run will take, from a few real calls, and stop')
    .option('--json', 'print the summary as JSON on stdout and nothing else there')
    .option('--quiet', 'no progress')
    .option('--plain', 'plain lines instead of the dashboard')
    .option('--screen-reader', 'the dashboard as linear text')
    .addHelpText(
      'after',
      `\nTasks that come with it:\n${builtInTasks.map(({ name, about }) => `  ${name.padEnd(27)} ${about}`).join('\n')}\n\nTasks whose data you must have (--data):\n${withoutData()}\n${presetsHelp()}`,
    )
    .action(async (task: string, given: ScoreFlags) => carryOut(task, flagsOf(given, command)));
}

/** The flags with those of a preset, and the command line that they came from. */
function flagsOf(given: ScoreFlags, command: Command): ScoreFlags {
  const flags = withPreset(given, command);
  const note = flags.preset && presetNote(flags.preset, flags, command);
  const args = [...((command.parent as { rawArgs?: string[] } | null)?.rawArgs ?? [])];
  return { ...flags, ...(note && { note }), command: withoutShard(args) };
}

/** A command line without `--shard`, in either of its spellings. */
function withoutShard(args: readonly string[]): string[] {
  return args.filter(
    (arg, k) => arg !== '--shard' && !arg.startsWith('--shard=') && args[k - 1] !== '--shard',
  );
}

/** The tasks whose data the user has, a line each. */
function withoutData(): string {
  const rows = [
    ['winoground', 'Winoground itself, gated on the Hub'],
    ...BENCHMARK_LIST.map(({ name, title, about }) => [name, `${title}: ${about}`]),
    [IMAGE_FOLDER, 'your own pictures by class: zero-shot classification'],
    [
      classSets
        .slice(1)
        .map(({ name }) => name)
        .join(', '),
      '',
    ],
  ];
  return rows.map(([name, about]) => `  ${name!.padEnd(27)} ${about}`.trimEnd()).join('\n');
}
