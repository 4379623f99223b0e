import { cpus } from 'node:os';
import { ORT_VERSION } from '../onnx/session.ts';
import type { Numerics } from '../results/manifest.ts';
import type { PreparedScorer } from './settings.ts';

/** What may move the last bits of the prepared scorers' results on this machine. */
export function numericsOf(scorers: readonly PreparedScorer[]): Numerics {
  const models = scorers.flatMap(({ name, settings }) =>
    settings.kind === 'external' || settings.kind === 'imported' ? [] : [{ name, settings }],
  );
  const device = models[0]?.settings.device ?? { name: 'cpu', id: 0 };
  return {
    device: device.name,
    dtype: dtypeOf(scorers),
    onnxruntime: ORT_VERSION,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    arch: process.arch,
    calls: Object.fromEntries(
      models.map(({ name, settings }) => [
        name,
        { batch: settings.kind === 'diffusion' ? settings.batch : 1, threads: settings.threads },
      ]),
    ),
  };
}

/** The precision of the denoisers' and classifiers' graphs. */
function dtypeOf(scorers: readonly PreparedScorer[]): Numerics['dtype'] {
  const types = new Set(
    scorers.map(({ settings }) =>
      settings.kind === 'diffusion' || settings.kind === 'classifier'
        ? settings.description.dtype
        : 'float32',
    ),
  );
  return types.size > 1 ? 'float16+float32' : ([...types][0] ?? 'float32');
}
