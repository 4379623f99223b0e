/** Where a benchmark ran: figures mean nothing without it. */

import { cpus, loadavg } from 'node:os';
import { ORT_VERSION } from '../../dist/src/onnx/session.js';

export interface Machine {
  cpu: string;
  cores: number;
  node: string;
  onnxruntime: string;
  platform: string;
  date: string;
  /** Mean number of running processes over the minute before the benchmark. */
  load: number;
}

/** Above this load before the start, something else is running too. */
const IDLE_LOAD = 0.5;

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: Math.max(1, cpus().length),
    node: process.versions.node,
    onnxruntime: ORT_VERSION,
    platform: `${process.platform} ${process.arch}`,
    date: new Date().toISOString().slice(0, 10),
    load: loadavg()[0]!,
  };
}

export function machineLines({ cpu, cores, node, onnxruntime, platform, date, load }: Machine): string[] {
  const lines = [`${cpu}, ${cores} cores, ${platform}; Node ${node}, onnxruntime ${onnxruntime}; ${date}`];
  if (load > IDLE_LOAD) {
    lines.push(
      `warning: load ${load.toFixed(1)} at the start: the machine is not idle; ratios hold better than figures`,
    );
  }
  return lines;
}
