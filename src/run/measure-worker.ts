/** A process that opens one denoiser and says how fast it answers calls of so many rows. */

import { messageOf } from '../errors.ts';
import { type Denoiser, denoiserOn, openDenoiserSession } from '../models/denoiser.ts';
import type { DiffusionDescription } from '../models/diffusion-folder.ts';
import { openTextConditioner } from '../models/open-parts.ts';
import type { Device } from '../onnx/session.ts';
import { openParentPort } from './parent-port.ts';

/** Given when it starts. */
export interface MeasureSetup {
  description: DiffusionDescription;
  threads: number;
  device: Device;
}

/** `measure` calls with `batch` rows for about so long, once at least, after `warmUp` calls that do not count. */
export type MeasureRequest =
  | { type: 'measure'; batch: number; milliseconds: number; warmUp: number }
  | { type: 'stop' };

/** Sent once the model is open, and in answer to every `measure`; with the worker's resident bytes. */
export type MeasureReply =
  | { type: 'ready'; resident: number }
  | { type: 'measured'; rows: number; seconds: number; resident: number }
  | { type: 'failed'; message: string };

/** A timestep in the middle: how long a call takes does not depend on it. */
const TIMESTEP = 500;

const { data, port } = await openParentPort();
const { description, threads, device } = data as MeasureSetup;

async function serve(): Promise<void> {
  const options = { threads, device };
  const texts = await openTextConditioner(description, options);
  const condition = await texts.encode('');
  await texts.release();
  const session = await openDenoiserSession(description, options);
  let denoiser: Denoiser | undefined;
  let noisy = new Float32Array();

  async function measure({ batch, milliseconds, warmUp }: MeasureRequest & { type: 'measure' }) {
    if (denoiser?.batch !== batch) {
      denoiser = denoiserOn(session, description, batch);
      const size = description.latent.reduce((product, side) => product * side, batch);
      // Ordinary values: none so small that arithmetic on it is slow.
      noisy = Float32Array.from({ length: size }, (_, i) => ((i * 7919) % 401) / 200 - 1);
    }
    const timestep = Math.min(TIMESTEP, description.schedule.num_train_timesteps - 1);
    const call = () => denoiser!.predict(noisy, timestep, new Array(batch).fill(condition));
    for (let k = 0; k < warmUp; k++) await call();
    const begun = performance.now();
    let rows = 0;
    do {
      await call();
      rows += batch;
    } while (performance.now() - begun < milliseconds);
    const seconds = (performance.now() - begun) / 1000;
    reply({ type: 'measured', rows, seconds, resident: process.memoryUsage.rss() });
  }

  let last = Promise.resolve();
  port.onMessage((message) => {
    const request = message as MeasureRequest;
    last = last
      .then(() =>
        request.type === 'measure' ? measure(request) : session.release().then(() => port.close()),
      )
      .catch(fail);
  });
  reply({ type: 'ready', resident: process.memoryUsage.rss() });
}

function reply(message: MeasureReply): void {
  port.postMessage(message);
}

function fail(error: unknown): void {
  reply({ type: 'failed', message: messageOf(error) });
}

serve().catch((error) => {
  fail(error);
  port.close();
});
