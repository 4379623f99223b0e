/** A folder in which the pages' commands find what they speak of: embedded models and made-up data in a reader's place. */

import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { packageRoot } from '../../src/hub/package-root.ts';
import { folderFiles, hubEnv } from '../support/hub-files.ts';
import { HubServer } from '../support/hub-server.ts';
import { BIN } from '../support/run-cli.ts';
import { worldImage, worldRecords } from '../support/small-probe.ts';
import { blocks, pages } from './markdown.ts';

const ROOT = packageRoot();
const WORLD = join(ROOT, 'fixtures', 'tiny-world');
const SHAPED = join(ROOT, 'fixtures', 'winoground-shaped', 'jsonl');
const DIFFUSION = ['sd15-onnx', 'sd14-onnx', 'sd2-base-onnx', 'sd21-base-onnx', 'another', 'FOLDER'];
const TOKEN = 'hf_documentation';

/** Where commands run, and with which environment. */
export interface Place {
  cwd: string;
  env: Record<string, string | undefined>;
}

export class Stage {
  readonly #folder: string;
  readonly #server: HubServer;

  private constructor(folder: string, server: HubServer) {
    this.#folder = folder;
    this.#server = server;
  }

  /** Makes models, data and runs that all pages share, and a Hub on loopback. @throws Error where that fails. */
  static async make(folder: string): Promise<Stage> {
    const stage = new Stage(folder, await HubServer.start());
    stage.#serve();
    mkdirSync(join(folder, 'bin'));
    const shim = (name: string, line: string) => {
      writeFileSync(join(folder, 'bin', name), `#!/bin/sh\nexec ${line} "$@"\n`);
      chmodSync(join(folder, 'bin', name), 0o755);
    };
    shim('winoscope', `"${process.execPath}" "${BIN}"`);
    shim('python', 'python3');
    await stage.#data(join(folder, 'data'));
    stage.#runs(join(folder, 'data'));
    return stage;
  }

