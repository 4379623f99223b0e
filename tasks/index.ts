/** What `winoscope/tasks` exports. */

export { type BuiltInTask, builtInTasks } from './built-in.ts';
export { loadProbeFolder, type ProbeOptions } from './probe-folder.ts';
export { loadTask, type TaskOptions } from './registry.ts';
export type { ImageFacts, Redistribution, Task } from './task.ts';
export { DEFAULT_TASK } from './task.ts';
export { loadWinoground, WINOGROUND } from './winoground/load-winoground.ts';
