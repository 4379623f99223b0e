/** `winoscope generate`: draws images into a probe or class folders. */

import { nameFor } from '../../tasks/new-probe.ts';
import type { Task } from '../../tasks/task.ts';
import { counted } from '../errors.ts';
import { EMBEDDED } from '../hub/resolve-ref.ts';
import { duration } from '../report/duration.ts';
import { visible } from '../report/format.ts';
import { shellWord } from '../report/shell-word.ts';
import { type DrawEvent, drawImages } from '../run/draw-images.ts';
import { type PreparedDrawing, prepareDrawing } from '../run/prepare-drawing.ts';
import { captionSetsOf } from './caption-sets-of.ts';
import { parseDevice } from './device-flag.ts';
import { DrawLines } from './draw-lines.ts';
import { findModels } from './find-models.ts';
import type { GenerateFlags } from './generate-command.ts';
import { onInterrupt } from './interrupt.ts';
import { printJson } from './output.ts';
import { readLatents } from './read-latents.ts';

/** Carries out `winoscope generate`; see `docs/generate.md`. @throws WinoscopeError for what the user can mend. */
export async function generate(flags: GenerateFlags): Promise<void> {
  const { out, offline = false, quiet = false } = flags;
  const device = parseDevice(flags.device);
  const [model] = await findModels([{ text: flags.diffusion, kind: 'diffusion' }], {
    offline,
    quiet,
    decoder: true,
  });
  const { sets, task } = await captionSetsOf(flags, model!.folder);
  const { steps, guidance, resolution, batch, threads, workers } = flags;
  const prepared = await prepareDrawing({
    model: model!,
    sets,
    perCaption: flags.imagesPerCaption,
    layout: flags.layout,
    out,
    seed: flags.seed,
    negative: flags.negative.trim(),
    eta: flags.eta,
    force: flags.force ?? false,
    strict: flags.strict ?? false,
    device,
    ...(flags.latents !== undefined && { latents: readLatents(flags.latents) }),
    ...(steps !== undefined && { steps }),
    ...(guidance !== undefined && { guidance }),
    ...(resolution !== undefined && { resolution }),
    ...(batch !== undefined && { batch }),
    ...(threads !== undefined && { threads }),
    ...(workers !== undefined && { workers }),
  });
  for (const warning of prepared.warnings) process.stderr.write(`warning: ${visible(warning)}\n`);
  const target = { out, form: flags.examples, terms: termsOf(flags, prepared, task) };
  const lines = new DrawLines(process.stderr, quiet);
  const interrupt = onInterrupt();
  const started = performance.now();
  let end: Extract<DrawEvent, { type: 'end' }> | undefined;
  try {
    for await (const event of drawImages(prepared, target, interrupt.signal)) {
      lines.show(event);
      if (event.type === 'end') end = event;
    }
  } catch (error) {
    lines.end();
    if (!interrupt.signal.aborted) throw error;
    process.stderr.write('winoscope: interrupted. What was drawn is kept; the same command goes on.\n');
    process.exitCode = interrupt.exitCode();
    return;
  } finally {
    lines.end();
    interrupt.dispose();
  }
  const seconds = (performance.now() - started) / 1000;
  if (flags.json) printJson(jsonOf(flags, prepared, end!));
  else process.stdout.write(`${linesOf(flags, prepared, { end: end!, seconds })}\n`);
}

/** What the probe is called, and what its captions and pictures are bound by. */
function termsOf({ out, diffusion }: GenerateFlags, { drawing, settings }: PreparedDrawing, task?: Task) {
  const model = drawing.about.model;
  const isFree = model === EMBEDDED && (task === undefined || task.redistribution === 'free');
  const { sampler, steps, guidance } = drawing.identity;
  const of = task ? ` of ${task.title}` : '';
  return {
    name: nameFor(out),
    title: `Drawn by ${settings.description.family === 'dit' || model !== EMBEDDED ? model : 'the tiny world model'}`,
    description: `Pictures that ${diffusion} drew for captions${of}: ${sampler}, ${counted(steps, 'step')}, guidance ${guidance}. Nobody looked whether they show what they should.`,
    license: isFree
      ? 'Apache-2.0'
      : `captions: ${task?.license ?? 'their author’s'}; pictures: as the terms of ${model} say`,
    redistribution: isFree ? ('free' as const) : ('none' as const),
    citation: task?.citation ?? '',
  };
}

function jsonOf(
  { out }: GenerateFlags,
  { drawing }: PreparedDrawing,
  { images, drawn, examples }: Extract<DrawEvent, { type: 'end' }>,
): object {
  const { identity, numerics, about } = drawing;
  return { folder: out, images, drawn, examples, ...about, ...identity, numerics };
}

function linesOf(
  { out, layout }: GenerateFlags,
  { drawing, settings }: PreparedDrawing,
  { end, seconds }: { end: Extract<DrawEvent, { type: 'end' }>; seconds: number },
): string {
  const { identity, about } = drawing;
  const { images, drawn, examples } = end;
  const shown = shellWord(out);
  const told = settings.sampling.guidance === 'none' ? '' : `, guidance ${identity.guidance}`;
  const how = `${about.model}, ${identity.sampler}, ${counted(identity.steps, 'step')}${told}`;
  const done =
    drawn < images ? `${drawn} drawn now, ${images - drawn} were there` : `drawn in ${duration(seconds)}`;
  const next =
    layout === 'classes'
      ? // A class is called by the whole caption that it was drawn from.
        [`  winoscope score imagefolder --data ${shown} --template "{}"`]
      : [`  winoscope score ${shown}`, `  winoscope task check ${shown}`];
  return [
    `${counted(images, 'image')} in ${shown} (${how}; ${done})${layout === 'probe' ? `: ${counted(examples, 'example')}` : ''}`,
    ...next,
  ].join('\n');
}
