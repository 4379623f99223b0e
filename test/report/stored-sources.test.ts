/** Pictures and captions of a stored run are found again in a probe of any form, where its licence keeps them out of the run. */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { storedRunModel } from '../../src/report/stored-run-model.ts';
import { openRun } from '../../src/run/open-run.ts';
import { makeProbe, type ProbeFiles } from '../support/make-probe.ts';
import { runOk } from '../support/run-cli.ts';
import { worldImage } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { makeZip } from '../support/zip.ts';

const folder = temporaryFolder();
const WINOSCOPE_CACHE = join(folder, 'cache');
beforeAll(() => {
  process.env.WINOSCOPE_CACHE = WINOSCOPE_CACHE;
});

const CAPTIONS = ['an orange star above a red circle', 'an orange circle above a red star'];
const TABLE = `id,image,caption_0,caption_1,truth,box\none,a,${CAPTIONS.join(',')},0,"[4,4,56,56]"\n`;
let made = 0;

/** Scores a probe whose captions may not be kept, and opens the run. */
async function storedModel(probe: ProbeFiles, edit: (probe: string) => void = () => {}) {
  const path = makeProbe(join(folder, `probe-${made++}`), probe);
  edit(path);
  const out = `${path}-run`;
  await runOk(['score', path, '--clip', 'tiny-world', '--force', '--out', out, '--quiet'], {
    env: { WINOSCOPE_CACHE },
  });
  expect(readFileSync(join(out, 'examples.jsonl'), 'utf8')).not.toContain('orange');
  return { path, model: storedRunModel(openRun(out)) };
}

async function pixelsOf(access: object): Promise<Buffer> {
  if (!('bytes' in access)) throw new Error(JSON.stringify(access));
  return sharp(access.bytes as Uint8Array)
    .removeAlpha()
    .raw()
    .toBuffer();
}

describe('a run finds its pictures again', () => {
  test('from a table', async () => {
    const { model, path } = await storedModel({ files: { 'examples.csv': TABLE } });
    expect(model.examples[0]!.captions).toEqual(CAPTIONS);
    expect(await model.image(0, 0)).toMatchObject({ name: join(path, 'images', 'a.png') });
  });

  test('cut as they were scored', async () => {
    const { model } = await storedModel({ task: 'name: cut\ncrop: box\n', files: { 'examples.csv': TABLE } });
    const wanted = await sharp(worldImage(0, 0))
      .extract({ left: 4, top: 4, width: 56, height: 56 })
      .removeAlpha()
      .raw()
      .toBuffer();
    expect((await pixelsOf(await model.image(0, 0))).equals(wanted)).toBe(true);
  });

  test('in an archive', async () => {
    const zip = makeZip([{ name: 'a.png', data: readFileSync(worldImage(0, 0)), deflate: true }]);
    const { model } = await storedModel({ files: { 'examples.csv': TABLE, 'images.zip': zip } }, (probe) =>
      rmSync(join(probe, 'images'), { recursive: true }),
    );
    const wanted = await sharp(worldImage(0, 0)).removeAlpha().raw().toBuffer();
    expect((await pixelsOf(await model.image(0, 0))).equals(wanted)).toBe(true);
  });

  test('and says so where they are gone', async () => {
    const { model, path } = await storedModel({ files: { 'examples.csv': TABLE } });
    rmSync(path, { recursive: true });
    expect(await model.image(0, 0)).toEqual({ missing: expect.stringContaining('an image is missing') });
  });
});
