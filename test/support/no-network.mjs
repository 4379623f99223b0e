// Loaded with --import: any attempt to connect or to look up a name ends the process with 99.
import dns from 'node:dns';
import { writeSync } from 'node:fs';
import net from 'node:net';

const refuse = (what) => () => {
  writeSync(2, `A CONNECTION WAS ATTEMPTED: ${what}\n`);
  process.exit(99);
};
net.Socket.prototype.connect = refuse('connect');
dns.lookup = refuse('lookup');
dns.promises.lookup = refuse('lookup');
