/** Drawing into a folder that somebody else took after it was looked at. */

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resolveRef } from '../../src/hub/resolve-ref.ts';
import { drawImages } from '../../src/run/draw-images.ts';
import { DRAWING_FILE } from '../../src/run/drawing-manifest.ts';
import { prepareDrawing } from '../../src/run/prepare-drawing.ts';
import { setOf } from '../../tasks/drawn/caption-sets.ts';
import { temporaryFolder } from '../temporary.ts';

test('what another process began meanwhile is not touched', async () => {
  const out = temporaryFolder();
  const prepared = await prepareDrawing({
    model: resolveRef('tiny-world', 'diffusion'),
    sets: [setOf(['a red circle', 'a blue star'])],
    perCaption: 1,
    layout: 'probe',
    out,
    seed: 0,
    negative: '',
    eta: 0,
    force: false,
    strict: true,
    device: { name: 'cpu', id: 0 },
  });
  const terms = {
    name: 'drawn',
    title: '',
    description: '',
    license: '',
    redistribution: 'free' as const,
    citation: '',
  };
  const first = drawImages(prepared, { out, form: 'choice', terms }).next();
  // It has found the folder empty and waits for the lock.
  writeFileSync(join(out, DRAWING_FILE), 'theirs');
  await expect(first).rejects.toThrow(/another process drew into the folder meanwhile: .*same command again/);
  expect(readdirSync(out)).toEqual([DRAWING_FILE]);
});
