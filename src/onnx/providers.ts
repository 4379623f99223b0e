/** From a device to what onnxruntime is told of it. Pure: nothing is opened here. */

import type { Device } from './session.ts';

/** The options that decide where and how a graph runs, in onnxruntime's own names. */
export interface SessionConfig {
  executionProviders: ({ name: string } & Record<string, unknown>)[];
  intraOpNumThreads: number;
  interOpNumThreads: number;
  enableMemPattern?: boolean;
  executionMode?: 'sequential';
}

/** Devices of which a machine may have several; onnxruntime for Node takes no number for the others. */
export const NUMBERED: readonly Device['name'][] = ['cuda', 'dml'];

/**
 * What onnxruntime is told for a device: one provider, so that nothing falls back to another without a word.
 * DirectML takes neither memory patterns nor parallel execution (its documentation), WebGPU refuses a `deviceId`.
 */
export function sessionConfig({ name, id }: Device, threads: number): SessionConfig {
  return {
    executionProviders: [NUMBERED.includes(name) ? { name, deviceId: id } : { name }],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    ...(name === 'dml' && { enableMemPattern: false, executionMode: 'sequential' as const }),
  };
}
