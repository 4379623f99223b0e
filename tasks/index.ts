/** What `winoscope/tasks` exports. */

export type { Benchmark, BenchmarkPart, PublishedScore } from './benchmarks/benchmark.ts';
export { benchmarks } from './benchmarks/index.ts';
export { type BuiltInTask, builtInTasks } from './built-in.ts';
export { type CatalogEntry, listTasks } from './catalog.ts';
export { type CheckOptions, checkProbe } from './check/check-probe.ts';
export type { CheckReport, Problem } from './check/report.ts';
export { type ClassSet, classSets } from './classification/class-sets.ts';
export { defineTask, type TaskDefinition, type TaskExample } from './define-task.ts';
export { loadModuleTask } from './module-task.ts';
export { loadProbeFolder, type ProbeOptions } from './probe-folder.ts';
export { loadTask, type TaskOptions } from './registry.ts';
export type { Expected, ImageFacts, Redistribution, Task, TaskMetric } from './task.ts';
export { DEFAULT_TASK } from './task.ts';
export { loadWinoground } from './winoground/load-winoground.ts';
export { WINOGROUND } from './winoground/names.ts';
