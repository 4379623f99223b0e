/**
 * Serves folders as repositories: `node test/support/serve-hub.ts org/name=FOLDER …` prints the address for HF_ENDPOINT
 * and serves until it is ended. `datasets/org/name=FOLDER` makes a data set. Used by `fixtures/golden/hub`, and to try
 * things by hand.
 */

import { folderFiles } from './hub-files.ts';
import { HubServer } from './hub-server.ts';

const server = await HubServer.start(Number(process.env.PORT ?? 0));
for (const argument of process.argv.slice(2)) {
  const [name = '', folder = ''] = argument.split('=');
  const type = name.startsWith('datasets/') ? 'dataset' : 'model';
  server.add({ type, repo: name.replace('datasets/', ''), files: folderFiles(folder) });
}
console.log(server.endpoint);
