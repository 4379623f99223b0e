/** What `winoscope/tasks` exports. */

export type { Benchmark, BenchmarkPart, PublishedScore } from './benchmarks/benchmark.ts';
export { benchmarks } from './benchmarks/index.ts';
export { type BuiltInTask, builtInTasks } from './built-in.ts';
export { type ClassSet, classSets } from './classification/class-sets.ts';
export { loadProbeFolder, type ProbeOptions } from './probe-folder.ts';
export { loadTask, type TaskOptions } from './registry.ts';
export type { ImageFacts, Redistribution, Task } from './task.ts';
export { DEFAULT_TASK } from './task.ts';
export { loadWinoground, WINOGROUND } from './winoground/load-winoground.ts';
