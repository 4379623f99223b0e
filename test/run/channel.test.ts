import { expect, test } from 'vitest';
import { Channel } from '../../src/run/channel.ts';

async function collect<T>(channel: Channel<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of channel) values.push(value);
  return values;
}

test('what was pushed before and while it is read comes in order, until the end', async () => {
  const channel = new Channel<number>();
  channel.push(1);
  channel.push(2);
  const all = collect(channel);
  await Promise.resolve();
  channel.push(3);
  setImmediate(() => {
    channel.push(4);
    channel.push(5);
    channel.end();
  });
  expect(await all).toEqual([1, 2, 3, 4, 5]);
});

test('an end before the reading, and an empty channel', async () => {
  const channel = new Channel<string>();
  channel.push('only');
  channel.end();
  expect(await collect(channel)).toEqual(['only']);
  const empty = new Channel<string>();
  setImmediate(() => empty.end());
  expect(await collect(empty)).toEqual([]);
});

test('an error comes after everything that was pushed', async () => {
  const channel = new Channel<number>();
  channel.push(1);
  channel.push(2);
  channel.end(new Error('worker gone'));
  const seen: number[] = [];
  const reading = (async () => {
    for await (const value of channel) seen.push(value);
  })();
  await expect(reading).rejects.toThrow('worker gone');
  expect(seen).toEqual([1, 2]);
});

test('an error wakes a reader that waits', async () => {
  const channel = new Channel<number>();
  const reading = collect(channel);
  setImmediate(() => channel.end(new Error('late')));
  await expect(reading).rejects.toThrow('late');
});

test('undefined and null are values like others', async () => {
  const channel = new Channel<unknown>();
  for (const value of [undefined, null, 0, '']) channel.push(value);
  channel.end();
  expect(await collect(channel)).toEqual([undefined, null, 0, '']);
});

test('many pushes between reads are none lost', async () => {
  const channel = new Channel<number>();
  const all = collect(channel);
  for (let k = 0; k < 1000; k++) {
    channel.push(k);
    if (k % 7 === 0) await Promise.resolve();
  }
  channel.end();
  expect(await all).toEqual(Array.from({ length: 1000 }, (_, k) => k));
});