  /** A folder of a page's own. */
  place(page: string): Place {
    const cwd = join(this.#folder, page.replaceAll(/\W/g, '-'));
    if (!existsSync(cwd))
      cpSync(join(this.#folder, 'data'), cwd, { recursive: true, verbatimSymlinks: true });
    return { cwd, env: this.#env() };
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  #env(): Place['env'] {
    return {
      ...process.env,
      ...hubEnv(this.#server, join(this.#folder, 'hub')),
      HF_TOKEN: TOKEN,
      PATH: `${join(this.#folder, 'bin')}:${process.env.PATH}`,
      WINOSCOPE_CACHE: join(this.#folder, 'cache'),
      PYTHONDONTWRITEBYTECODE: '1',
      NO_COLOR: '1',
    };
  }

  /** The embedded models and small sets under the names that the pages give. */
  #serve(): void {
    const [diffusion, clip] = ['diffusion', 'clip'].map((name) => folderFiles(join(WORLD, name)));
    for (const repo of ['Xenova/clip-vit-large-patch14', 'Xenova/clip-vit-base-patch32', 'ORG/NAME'])
      this.#server.add({ repo, files: clip! });
    this.#server.add({ repo: 'ORG/NAME', branch: 'REVISION', files: diffusion! });
    const winoground = { ...folderFiles(SHAPED), 'statistics/model_scores/clip.jsonl': madeUpScores() };
    this.#server.add({ type: 'dataset', repo: 'facebook/winoground', gated: true, files: winoground });
    const classes = folderFiles(join(ROOT, 'fixtures', 'benchmark-shaped', 'classes'));
    this.#server.add({ type: 'dataset', repo: 'uoft-cs/cifar10', files: classes });
    this.#server.tokens.set(TOKEN, ['facebook/winoground']);
  }

  async #data(folder: string): Promise<void> {
    mkdirSync(join(folder, 'runs'), { recursive: true });
    const link = (target: string, name: string) => symlinkSync(target, join(folder, name));
    // A copy: `calibrate` writes beside the model.
    cpSync(join(WORLD, 'diffusion'), join(this.#folder, 'diffusion'), { recursive: true });
    for (const name of DIFFUSION) link(join(this.#folder, 'diffusion'), name);
    for (const name of ['clip-onnx', 'clip-rn50-onnx', 'clip-l14-onnx']) link(join(WORLD, 'clip'), name);
    for (const name of ['fixtures', 'docs', 'test']) link(join(ROOT, name), name);
    mkdirSync(join(folder, 'node_modules'));
    link(ROOT, 'node_modules/winoscope');
    for (const name of ['my-probe', 'my-variants', 'DIR', 'PROBE'])
      cpSync(join(WORLD, 'probe'), join(folder, name), { recursive: true });
    cpSync(join(WORLD, 'probes', 'choices'), join(folder, 'my-classes'), { recursive: true });
    await sharp(worldImage(0, 0)).jpeg().toFile(join(folder, 'dog.jpg'));
    writeFileSync(join(folder, 'blip.py'), EXTERNAL);
    writeFileSync(join(folder, 'names.txt'), 'red circle\nblue star\n');
    writeFileSync(join(folder, 'classes.txt'), 'red circle\nblue star\n');
    link(SHAPED, 'winoground');
    writeFileSync(join(folder, 'models.csv'), ACCURACIES);
    mkdirSync(join(folder, 'statistics', 'model_scores'), { recursive: true });
    writeFileSync(join(folder, 'statistics', 'model_scores', 'clip.jsonl'), madeUpScores());
    sugarCrepe(folder);
    for (const [index, name] of ['red circle', 'blue star'].entries())
      for (const pictures of ['my-pictures', 'pets']) {
        mkdirSync(join(folder, pictures, name), { recursive: true });
        cpSync(worldImage(index, 0), join(folder, pictures, name, 'a.png'));
      }
    const task = pages()
      .flatMap(blocks)
      .find(({ lines }) => lines.some((line) => line.includes('defineTask({')))!;
    writeFileSync(join(folder, 'my-task.ts'), task.lines.join('\n'));
    cpSync(worldImage(0, 0), join(folder, 'scene.png'));
    const { caption_0: right, caption_1: wrong } = worldRecords(1)[0]!;
    const scenes = [{ key: 'one', photo: 'scene.png', right, wrong: [wrong] }];
    writeFileSync(join(folder, 'scenes.json'), JSON.stringify(scenes));
  }

  /** Small runs under the names that stand for a reader's own. */
  #runs(folder: string): void {
    const score = (name: string, ...args: string[]) => {
      const all = ['score', ...args, '--out', name, '--quiet'];
      const env = this.#env() as NodeJS.ProcessEnv;
      const { status, stderr } = spawnSync(process.execPath, [BIN, ...all], {
        cwd: folder,
        env,
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`winoscope ${all.join(' ')} ended with ${status}: ${stderr}`);
    };
    score('runs/RUN', 'tiny-world', '--limit', '24', '--timesteps', '6', '--repeats', '2');
    writeFileSync(join(folder, 'PRIOR.json'), priorOf(24));
    score('runs/A', 'tiny-world', '--limit', '12', '--timesteps', '4');
    score('runs/B', 'tiny-world', '--limit', '12', '--timesteps', '4', '--seed', '1');
    for (const name of ['classes', 'classes-shifted'])
      score(`runs/${name}`, `tiny-world-${name}`, '--limit', '6', '--timesteps', '2');
    for (const [name, run] of Object.entries({ RUN: 'RUN', A: 'A', B: 'B', 'RUN-A': 'A', 'RUN-B': 'B' }))
      symlinkSync(join('runs', run), join(folder, name));
    for (const i of [1, 2, 3]) {
      const plan = ['--limit', '3', '--timesteps', '2', '--batch', '8', '--threads', '1'];
      score(`from-node${i}`, 'my-probe', '--shard', `${i}/3`, ...plan);
    }
  }
}

/** A score for every pair of the small set in Winoground's form. */
function madeUpScores(): string {
  const lines = readFileSync(join(SHAPED, 'data', 'examples.jsonl'), 'utf8')
    .trim()
    .split('\n');
  return lines
    .map((line) => JSON.parse(line).id as number)
    .flatMap((id) =>
      [0, 1].flatMap((c) => [0, 1].map((i) => ({ label: `${id}_c${c}_i${i}`, score: c === i ? 0.6 : 0.4 }))),
    )
    .map((record) => `${JSON.stringify(record)}\n`)
    .join('');
}

/** A weight for every caption of the first examples of the embedded probe. */
function priorOf(examples: number): string {
  const captions = worldRecords(examples).flatMap(({ caption_0, caption_1 }) => [caption_0, caption_1]);
  return JSON.stringify(Object.fromEntries(captions.map((caption, k) => [caption, 1 + (k % 3)])));
}

/** SugarCrepe's seven files with two records each, its pictures, and another program's scores. */
function sugarCrepe(folder: string): void {
  const parts = ['add_att', 'add_obj', 'replace_att', 'replace_obj', 'replace_rel', 'swap_att', 'swap_obj'];
  mkdirSync(join(folder, 'sugar-crepe', 'data'), { recursive: true });
  mkdirSync(join(folder, 'coco', 'val2017'), { recursive: true });
  const records = Object.fromEntries(
    worldRecords(2).map(({ caption_0, caption_1 }, id) => {
      cpSync(worldImage(id, 0), join(folder, 'coco', 'val2017', `${id}.png`));
      return [id, { filename: `${id}.png`, caption: caption_0, negative_caption: caption_1 }];
    }),
  );
  for (const part of parts)
    writeFileSync(join(folder, 'sugar-crepe', 'data', `${part}.json`), JSON.stringify(records));
  const rows = [0, 1].flatMap((id) =>
    [0, 1].map((caption) => `swap_obj/${id},0,${caption},${1 - caption / 2}`),
  );
  writeFileSync(join(folder, 'blip.csv'), ['example,image,caption,score', ...rows, ''].join('\n'));
}

/** The protocol of docs/external.md by the length of captions. */
const EXTERNAL = `import json, sys
print(json.dumps({"winoscope": 1, "name": "lengths"}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    scores = [[len(caption) for caption in asked["captions"]] for _ in asked["images"]]
    print(json.dumps({"id": asked["id"], "scores": scores}), flush=True)
`;

const ACCURACIES = `model,id_accuracy,ood_accuracy,id_count,ood_count,group
a,0.60,0.40,1000,1000,baseline
b,0.70,0.50,1000,1000,baseline
c,0.80,0.62,1000,1000,baseline
d,0.75,0.66,1000,1000,ours
`;
