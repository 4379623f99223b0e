/** `--device`: where graphs run. */

import { UsageError } from '../errors.ts';
import type { ScoringOptions } from '../run/settings.ts';

/** One device, or several of one kind. @throws UsageError */
export function parseDevices(text: string): Pick<ScoringOptions, 'device' | 'moreDevices'> {
  const [device, ...moreDevices] = text.split(',').map((part) => parseDevice(part.trim(), text));
  const names = [device!, ...moreDevices].map(({ name, id }) => `${name}:${id}`);
  if (moreDevices.length === 0) return { device: device! };
  if (device!.name === 'cpu' || moreDevices.some(({ name }) => name !== device!.name)) {
    throw new UsageError({
      what: 'these devices cannot share a run',
      where: `--device ${text}`,
      expected: 'several of one kind, as in cuda:0,cuda:1',
      fix: device!.name === 'cpu' ? 'Use --workers for several workers on the CPU.' : 'Name one kind only.',
    });
  }
  if (new Set(names).size < names.length)
    throw new UsageError({ what: 'a device is named twice', where: `--device ${text}` });
  return { device: device!, moreDevices };
}

/** `--device` that names one. @throws UsageError for one that is none. */
export function parseDevice(text: string, whole: string = text): ScoringOptions['device'] {
  const [, name, id = '0'] = /^(cpu|cuda|coreml|dml|webgpu)(?::(\d+))?$/.exec(text) ?? [];
  if (name === undefined) {
    throw new UsageError({
      what: `unknown device "${whole}"`,
      where: '--device',
      expected: 'cpu, cuda, coreml, dml or webgpu, as in cuda:1',
    });
  }
  return { name: name as ScoringOptions['device']['name'], id: Number(id) };
}
