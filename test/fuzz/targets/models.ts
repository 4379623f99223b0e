/** Model folders: their JSON files, tokenizers, graphs. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { noiseSchedule } from '../../../src/diffusion/noise-schedule.ts';
import { packageRoot } from '../../../src/hub/package-root.ts';
import { openCaptionCheck } from '../../../src/models/caption-check.ts';
import { describeClip } from '../../../src/models/clip-folder.ts';
import { describeDiffusion } from '../../../src/models/diffusion-folder.ts';
import { recipeOf } from '../../../src/models/recipe.ts';
import { checkGraph } from '../../../src/onnx/check-graph.ts';
import { OnnxSession } from '../../../src/onnx/session.ts';
import { drawsOf, stillDraws } from '../../../src/onnx/still-draws.ts';
import { parseCalibration } from '../../../src/scoring/error-spread.ts';
import { openTokenizer } from '../../../src/tokenizers/open-tokenizer.ts';
import type { Mutator } from '../mutate.ts';
import type { Target } from '../target.ts';
import { filesOf, fuzzedFolder } from './folder.ts';

const FIXTURES = join(packageRoot(), 'fixtures');
const WORLD = join(FIXTURES, 'tiny-world');
const CAPTION = 'a red circle left of a blue star';

/** All files of a folder, by path within it. */
function filesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

const isSmall = (root: string) => (path: string) =>
  /\.(json|txt|model)$/.test(path) && statSync(join(root, path)).size < 200_000;

function folderTarget(name: string, share: number, root: string, read: (folder: string) => unknown): Target {
  return {
    name,
    share,
    open: (folder) => {
      const paths = filesIn(root);
      return fuzzedFolder({
        folder,
        files: filesOf(root, paths),
        changed: paths.filter(isSmall(root)),
        read,
      });
    },
  };
}

function readDiffusion(folder: string): void {
  const description = describeDiffusion(folder);
  noiseSchedule(description.schedule);
  recipeOf(description, 'crop');
  const [firstClass] = Object.keys(description.labels?.names ?? {});
  openCaptionCheck(description)(firstClass ?? CAPTION);
}

function readClip(folder: string): void {
  const description = describeClip(folder);
  recipeOf(description, 'crop');
  openCaptionCheck(description)(CAPTION);
}

function tokenizerTarget(name: string, root: string, names: readonly string[]): Target {
  return {
    name,
    share: 4,
    open: (folder) =>
      fuzzedFolder({
        folder,
        files: filesOf(root, names),
        read(changed: string, mutator: Mutator) {
          const tokenizer = openTokenizer(changed, { maxPositions: 77 });
          const captions = [
            CAPTION,
            '',
            JSON.stringify(mutator.value()) ?? 'null',
            '\u0000\ud800',
            'a '.repeat(3000),
          ];
          for (const caption of captions) {
            const { ids } = tokenizer.encode(caption);
            if (ids.length !== tokenizer.contextLength) throw new Error(`${ids.length} ids`);
          }
        },
      }),
  };
}

const GRAPHS = [
  'tiny-world/clip/onnx/text_model.onnx',
  'parts/diffusion/sd-a-int/vae_encoder/model.onnx',
  'parts/diffusion/sd-a-int/unet/model.onnx',
].map((path) => join(FIXTURES, path));

/** The graphs' beginnings hold their structure; what follows are weights. */
function graphTarget(name: string, share: number, read: (path: string) => unknown): Target {
  return {
    name,
    share,
    ...(name === 'onnx-run' && { inWorker: true }),
    open: (folder) => {
      const graphs = GRAPHS.map((path) => readFileSync(path)).sort((a, b) => a.length - b.length);
      return {
        async once(mutator) {
          const graph = mutator.pick(graphs);
          const file = fuzzedFolder({
            folder,
            files: {
              'model.onnx': mutator.below(3) === 0 ? mutator.bytes(graph, graphs) : mutator.flips(graph),
            },
            changed: [],
            read() {},
          });
          void file;
          await read(join(folder, 'model.onnx'));
        },
      };
    },
  };
}

/** Opens a graph and runs it once on zeros, as large as it says, else 2. */
async function runGraph(path: string): Promise<void> {
  const session = await OnnxSession.open(path);
  const feeds = Object.fromEntries(
    [...session.inputs].map(([name, { shape, type }]) => {
      const dims = shape.map((size) => (typeof size === 'number' && size > 0 ? Math.min(size, 64) : 2));
      const count = dims.reduce((product, size) => product * size, 1);
      if (count > 2 ** 22) return [name, { data: new Float32Array(0), dims: [0] }];
      return [name, { data: type.startsWith('int') ? new Int32Array(count) : new Float32Array(count), dims }];
    }),
  );
  await session.run(feeds, [...session.outputs.keys()].slice(0, 1));
  await session.release();
}

export const modelTargets: Target[] = [
  folderTarget('diffusion-sd', 6, join(FIXTURES, 'parts/diffusion/sd-a-int'), readDiffusion),
  folderTarget('diffusion-sd3', 3, join(FIXTURES, 'parts/diffusion/sd3-no-t5'), readDiffusion),
  folderTarget('diffusion-dit', 2, join(FIXTURES, 'parts/diffusion/dit'), readDiffusion),
  folderTarget('clip', 5, join(FIXTURES, 'parts/clip/transformersjs'), readClip),
  folderTarget('openclip', 3, join(FIXTURES, 'parts/clip/openclip'), readClip),
  folderTarget('siglip', 3, join(FIXTURES, 'parts/clip/siglip-joint'), readClip),
  tokenizerTarget('tokenizer-json', join(WORLD, 'clip'), [
    'tokenizer.json',
    'tokenizer_config.json',
    'special_tokens_map.json',
  ]),
  tokenizerTarget('tokenizer-bpe', join(WORLD, 'clip'), [
    'vocab.json',
    'merges.txt',
    'tokenizer_config.json',
    'special_tokens_map.json',
  ]),
  {
    name: 'calibration',
    share: 2,
    open: () => {
      const sound = readFileSync(join(WORLD, 'diffusion', 'calibration.json'));
      return {
        async once(mutator) {
          parseCalibration(mutator.text(sound, [sound]).toString('utf8'), 'calibration.json');
        },
      };
    },
  },
  graphTarget('onnx-read', 6, (path) => {
    drawsOf(checkGraph(path));
    stillDraws(path);
  }),
  graphTarget('onnx-run', 3, runGraph),
];
