/** Probe folders: records of every form, task files, pictures in archives. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/hub/package-root.ts';
import { listArchive } from '../../../src/images/archive.ts';
import { decodeImage } from '../../../src/images/decode.ts';
import { checkProbe } from '../../../tasks/check/check-probe.ts';
import { loadProbeFolder } from '../../../tasks/probe-folder.ts';
import { lines } from '../../support/make-probe.ts';
import { worldImage } from '../../support/small-probe.ts';
import { makeZip, type ZipFile } from '../../support/zip.ts';
import type { Mutator } from '../mutate.ts';
import type { Target } from '../target.ts';
import { fuzzedFolder } from './folder.ts';

const PICTURES: Record<string, Uint8Array> = {
  'images/a.png': readFileSync(worldImage(0, 0)),
  'images/b.png': readFileSync(worldImage(0, 1)),
};
const TASK = Buffer.from(
  'name: fuzzed\nversion: 2\nlicense: MIT\nredistribution: free\ntags: [tag, kinds]\ntemplate: "a photo of {}"\nseparator: "|"\ngroups: [couple]\n',
);
const RECORDS = Buffer.from(
  lines(
    {
      id: 'one',
      images: ['a.png', 'b.png'],
      captions: ['a cat', 'a dog'],
      tag: 'x',
      kinds: ['k', 'l'],
      couple: 1,
    },
    { id: 2, image: 'a.png', captions: 'left|right', truth: 1 },
    {
      id: 'three',
      image_0: 'a',
      image_1: 'b',
      caption_0: 'up',
      caption_1: 'down',
      truth: [
        [0, 1],
        [1, 0],
      ],
    },
  ),
);
const TABLE = Buffer.from(
  'id,image_0,image_1,caption_0,caption_1,tag\none,a.png,b.png,"a cat, left","a ""dog""",x\ntwo,a,b,ä,🐕,\n',
);

/** Reads a probe as `score` and as `task check` do. */
async function readProbe(folder: string, mutator: Mutator): Promise<void> {
  if (mutator.below(4) === 0) await checkProbe(folder);
  else await loadProbeFolder(folder, { skipBad: mutator.below(2) === 0 });
}

const probe = (name: string, share: number, file: string, contents: Uint8Array): Target => ({
  name,
  share,
  open: (folder) =>
    fuzzedFolder({
      folder,
      files: {
        'task.yaml': TASK,
        ...PICTURES,
        ...(file !== 'task.yaml' && { [file]: contents }),
        ...(file === 'task.yaml' && { 'examples.jsonl': RECORDS }),
      },
      changed: [file],
      read: readProbe,
    }),
});

const PARQUET = join(packageRoot(), 'fixtures', 'probe-forms');

/** Aliases that would unfold to billions, and other files that no mutation would find. */
const BOMBS = [
  `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghij'].map((name, k) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[k]}`).join(',')}]`).join('\n')}\nname: j\n`,
  `name: ${'['.repeat(20_000)}`,
  `${'- '.repeat(20_000)}x`,
  `&a [*a]\n`,
  'name: &x !!js/function "function(){}"\n',
  '? &k [*k]\n: 1\n',
  `name: x\n${'  '.repeat(5000)}y: 1\n`,
  'name: !unknown x\n',
  '%TAG ! tag:x,2000:\n---\nname: x\n',
  '{"name":"a","name":"b"}',
];

const bombs: Target = {
  name: 'yaml-bombs',
  share: 1,
  open: (folder) => {
    const reader = fuzzedFolder({
      folder,
      files: { 'examples.jsonl': RECORDS, ...PICTURES, 'task.yaml': TASK },
      read: readProbe,
    });
    return {
      async once(mutator) {
        const bomb = Buffer.from(mutator.pick(BOMBS));
        const fuzzed = fuzzedFolder({
          folder,
          files: { 'task.yaml': mutator.below(2) === 0 ? bomb : mutator.bytes(bomb, [bomb]) },
          read: readProbe,
        });
        await fuzzed.once(mutator);
        void reader;
      },
    };
  },
};

const ZIP_FILES: ZipFile[] = [
  { name: 'images/a.png', data: PICTURES['images/a.png']!, deflate: true },
  { name: 'images/b.png', data: PICTURES['images/b.png']! },
];

/** Archives that claim what is not so: names that lead out, links, sizes, methods, one entry upon another. */
function hostileZip(mutator: Mutator): Buffer {
  const names = [
    '../../canary',
    '/etc/passwd',
    'images/../../canary',
    'C:\\canary',
    'a\u0000b',
    'images/a.png',
    '',
    'x'.repeat(60_000),
  ];
  const files = ZIP_FILES.map((file): ZipFile => {
    switch (mutator.below(6)) {
      case 0:
        return { ...file, name: mutator.pick(names) };
      case 1:
        return { ...file, claim: { size: mutator.pick([0, 1, 2 ** 31, 2 ** 32 - 1]) } };
      case 2:
        return { ...file, claim: { method: mutator.pick([1, 12, 93, 99]) } };
      case 3:
        return { ...file, claim: { flags: mutator.pick([1, 8, 0x801, 0xffff]) } };
      case 4:
        return { ...file, data: Buffer.alloc(mutator.pick([0, 1, 2 ** 20, 2 ** 24])), deflate: true };
      default:
        return file;
    }
  });
  const zip = makeZip([...files, ...(mutator.below(3) === 0 ? files : [])]);
  return mutator.below(2) === 0 ? zip : mutator.bytes(zip, [zip]);
}

const zip: Target = {
  name: 'zip',
  share: 6,
  open: (folder) => {
    const archive = (contents: Buffer) =>
      fuzzedFolder({
        folder,
        files: { 'task.yaml': TASK, 'examples.jsonl': RECORDS, 'images.zip': contents },
        changed: [],
        async read() {},
      });
    return {
      async once(mutator) {
        archive(hostileZip(mutator));
        const entries = await listArchive(join(folder, 'images.zip'));
        for (const entry of entries.values()) await decodeImage(entry);
        await readProbe(folder, mutator);
      },
    };
  },
};

export const probeTargets: Target[] = [
  probe('jsonl', 10, 'examples.jsonl', RECORDS),
  probe('csv', 6, 'examples.csv', TABLE),
  probe('tsv', 2, 'examples.tsv', Buffer.from(TABLE.toString().replaceAll(',', '\t'))),
  probe('task-yaml', 10, 'task.yaml', TASK),
  bombs,
  ...['none', 'gzip', 'snappy'].map((packing) =>
    probe(`parquet-${packing}`, 1, 'examples.parquet', readFileSync(join(PARQUET, `${packing}.parquet`))),
  ),
  zip,
];
