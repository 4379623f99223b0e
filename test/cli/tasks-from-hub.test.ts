import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { folderFiles, hubEnv } from '../support/hub-files.ts';
import { HubServer } from '../support/hub-server.ts';
import { runOk } from '../support/run-cli.ts';
import { storedSummary } from '../support/run-files.ts';
import { summarySchema } from '../support/summary-schema.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SHAPED = fileURLToPath(new URL('../../fixtures/benchmark-shaped', import.meta.url));
const folder = temporaryFolder();
const out = (name: string) => join(folder, name);
const server = await HubServer.start();
afterAll(() => server.stop());

test.each([
  ['bivlc', 'imirandam/BiVLC', 'bivlc', []],
  ['cifar10', 'someone/colours', 'classes', ['--data', 'someone/colours']],
])(
  '%s comes from the Hub, its test split alone, and again from the cache',
  async (task, repo, place, data) => {
    const files = { ...folderFiles(join(SHAPED, place)), 'README.md': 'a card', 'weights.bin': 'x' };
    server.add({ type: 'dataset', repo, files });
    const args = ['score', task, ...data, '--clip', 'tiny-world', '--force', '--quiet', '--out', out(task)];
    const env = { ...hubEnv(server, out(`${task}-home`)), WINOSCOPE_CACHE: out(`${task}-cache`) };
    await runOk(args, { env });
    const { task: scored, scorers } = summarySchema.parse(storedSummary(out(task)));
    expect(scored).toMatchObject({ name: task, count: task === 'bivlc' ? 2 : 4 });
    const { metrics, classification } = scorers.clip!;
    if (task === 'bivlc') expect(metrics.group!.count).toBe(2);
    else expect(classification!.classes.map(({ name }) => name)).toEqual(['red', 'green', 'blue']);
    // Again, with everything in the cache and no connection.
    await runOk([...args, '--offline'], { env });
  },
);
