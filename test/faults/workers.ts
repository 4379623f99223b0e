/** Faults of workers: one that ends, aborts or hangs, and one whose run is gone. */

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { runCli, until } from '../support/run-cli.ts';
import { demand, demandSentence, type Fault } from './lab.ts';
import { preload, stateOf } from './look.ts';

export const workerFaults: Fault[] = [
  ...(['exit', 'SIGABRT', 'hang'] as const).map((how): Fault => {
    const words = {
      exit: 'a worker ends in the middle of a model call',
      SIGABRT: 'native code aborts in the middle of a model call',
      hang: 'a worker hangs in the middle of a model call',
    };
    const sentences = {
      exit: /a worker ended unexpectedly \(got exit code 7.*What was computed is kept/,
      SIGABRT:
        /makes onnxruntime crash, and took its worker with it \(got SIGABRT.*What was computed is kept/,
      hang: /worker \d has given no answer for .*kept: /,
    };
    return {
      name: `worker-${how.toLowerCase()}`,
      what: words[how],
      rounds: { short: 1, long: 10 },
      async round(lab, run, random) {
        const env = {
          WINOSCOPE_FAULT: how,
          WINOSCOPE_FAULT_CALL: `${2 + Math.floor(random.uniform() * 25)}`,
          WINOSCOPE_FAULT_CLAIM: `${run}-claim`,
        };
        rmSync(env.WINOSCOPE_FAULT_CLAIM, { force: true });
        const nodeArgs = ['--import', preload('worker-ends')];
        demandSentence(
          await runCli([...lab.args(run), '--worker-timeout', '1'], { env, nodeArgs }),
          sentences[how],
        );
        demand(lab.read(run) === undefined, 'what was stored can be read');
        await lab.finish(run);
        return 'survived';
      },
    };
  }),
  {
    name: 'orphan',
    what: 'kill −9 of a run whose worker hangs: the worker ends too',
    rounds: { short: 1, long: 5 },
    async round(lab, run) {
      const claim = `${run}-claim`;
      const hung = `${claim}-hung`;
      for (const file of [claim, hung]) rmSync(file, { force: true });
      const env = { WINOSCOPE_FAULT: 'hang', WINOSCOPE_FAULT_CALL: '5', WINOSCOPE_FAULT_CLAIM: claim };
      const cli = lab.start(run, { env, nodeArgs: ['--import', preload('worker-ends')] });
      demand(await until(() => existsSync(hung), cli.result), 'a worker hangs');
      cli.child.kill('SIGKILL');
      const worker = Number(readFileSync(hung, 'utf8'));
      const given = new Promise((resolve) => setTimeout(resolve, 60_000).unref());
      const ends = await until(() => !isAlive(worker), given);
      if (!ends) process.kill(worker, 'SIGKILL');
      demand(ends, 'the worker ends within a minute');
      await cli.result;
      await lab.finish(run);
      return 'survived';
    },
  },
];

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return stateOf(pid) !== 'Z'; // ended, and only not yet taken note of
  } catch {
    return false;
  }
}
