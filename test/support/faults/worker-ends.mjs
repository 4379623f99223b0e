// Loaded with --import, also by workers: the first that scores ends in the middle of its WINOSCOPE_FAULT_CALL-th model call.
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

const how = process.env.WINOSCOPE_FAULT;
let left = Number(process.env.WINOSCOPE_FAULT_CALL ?? 20);

/** Whether no other worker of the run was here before. */
function isFirst() {
  try {
    const claim = join(process.env.WINOSCOPE_FAULT_FOLDER, `winoscope-fault-${process.ppid}`);
    closeSync(openSync(claim, 'wx'));
    return true;
  } catch {
    return false;
  }
}

if (how && /[\\/]run[\\/]worker\.[jt]s$/.test(process.argv[1] ?? '') && isFirst()) {
  const { InferenceSession } = await import('onnxruntime-node');
  const run = InferenceSession.prototype.run;
  const faults = {
    // The worker is gone while others compute.
    exit: () => process.exit(7),
    // The same, as where native code crashes.
    SIGABRT: () => process.kill(process.pid, 'SIGABRT'),
    // No answer ever comes, and the call cannot be interrupted.
    hang: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  };
  InferenceSession.prototype.run = function (...args) {
    const result = run.apply(this, args);
    if (--left === 0) faults[how]();
    return result;
  };
}
