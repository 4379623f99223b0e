/** The flags of `winoscope task …`. What the commands do is loaded when they are called. */

import type { Command } from 'commander';
import { atLeast, repeatable } from './options.ts';

export interface TaskListFlags {
  json?: boolean;
}

export interface TaskShowFlags {
  images?: string[];
  classes?: string;
  data?: string;
  examples: number;
  offline?: boolean;
  json?: boolean;
}

export interface TaskSampleFlags {
  images?: string[];
  classes?: string;
  data?: string;
  id?: string;
  offline?: boolean;
  json?: boolean;
}

export interface TaskCheckFlags {
  diffusion?: string[];
  clip?: string[];
  offline?: boolean;
  json?: boolean;
}

export interface TaskNewFlags {
  name?: string;
  title?: string;
  shape?: string;
  license?: string;
  count?: number;
  image?: string[];
  caption?: string[];
}

export interface TaskFilterFlags {
  run?: string;
  scorer?: string;
  metric?: string;
  review?: string;
  writeReview?: string;
  out?: string;
}

export interface TaskAddFlags {
  caption: string[];
  truth?: string;
  tag?: string[];
  id?: string;
}

const DATA = 'data of a task that comes without: a folder, or a dataset on the Hub';
const IMAGES = "folder of a benchmark's pictures, where --data has none (repeatable)";
const CLASSES = 'classification: names of the classes';
const OFFLINE = 'no connection: what lies on the Hub must be in its cache';

/** Adds `task` and what belongs to it to the program. */
export function addTaskCommand(program: Command): void {
  const task = program.command('task').description('list tasks, make probes of your own, and check them');
  const commands = [
    task
      .command('list')
      .description('all tasks, with shape, size, licence, and what their reader was tried on; runs no code')
      .option('--json', 'as JSON')
      .action(async (flags: TaskListFlags) => (await import('./task-list.ts')).taskList(flags)),
    task
      .command('show')
      .description('what a task is, and its first examples')
      .argument('<task>', 'name of a task, or a probe folder')
      .option('--data <dir|ref>', DATA)
      .option('--images <dir>', IMAGES, repeatable)
      .option('--classes <file>', CLASSES)
      .option('--examples <n>', 'how many examples', atLeast(0), 3)
      .option('--offline', OFFLINE)
      .option('--json', 'as JSON')
      .action(async (name: string, flags: TaskShowFlags) =>
        (await import('./task-show.ts')).taskShow(name, flags),
      ),
    task
      .command('sample')
      .description('one example: captions, what is true, and on a terminal its pictures')
      .argument('<task>', 'name of a task, or a probe folder')
      .option('--id <id>', 'this example (default: one by chance)')
      .option('--data <dir|ref>', DATA)
      .option('--images <dir>', IMAGES, repeatable)
      .option('--classes <file>', CLASSES)
      .option('--offline', OFFLINE)
      .option('--json', 'as JSON')
      .action(async (name: string, flags: TaskSampleFlags) =>
        (await import('./task-show.ts')).taskSample(name, flags),
      ),
    task
      .command('check')
      .description(
        'everything that is wrong with a probe, at once; exit code 2 where it cannot be scored as it is',
      )
      .argument('<folder>', 'a probe folder')
      .option('--diffusion <ref>', 'measure captions as this model reads them (repeatable)', repeatable)
      .option('--clip <ref>', 'the same for a CLIP model (repeatable)', repeatable)
      .option('--offline', OFFLINE)
      .option('--json', 'as JSON')
      .action(async (folder: string, flags: TaskCheckFlags) =>
        (await import('./task-check.ts')).taskCheck(folder, flags),
      ),
    task
      .command('new')
      .description('make a probe that runs at once, for you to put your own pictures in; asks on a terminal')
      .argument('[folder]', 'a new folder', 'my-probe')
      .option('--name <name>', "its name (default: the folder's)")
      .option('--title <text>', 'its title')
      .option('--shape <IxC>', 'images x captions of an example: 2x2, 1x2, 1x10, … (default: 2x2)')
      .option('--license <name>', 'licence of its pictures and captions (default: unknown)')
      .option('--image <file>', 'begin with an example of your own: its pictures (repeatable)', repeatable)
      .option('--caption <text>', 'and its captions, the true one first (repeatable)', repeatable)
      .option('--count <n>', 'examples to begin with (default: 3)', atLeast(1))
      .action(async (folder: string, flags: TaskNewFlags) =>
        (await import('./task-new.ts')).taskNew(folder, flags),
      ),
    task
      .command('add')
      .description('add an example to a probe: pictures are copied in, a line is written')
      .argument('<folder>', 'a probe folder')
      .argument('<image...>', 'pictures')
      .requiredOption('--caption <text>', 'a caption (repeatable)', repeatable)
      .option(
        '--truth <list>',
        'true pairs as image:caption from 0, as in 0:1,1:0 (default: picture k belongs to caption k; with one picture, caption 0)',
      )
      .option('--tag <tag>', 'a tag (repeatable)', repeatable)
      .option('--id <id>', 'its id (default: counted up)')
      .action(async (folder: string, images: string[], flags: TaskAddFlags) =>
        (await import('./task-add.ts')).taskAdd(folder, images, flags),
      ),
    task
      .command('filter')
      .description('a new probe of the examples that a scorer gets right, or that you keep by hand')
      .argument('<folder>', 'a probe folder')
      .option('--run <run>', 'a complete run of this probe: keep what its scorer gets right')
      .option('--scorer <name>', 'the scorer of the run (default: the only one)')
      .option(
        '--metric <name>',
        'the metric that must be right (default: the strictest that the examples have)',
      )
      .option('--write-review <file>', 'write a table of the examples, for your verdict on each')
      .option('--review <file>', 'that table with your verdicts: keep what says y')
      .option('--out <dir>', 'the new probe')
      .action(async (folder: string, flags: TaskFilterFlags) =>
        (await import('./task-filter.ts')).taskFilter(folder, flags),
      ),
  ];
  for (const command of [task, ...commands]) command.exitOverride().copyInheritedSettings(program);
  task.addHelpText(
    'after',
    `
From nothing to numbers:
  winoscope task new my-probe                              make one; it runs as it is
  winoscope task add my-probe dog.jpg --caption "a dog on a mat" --caption "a mat on a dog"
  winoscope task check my-probe                            what is wrong with it
  winoscope score my-probe --clip ORG/NAME                 score it`,
  );
}
