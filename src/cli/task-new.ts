/** `winoscope task new`. */

import { createInterface } from 'node:readline/promises';
import { addExample } from '../../tasks/add-example.ts';
import { nameFor, parseShape, requireEmpty, writeNewProbe } from '../../tasks/new-probe.ts';
import { counted, UsageError } from '../errors.ts';
import { decodeImage } from '../images/decode.ts';
import { shellWord } from '../report/shell-word.ts';
import { columns } from '../report/table.ts';
import type { TaskNewFlags } from './task-command.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** What the embedded pictures give in every shape. */
const MOST_EXAMPLES = 60;

interface Question {
  ask: string;
  usual: string;
  /** Why an answer will not do. */
  fault(answer: string): string | undefined;
}

/** Carries out `winoscope task new`: asks for what no flag says where somebody can answer. */
export async function taskNew(folder: string, flags: TaskNewFlags): Promise<void> {
  requireEmpty(folder);
  const own = ownExample(flags);
  const given = {
    name: flags.name ?? nameFor(folder),
    title: flags.title ?? flags.name ?? nameFor(folder),
    shape: own ? `${own.images.length}x${own.captions.length}` : (flags.shape ?? '2x2'),
    license: flags.license ?? 'unknown',
  };
  const isAsked = process.stdin.isTTY === true && process.stderr.isTTY === true;
  const answers = isAsked ? await ask(given, own ? { ...flags, shape: given.shape } : flags) : given;
  if (!NAME.test(answers.name)) {
    throw new UsageError({
      what: `"${answers.name}" cannot name a probe`,
      where: '--name',
      expected: 'letters, digits, ".", "_" or "-"',
    });
  }
  const count = flags.count ?? 3;
  if (count > MOST_EXAMPLES) {
    throw new UsageError({
      what: 'too many examples to begin with',
      where: `--count ${count}`,
      expected: `at most ${MOST_EXAMPLES}`,
    });
  }
  const { name, title, license, shape } = answers;
  if (own) {
    const { images, captions } = own;
    const sizes = { images: images.length, captions: captions.length };
    await checkPictures(images);
    writeNewProbe(folder, { name, title, license, count: 0, ...sizes });
    await addExample(folder, { images, captions, tags: [] });
  } else writeNewProbe(folder, { name, title, license, count, ...parseShape(shape) });
  process.stdout.write(`${nextSteps(folder, own ? undefined : count)}\n`);
}

/** Pictures and captions of a first example, where flags give them. @throws UsageError where half of it is missing. */
function ownExample({
  image,
  caption,
  shape,
  count,
}: TaskNewFlags): { images: string[]; captions: string[] } | undefined {
  if (!image && !caption) return undefined;
  const isSquare = image?.length === caption?.length;
  const fits = image && caption && (isSquare || image.length === 1 || caption.length === 1);
  if (!fits) {
    throw new UsageError({
      what: 'an example needs pictures and captions: one of either, or as many of both',
      where: '--image, --caption',
      got: `${counted(image?.length ?? 0, 'picture')}, ${counted(caption?.length ?? 0, 'caption')}`,
    });
  }
  if (shape !== undefined || count !== undefined) {
    throw new UsageError({
      what: 'your own example has its own shape, and there is one of it',
      where: shape === undefined ? '--count' : '--shape',
      fix: 'Leave the flag out.',
    });
  }
  if (caption.some((text) => text.trim() === ''))
    throw new UsageError({ what: 'a caption is empty', where: '--caption' });
  return { images: image, captions: caption };
}

/** Before anything is written. @throws InputError where one is no picture. */
async function checkPictures(images: readonly string[]): Promise<void> {
  for (const path of images) await decodeImage({ path });
}

/** Asks for what was not given by a flag; an empty answer takes what is in brackets. */
async function ask<T extends Record<string, string>>(usual: T, flags: TaskNewFlags): Promise<T> {
  const questions: Record<string, Omit<Question, 'usual'>> = {
    name: {
      ask: 'Name, for run folders',
      fault: (answer) => (NAME.test(answer) ? undefined : 'letters, digits, ".", "_" or "-" only'),
    },
    title: { ask: 'Title, for people', fault: () => undefined },
    shape: {
      ask: 'Pictures x sentences of an example (2x2: which belongs to which; 1x2: a true and a false sentence; 2x1: a true and a false picture)',
      fault: shapeFault,
    },
    license: { ask: 'Licence of pictures and sentences', fault: () => undefined },
  };
  const answers: Record<string, string> = { ...usual };
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<never>((_, reject) => {
    reader.once('close', () => reject(new UsageError({ what: 'nothing was made: the questions were left' })));
  });
  ended.catch(() => {});
  try {
    for (const [key, question] of Object.entries(questions)) {
      if (flags[key as keyof TaskNewFlags] !== undefined) continue;
      for (;;) {
        const answer = await Promise.race([reader.question(`${question.ask} [${usual[key]}]: `), ended]);
        const value = answer.trim() === '' ? usual[key]! : answer.trim();
        const fault = question.fault(value);
        answers[key] = value;
        if (fault === undefined) break;
        process.stderr.write(`  ${fault}\n`);
      }
    }
  } finally {
    reader.close();
  }
  return answers as T;
}

function shapeFault(answer: string): string | undefined {
  try {
    parseShape(answer);
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.parts.expected;
    throw error;
  }
}

function nextSteps(folder: string, count: number | undefined): string {
  const shown = shellWord(folder);
  const commands = [
    count === undefined
      ? [`winoscope score ${shown} --clip ORG/NAME`, 'score it with a model that knows photos']
      : [`winoscope score ${shown}`, 'score it with the embedded models'],
    [`winoscope task add ${shown} PICTURE… --caption TEXT…`, 'add an example of your own'],
    [`winoscope task check ${shown}`, 'see what is wrong with it'],
  ];
  return [
    count === undefined
      ? `${shown} has one example, yours.`
      : `${shown} has ${counted(count, 'example')} of the embedded tiny world and runs as it is.`,
    '',
    ...columns(commands).map((line) => `  ${line}`),
    '',
    `Pictures lie in ${shown}/images, sentences in ${shown}/examples.jsonl (one example a line); task.yaml explains the rest.`,
    'Photos need models that know them: score them with --clip ORG/NAME or --diffusion FOLDER.',
  ].join('\n');
}
