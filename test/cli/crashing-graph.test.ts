/** A graph that makes onnxruntime abort: its worker is gone, the run says so, keeps what it has and can go on. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readGraphFile } from '../../src/onnx/graph-file.ts';
import { messageField, numberField, textField } from '../../src/onnx/protobuf.ts';
import { DIFFUSION } from '../models/tiny-world.ts';
import { node, withNodes } from '../onnx/onnx-file.ts';
import { runCli, runOk } from '../support/run-cli.ts';
import { alteredModel, worldImage, worldRecords, writeProbe } from '../support/small-probe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const UNET = join(DIFFUSION, 'unet', 'model.onnx');

/** The attribute `scale` of value 0: onnxruntime 1.30 ends its process where it draws with it. */
const NO_SCALE = messageField(
  5,
  textField(1, 'scale'),
  Buffer.from([2 * 8 + 5, 0, 0, 0, 0]),
  numberField(20, 1),
);

/** The embedded denoiser with a last node that aborts. */
function abortingUnet(): Buffer {
  const { outputs } = readGraphFile(UNET);
  return withNodes(UNET, ({ inputs, outputs: [made] }) =>
    made === outputs[0]!.name ? node('RandomNormalLike', [inputs[0]!], made, NO_SCALE) : undefined,
  );
}

const model = alteredModel('diffusion', join(folder, 'model'), { 'unet/model.onnx': abortingUnet() });
const probe = writeProbe(join(folder, 'probe'), worldRecords(2));
const SENTENCE =
  /^winoscope: the model makes onnxruntime crash, and took its worker with it \(got SIG[^\n]+\)\. [^\n]+\.\n$/m;

describe('a graph that aborts onnxruntime', () => {
  test('ends in a sentence; the scores of the other scorer are kept, and the run goes on', async () => {
    const out = join(folder, 'run');
    const args = ['score', probe, '--clip', 'tiny-world', '--timesteps', '2', '--quiet', '--out', out];
    await runOk(args);
    const clip = readFileSync(join(out, 'scores', 'clip.jsonl'), 'utf8');
    const both = [...args.slice(0, 2), '--diffusion', model, ...args.slice(2, -1), join(folder, 'both')];
    const { code, signal, stderr, stdout } = await runCli(both);
    expect(stderr).toMatch(SENTENCE);
    expect(stderr).not.toMatch(/ {4}at |unexpected failure/);
    expect(stdout).toBe('');
    expect({ code, signal }).toEqual({ code: 1, signal: null });
    const run = JSON.parse(readFileSync(join(folder, 'both', 'run.json'), 'utf8'));
    expect(Object.keys(run.identity.scorers).sort()).toEqual(['clip', 'diffusion']);
    const kept = await runOk(['report', join(folder, 'both'), '--format', 'json']);
    expect(readFileSync(join(folder, 'both', 'scores', 'clip.jsonl'), 'utf8')).toBe(clip);
    expect(Object.keys(JSON.parse(kept.stdout).scorers)).toContain('clip');
  });

  test.each([
    [
      'pair',
      () => ['pair', worldImage(0, 0), '--caption', worldRecords(1)[0]!.caption_0, '--diffusion', model],
    ],
    ['--dry-run', () => ['score', probe, '--diffusion', model, '--dry-run', '--out', join(folder, 'none')]],
  ])('%s ends in the sentence too', async (_, args) => {
    const { code, signal, stderr } = await runCli([...args(), '--timesteps', '2']);
    expect(stderr).toMatch(SENTENCE);
    expect({ code, signal }).toEqual({ code: 1, signal: null });
  });
});
