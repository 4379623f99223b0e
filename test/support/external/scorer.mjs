/** An external scorer for tests: scores by the lengths of captions and the bytes of images, and misbehaves on demand. */
import { appendFileSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const { MODE = 'good', LOG, AT = '2', VERSION = '1' } = process.env;
const say = (value) => process.stdout.write(`${typeof value === 'string' ? value : JSON.stringify(value)}\n`);

if (MODE === 'silent') setInterval(() => {}, 1000);
else if (MODE === 'no-hello') say({ hello: 'world' });
else if (MODE === 'dies-first') {
  process.stderr.write('Traceback (most recent call last):\nModuleNotFoundError: no module named torch\n');
  process.exit(3);
} else {
  say({ winoscope: 1, name: 'lengths', version: VERSION, higherIsBetter: MODE !== 'lower' });
  let count = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, images, captions } = JSON.parse(line);
    if (LOG) appendFileSync(LOG, `${JSON.stringify({ pid: process.pid, images, captions })}\n`);
    const isBad = count++ === Number(AT);
    const scores = images.map((path) => {
      const bytes = readFileSync(path);
      return captions.map((caption) => ((bytes.length * 31 + caption.length * 17) % 101) / 101);
    });
    if (isBad && MODE === 'crashes') {
      process.stderr.write('CUDA out of memory.\n');
      process.exit(1);
    }
    if (isBad && MODE === 'hangs') {
      process.on('SIGTERM', () => {});
      setInterval(() => {}, 1000);
      await new Promise(() => {});
    }
    if (isBad && MODE === 'waits') {
      process.stdin.on('close', () => process.exit());
      await new Promise(() => {});
    }
    if (isBad && MODE === 'garbage') say('Loading checkpoint shards: 100%');
    else if (isBad && MODE === 'wrong-shape') say({ id, scores: [scores[0]] });
    else if (isBad && MODE === 'wrong-id') say({ id: id + 1, scores });
    else if (isBad && MODE === 'text') say({ id, scores: scores.map((row) => row.map(String)) });
    else if (isBad && MODE === 'refuses') say({ id, error: 'the caption is too long' });
    else if (isBad && MODE === 'null') say({ id, scores: scores.map((row) => row.map(() => null)) });
    else say({ id, scores });
  }
}
