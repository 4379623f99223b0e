/** Faults of processes: killed, stopped, doubled, moved, out of memory, with a clock that jumps or a worker that is gone. */

import { cpSync, readdirSync, renameSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../src/stats/random.ts';
import { BIN, runCli, startProgram, until } from '../support/run-cli.ts';
import { demand, demandSentence, type Fault, type Lab, segmentBytes, untilPart } from './lab.ts';
import { preload, stateOf } from './look.ts';

/** Kills the run again and again at points that `point` waits for, looking at it each time; then lets it finish. */
function killing(
  name: string,
  what: string,
  point: (lab: Lab, run: string, random: Random) => (ended: Promise<unknown>) => Promise<boolean>,
): Fault {
  return {
    name,
    what,
    rounds: { short: 1, long: 25 },
    async round(lab, run, random) {
      for (let kills = 0; kills < lab.kills; ) {
        // Before it starts: it watches for files that appear.
        const waiting = point(lab, run, random);
        const cli = lab.start(run);
        if (await waiting(cli.result)) cli.child.kill('SIGKILL');
        const { signal, code, stderr } = await cli.result;
        if (signal === null) demand(code === 0, `a run that was not hit ends well: ${stderr}`);
        kills++;
        lab.read(run);
        if (signal === null) {
          lab.compare(run);
          for (const part of readdirSync(run)) rmSync(join(run, part), { recursive: true });
        }
      }
      await lab.finish(run);
      return 'survived';
    },
  };
}

const FINAL = [
  'run.json',
  'examples.jsonl',
  'clip.jsonl',
  'trials',
  'diffusion.arrow',
  'diffusion.jsonl',
  'summary.json',
];

export const processFaults: Fault[] = [
  killing('kill-time', 'kill −9 at a random time', (lab, _, random) => {
    const at = performance.now() + random.uniform() * 1.1 * lab.ms;
    return (ended) => until(() => performance.now() >= at, ended);
  }),
  killing('kill-bytes', 'kill −9 when so many bytes are stored', (lab, run, random) => {
    const part = random.uniform();
    return (ended) => untilPart(lab, run, part, ended);
  }),
  killing('kill-files', 'kill −9 while manifest, final files or summary are written', (_, run, random) => {
    const wanted = FINAL[Math.floor(random.uniform() * FINAL.length)]!;
    let isThere = false;
    const watcher = watch(run, { recursive: true }, (_event, name) => {
      isThere ||= name?.includes(wanted) === true;
    });
    return (ended) => until(() => isThere, ended).finally(() => watcher.close());
  }),
  {
    name: 'signals',
    what: 'SIGTERM or SIGINT, then another within it',
    rounds: { short: 1, long: 10 },
    async round(lab, run, random) {
      const cli = lab.start(run);
      if (await untilPart(lab, run, random.uniform() * 0.5, cli.result)) {
        cli.child.kill(random.uniform() < 0.5 ? 'SIGTERM' : 'SIGINT');
        if (random.uniform() < 0.5) cli.child.kill('SIGINT');
      }
      await cli.result;
      demand(lab.read(run) === undefined, 'an interrupted run can be read');
      await lab.finish(run);
      return 'survived';
    },
  },
  {
    name: 'stop-continue',
    what: 'SIGSTOP, then SIGCONT, three times',
    rounds: { short: 1, long: 10 },
    async round(lab, run, random) {
      const cli = lab.start(run);
      for (let k = 0; k < 3; k++) {
        const at = performance.now() + (random.uniform() * lab.ms) / 3;
        if (!(await until(() => performance.now() >= at, cli.result))) break;
        cli.child.kill('SIGSTOP');
        await until(() => stateOf(cli.child.pid!) === 'T', cli.result);
        cli.child.kill('SIGCONT');
      }
      const { code, stderr } = await cli.result;
      demand(code === 0, `the run ends well: ${stderr}`);
      lab.compare(run);
      return 'survived';
    },
  },
  {
    name: 'two-processes',
    what: 'two processes on one folder: one after the other, and at once',
    rounds: { short: 1, long: 10 },
    async round(lab, run) {
      const first = lab.start(run);
      if (await until(() => segmentBytes(run) > 0, first.result)) {
        first.child.kill('SIGSTOP'); // it cannot end while the second one looks
        const second = await runCli(lab.args(run));
        first.child.kill('SIGCONT');
        demandSentence(second, /in use: .*process \d+ on /);
      }
      demand((await first.result).code === 0, `the first one ends well: ${first.stderr()}`);
      lab.compare(run);
      for (const part of readdirSync(run)) rmSync(join(run, part), { recursive: true });
      const results = await Promise.all([1, 2, 3].map(() => runCli(lab.args(run))));
      for (const result of results)
        if (result.code !== 0) demandSentence(result, /in use|another session worked|cannot lock/);
      demand(
        results.some(({ code }) => code === 0),
        'one of them gets the folder',
      );
      await lab.finish(run);
      return 'survived';
    },
  },
  {
    name: 'moved',
    what: 'the folder renamed while it is written, and another run begun in its place',
    rounds: { short: 1, long: 10 },
    async round(lab, run, random) {
      const moved = `${run}-moved`;
      rmSync(moved, { recursive: true, force: true });
      const cli = lab.start(run);
      const hit = await untilPart(lab, run, random.uniform() * 0.6, cli.result);
      if (hit) renameSync(run, moved);
      const other = hit ? await runCli(lab.args(run)) : undefined;
      const result = await cli.result;
      if (result.code !== 0) demandSentence(result, /moved|cannot write/);
      if (other) {
        demand(other.code === 0, `a run begun in its place ends well: ${other.stderr}`);
        lab.compare(run);
      }
      await lab.finish(hit ? moved : run);
      return 'survived';
    },
  },
  {
    name: 'copied',
    what: 'the folder copied while it is written; the copy goes on beside it',
    rounds: { short: 1, long: 10 },
    async round(lab, run, random) {
      const copy = `${run}-copy`;
      rmSync(copy, { recursive: true, force: true });
      const cli = lab.start(run);
      await untilPart(lab, run, random.uniform() * 0.9, cli.result);
      cli.child.kill('SIGSTOP'); // so that the copy is surely of a run that goes on
      cpSync(run, copy, { recursive: true });
      const refused = lab.read(copy);
      const going = lab.finish(copy);
      cli.child.kill('SIGCONT');
      demand((await cli.result).code === 0, `the original ends well: ${cli.stderr()}`);
      await going;
      demand(refused === undefined || refused.includes(copy), 'what is refused is named');
      lab.compare(run);
      return 'survived';
    },
  },
  {
    name: 'clock',
    what: 'a wall clock that jumps by a day at every look, and a kill −9 within',
    rounds: { short: 1, long: 10 },
    async round(lab, run, random) {
      const nodeArgs = ['--import', preload('clock-jumps')];
      const cli = lab.start(run, { nodeArgs });
      if (await untilPart(lab, run, random.uniform(), cli.result)) cli.child.kill('SIGKILL');
      await cli.result;
      lab.read(run);
      const again = await runCli(lab.args(run), { nodeArgs });
      demand(again.code === 0, `the run goes on: ${again.stderr}`);
      lab.compare(run);
      return 'survived';
    },
  },
  {
    name: 'memory',
    what: 'a batch that memory does not suffice for (ulimit −v)',
    rounds: { short: 1, long: 5 },
    async round(lab, run) {
      const command = `ulimit -v 6000000 && exec "$@"`;
      const args = [
        process.execPath,
        BIN,
        ...lab.args(run),
        '--diffusion',
        'tiny-world',
        '--workers',
        '1',
        '--batch',
        '20000',
      ];
      const result = await startProgram('sh', ['-c', command, 'sh', ...args]).result;
      demandSentence(result, /memory does not suffice|--batch/);
      rmSync(run, { recursive: true }); // its identity has no CLIP
      await lab.finish(run);
      return 'survived';
    },
  },
];
