/** What the dashboard's screens may ask for beyond reading runs: models, a place to save to, the terminal's own pixels. */

import { appendExample } from '../../tasks/append-example.ts';
import { type Graphics, openGraphics } from '../../tui/images/graphics.ts';
import type { Services, VariantToSave } from '../../tui/services.ts';
import { ResultsError } from '../errors.ts';
import { RunFolder } from '../results/run-folder.ts';
import { openInteractive } from '../run/interactive.ts';
import type { Interactive } from '../run/interactive-events.ts';
import type { Analysis } from '../run/summary-schema.ts';

export interface ScreenServices {
  services: Omit<Services, 'model'>;
  graphics: Graphics | undefined;
  /** Ends the model calls that go on and frees the models. */
  close(): Promise<void>;
}

/** Asks the terminal what it can show; loads no model before a screen needs one. */
export async function openScreenServices(analysis: Analysis): Promise<ScreenServices> {
  const opened = new Map<string, Interactive>();
  const { stdin, stdout, env } = process;
  return {
    services: {
      interactive: ({ path }) => {
        const interactive = opened.get(path) ?? openInteractive(path, analysis);
        opened.set(path, interactive);
        return interactive;
      },
      saveVariant,
    },
    graphics: await openGraphics({ stdin, stdout, env }),
    close: async () => {
      await Promise.all([...opened.values()].map((interactive) => interactive.close()));
    },
  };
}

async function saveVariant({ model, index, captions, images, folder }: VariantToSave) {
  const about = new RunFolder(model.path).readManifest()?.about.task;
  if (!about)
    throw new ResultsError({ what: 'the run is gone, so its licence is not known', where: model.path });
  const { truth, tags, id } = model.examples[index]!;
  const { license, redistribution, citation } = about;
  return appendExample(folder, {
    original: { task: model.task.name, id },
    images,
    captions,
    truth,
    tags,
    terms: { license, redistribution, citation },
  });
}
