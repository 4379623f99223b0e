// Loaded with --import: the first worker thread ends in the middle of its WINOSCOPE_FAULT_CALL-th model call.
import { isMainThread, threadId } from 'node:worker_threads';

const how = process.env.WINOSCOPE_FAULT;
let left = Number(process.env.WINOSCOPE_FAULT_CALL ?? 20);
if (!isMainThread && how && threadId === 1) {
  const { InferenceSession } = await import('onnxruntime-node');
  const run = InferenceSession.prototype.run;
  const faults = {
    // The thread is gone while others compute.
    exit: () => process.exit(7),
    // The process is gone, as where native code crashes.
    SIGABRT: () => process.kill(process.pid, 'SIGABRT'),
    // No answer ever comes, and the thread cannot be interrupted.
    hang: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  };
  InferenceSession.prototype.run = function (...args) {
    const result = run.apply(this, args);
    if (--left === 0) faults[how]();
    return result;
  };
}
