/** What `winoscope/tasks` exports. */
export { loadProbeFolder, type ProbeOptions } from './probe-folder.ts';
export { DEFAULT_TASK, loadTask } from './registry.ts';
export type { ImageFacts, Redistribution, Task } from './task.ts';
